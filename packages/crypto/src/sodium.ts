import crypto, { type Hash } from "node:crypto";
import sodium from "sodium-native";
import type { Bytes, CryptoSuite } from "./suite.ts";
import { HASH_BYTES, SIGNATURE_BYTES } from "./suite.ts";

const buffer = (bytes: Bytes): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** Where the parts of what is hashed are put together: a statement is a tag and mostly little else. */
const joined = Buffer.allocUnsafeSlow(1 << 16);

/** The parts as one, valid until the next call; undefined if they are too large for that. */
const join = (parts: readonly Bytes[]): Bytes | undefined => {
  if (parts.length === 1) return parts[0];
  let length = 0;
  for (const part of parts) {
    if (length + part.length > joined.length) return undefined;
    joined.set(part, length);
    length += part.length;
  }
  return joined.subarray(0, length);
};

const streamed = (parts: readonly Bytes[]): Hash => {
  const digest = crypto.createHash("sha256");
  for (const part of parts) digest.update(part);
  return digest;
};

/** Node.js 20.12 and later hash in one call. Its text is cheaper to make than its bytes. */
const hashOnce: typeof crypto.hash | undefined = crypto.hash;

const hash = (...parts: readonly Bytes[]): Bytes => {
  const bytes = join(parts);
  if (bytes === undefined || hashOnce === undefined) return streamed(parts).digest();
  const out = Buffer.allocUnsafe(HASH_BYTES);
  out.write(hashOnce("sha256", bytes, "binary"), "latin1");
  return out;
};

const hashHex = (...parts: readonly Bytes[]): string => {
  const bytes = join(parts);
  return bytes === undefined || hashOnce === undefined
    ? streamed(parts).digest("hex")
    : hashOnce("sha256", bytes, "hex");
};

const verify = (publicKey: Bytes, message: Bytes, signature: Bytes): boolean =>
  publicKey.length === HASH_BYTES &&
  signature.length === SIGNATURE_BYTES &&
  sodium.crypto_sign_verify_detached(signature as Buffer, message as Buffer, publicKey as Buffer);

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
    hashHex,
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
