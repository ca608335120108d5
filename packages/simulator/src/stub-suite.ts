import { type Bytes, type CryptoSuite, HASH_BYTES, SIGNATURE_BYTES } from "@dure/crypto";
import { toHex } from "@dure/types";

const BLOCK_BYTES = 16;

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

const finish = (word: number): number => {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
};

/**
 * MurmurHash3 x86-128 (Appleby), stretched to 32 bytes. It mixes 128 bits: far more than a run makes hashes of, and
 * some ten times as fast as SHA-256 on short input, but no defence against anyone who searches for collisions.
 */
const createHash = (): ((into: Uint32Array, parts: readonly Bytes[]) => void) => {
  let words = new Uint32Array(1024);
  let bytes = new Uint8Array(words.buffer);

  const gather = (parts: readonly Bytes[]): number => {
    let length = 0;
    for (const part of parts) length += part.length;
    if (length + BLOCK_BYTES > bytes.length) {
      words = new Uint32Array(2 * (length + BLOCK_BYTES));
      bytes = new Uint8Array(words.buffer);
    }
    let offset = 0;
    for (const part of parts) {
      bytes.set(part, offset);
      offset += part.length;
    }
    bytes.fill(0, length, length + BLOCK_BYTES);
    return length;
  };

  return (into, parts) => {
    const length = gather(parts);
    let [a, b, c, d] = [length, 0x9747b28c, 0x3c6ef372, 0x1b873593];
    for (let at = 0; at < Math.ceil(length / 4); at += 4) {
      a ^= Math.imul(rotate(Math.imul(words[at] as number, 0x239b961b), 15), 0xab0e9789);
      a = Math.imul(rotate(a, 19) + b, 5) + 0x561ccd1b;
      b ^= Math.imul(rotate(Math.imul(words[at + 1] as number, 0xab0e9789), 16), 0x38b34ae5);
      b = Math.imul(rotate(b, 17) + c, 5) + 0x0bcaa747;
      c ^= Math.imul(rotate(Math.imul(words[at + 2] as number, 0x38b34ae5), 17), 0xa1e38b93);
      c = Math.imul(rotate(c, 15) + d, 5) + 0x96cd1c35;
      d ^= Math.imul(rotate(Math.imul(words[at + 3] as number, 0xa1e38b93), 18), 0x239b961b);
      d = Math.imul(rotate(d, 13) + a, 5) + 0x32ac3b17;
    }
    for (let at = 0; at < into.length; at += 4) {
      a = finish(a + b + c + d);
      b = finish(b + a);
      c = finish(c + a);
      d = finish(d + a);
      into[at] = a;
      into[at + 1] = b;
      into[at + 2] = c;
      into[at + 3] = d;
    }
  };
};

/**
 * A suite in the place of SHA-256 and Ed25519. A signature is a hash keyed with a secret that only this suite holds,
 * so that nobody in a run can make one but by `sign` with the right seed, and verifying recomputes it. The lengths
 * are the real ones.
 */
export const createStubSuite = (secret: number): CryptoSuite => {
  const mix = createHash();
  const key = new Uint8Array(HASH_BYTES).fill(secret & 0xff);
  new DataView(key.buffer).setFloat64(0, secret);
  const keyLabel = Uint8Array.of(1);
  const publicKeys = new WeakMap<Bytes, Bytes>();
  const scratch = new Uint32Array(HASH_BYTES / 4);
  const scratchBytes = new Uint8Array(scratch.buffer);

  const hash = (...parts: readonly Bytes[]): Bytes => {
    mix(scratch, parts);
    return scratchBytes.slice();
  };
  const publicKeyOf = (seed: Bytes): Bytes => {
    const known = publicKeys.get(seed);
    if (known !== undefined) return known;
    const publicKey = hash(key, keyLabel, seed);
    publicKeys.set(seed, publicKey);
    return publicKey;
  };
  return {
    hash,
    hashHex: (...parts) => toHex(hash(...parts)),
    publicKeyOf,
    sign: (seed, message) => {
      const signature = new Uint8Array(SIGNATURE_BYTES);
      mix(scratch, [key, publicKeyOf(seed), message]);
      signature.set(scratchBytes);
      return signature;
    },
    verify: (publicKey, message, signature) => {
      if (publicKey.length !== HASH_BYTES || signature.length !== SIGNATURE_BYTES) return false;
      mix(scratch, [key, publicKey, message]);
      for (let at = 0; at < HASH_BYTES; at++) if (signature[at] !== scratchBytes[at]) return false;
      return true;
    },
  };
};
