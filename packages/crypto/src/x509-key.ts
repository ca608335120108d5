import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";

/** An Ed25519 private key as kept on disk (PKCS#8) and as libsodium takes it (seed). */
export type IdentityKey = {
  /** PKCS#8 in PEM. */
  readonly pem: string;
  /** 32 bytes: what `CryptoSuite.sign` takes. */
  readonly seed: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
};

/** A text that should be an Ed25519 private key is not one. */
export class KeyError extends Error {
  readonly code = "KEY_UNREADABLE";
  override readonly name = "KeyError";
}

/** A new Ed25519 key from the operating system's randomness. */
export const generateIdentityKey = (): IdentityKey => {
  const { privateKey } = generateKeyPairSync("ed25519");
  return identityKeyOf(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
};

/**
 * Reads a PKCS#8 PEM text.
 *
 * @throws KeyError if it is not an unencrypted Ed25519 private key.
 */
export const identityKeyOf = (pem: string): IdentityKey => {
  try {
    const key = createPrivateKey(pem);
    const { d } = key.export({ format: "jwk" });
    const { x } = createPublicKey(key).export({ format: "jwk" });
    if (key.asymmetricKeyType === "ed25519" && d && x)
      return {
        pem,
        seed: new Uint8Array(Buffer.from(d, "base64url")),
        publicKey: new Uint8Array(Buffer.from(x, "base64url")),
      };
  } catch (cause) {
    throw new KeyError("the key cannot be read: give an unencrypted Ed25519 key in PKCS#8 PEM", { cause });
  }
  throw new KeyError("the key is not Ed25519: give an Ed25519 key in PKCS#8 PEM");
};

/**
 * The 32-byte seed of a PKCS#8 PEM text, for `CryptoSuite.sign`.
 *
 * @throws KeyError if it is not an unencrypted Ed25519 private key.
 */
export const seedOfPkcs8 = (pem: string): Uint8Array => identityKeyOf(pem).seed;
