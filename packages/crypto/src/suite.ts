/** Raw bytes. Never mutated once handed over. */
export type Bytes = Uint8Array;

/**
 * The cryptography of the protocol behind one interface, so that the pure packages stay pure and the
 * simulator can put an unforgeable stub in the place of real signatures.
 */
export type CryptoSuite = {
  /** SHA-256 (FIPS 180-4) of the parts, one after the other: 32 bytes. */
  readonly hash: (...parts: readonly Bytes[]) => Bytes;
  /** The same as 64 lower-case hexadecimal digits: where ids are made, cheaper than bytes that are then spelled out. */
  readonly hashHex: (...parts: readonly Bytes[]) => string;
  /**
   * Ed25519 under the acceptance rule of specs/encoding.md (canonical S, canonical key, no small-order key or R,
   * cofactorless), which is that of libsodium's releases. It is part of the protocol: another library, or another
   * line of libsodium, accepts other edge cases. False for wrong lengths; never throws.
   */
  readonly verify: (publicKey: Bytes, message: Bytes, signature: Bytes) => boolean;
  /** The deterministic Ed25519 signature (RFC 8032), 64 bytes. `seed` is 32 bytes. */
  readonly sign: (seed: Bytes, message: Bytes) => Bytes;
  /** The 32-byte Ed25519 public key of a 32-byte seed. */
  readonly publicKeyOf: (seed: Bytes) => Bytes;
};

/** Length in bytes of a hash, a public key, a seed. */
export const HASH_BYTES = 32;
/** Length in bytes of a signature. */
export const SIGNATURE_BYTES = 64;
