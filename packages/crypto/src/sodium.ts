import sodium from "sodium-native";
import type { Bytes, CryptoSuite } from "./suite.ts";
import { HASH_BYTES, SIGNATURE_BYTES } from "./suite.ts";

const buffer = (bytes: Bytes): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

const hash = (...parts: readonly Bytes[]): Bytes => {
  const out = Buffer.allocUnsafeSlow(HASH_BYTES);
  const input = parts.length === 1 ? buffer(parts[0] as Bytes) : Buffer.concat(parts);
  sodium.crypto_hash_sha256(out, input);
  return out;
};

const verify = (publicKey: Bytes, message: Bytes, signature: Bytes): boolean =>
  publicKey.length === HASH_BYTES &&
  signature.length === SIGNATURE_BYTES &&
  sodium.crypto_sign_verify_detached(buffer(signature), buffer(message), buffer(publicKey));

const keyPair = (seed: Bytes): { publicKey: Buffer; secretKey: Buffer } => {
  if (seed.length !== sodium.crypto_sign_SEEDBYTES) throw new RangeError("an Ed25519 seed has 32 bytes");
  const publicKey = Buffer.alloc(sodium.crypto_sign_PUBLICKEYBYTES);
  const secretKey = Buffer.alloc(sodium.crypto_sign_SECRETKEYBYTES);
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, buffer(seed));
  return { publicKey, secretKey };
};

/**
 * The suite of nodes, on libsodium. Each suite remembers the key pair of the last seed it signed with, because
 * deriving it costs as much as signing.
 */
export const createSodiumSuite = (): CryptoSuite => {
  let last: { seed: Bytes; secretKey: Buffer } | undefined;
  return {
    hash,
    verify,
    publicKeyOf: (seed) => keyPair(seed).publicKey,
    sign: (seed, message) => {
      if (last?.seed !== seed) last = { seed, secretKey: keyPair(seed).secretKey };
      const signature = Buffer.allocUnsafeSlow(SIGNATURE_BYTES);
      sodium.crypto_sign_detached(signature, buffer(message), last.secretKey);
      return signature;
    },
  };
};

/** Random bytes from the operating system, for keys and salts. */
export const randomBytes = (count: number): Bytes => {
  const out = Buffer.alloc(count);
  sodium.randombytes_buf(out);
  return out;
};
