import { createPrivateKey, webcrypto } from "node:crypto";
import type { IdentityKey } from "./x509-key.ts";

/** A raw Ed25519 public key as the web's crypto holds it, which @peculiar/x509 works on. */
export const importPublicKey = (publicKey: Uint8Array): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey("raw", publicKey, "Ed25519", true, ["verify"]);

/** Both halves of an identity key as the web's crypto holds them. */
export const signingKeys = async (key: IdentityKey): Promise<webcrypto.CryptoKeyPair> => ({
  privateKey: await webcrypto.subtle.importKey(
    "pkcs8",
    createPrivateKey(key.pem).export({ type: "pkcs8", format: "der" }),
    "Ed25519",
    false,
    ["sign"],
  ),
  publicKey: await importPublicKey(key.publicKey),
});
