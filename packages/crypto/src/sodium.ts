import { createHash } from "node:crypto";
import sodium from "sodium-native";
import type { Bytes, CryptoSuite } from "./suite.ts";
import { HASH_BYTES, SIGNATURE_BYTES } from "./suite.ts";

const buffer = (bytes: Bytes): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** Above this many bytes OpenSSL's SHA-256 is several times faster, by the processor's own instructions; below, it costs more to call. */
const LARGE_BYTES = 2048;

const hash = (...parts: readonly Bytes[]): Bytes => {
  let length = 0;
  for (const part of parts) length += part.length;
  if (length > LARGE_BYTES) {
    const digest = createHash("sha256");
    for (const part of parts) digest.update(part);
    return digest.digest();
  }
  const out = Buffer.allocUnsafe(HASH_BYTES);
  sodium.crypto_hash_sha256(
    out,
    parts.length === 1 ? buffer(parts[0] as Bytes) : Buffer.concat(parts, length),
  );
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
  let last: { seed: Buffer; secretKey: Buffer } | undefined;
  return {
    hash,
    verify,
    publicKeyOf: (seed) => keyPair(seed).publicKey,
    sign: (seed, message) => {
      // By content and from a copy: a caller that wipes or reuses its buffer must not sign with the key before.
      if (last === undefined || !last.seed.equals(seed))
        last = { seed: Buffer.from(seed), secretKey: keyPair(seed).secretKey };
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
