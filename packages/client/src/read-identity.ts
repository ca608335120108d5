import type { Bytes } from "@dure/crypto";
import { fromBase64 } from "@dure/types";
import { ClientError } from "./error.ts";
import type { Signer } from "./make-transaction.ts";

/** What stands before the 32-byte seed in a PKCS#8 key of Ed25519 (RFC 8410). */
const PKCS8_PREFIX = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);
const SEED_BYTES = 32;

const derOf = (pem: string, label: string): Bytes => {
  const form = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]*)-----END ${label}-----`);
  const body = form.exec(pem)?.[1]?.replaceAll(/\s/g, "");
  const der = body === undefined ? undefined : fromBase64(body);
  if (der !== undefined && der.length > 0) return der;
  throw new ClientError("IDENTITY_INVALID", `this is no ${label.toLowerCase()} in PEM`);
};

/**
 * An identity from the texts of its two files, `certificate.pem` and `key.pem`. The key stays with the caller: it signs
 * here and is sent nowhere. Throws ClientError `IDENTITY_INVALID`.
 *
 * @example
 * const alice = readIdentity(certificatePem, keyPem);
 * console.log(alice.certificate.length > 0);
 */
export const readIdentity = (certificatePem: string, keyPem: string): Signer => {
  const certificate = derOf(certificatePem, "CERTIFICATE");
  const key = derOf(keyPem, "PRIVATE KEY");
  const isEd25519 =
    key.length === PKCS8_PREFIX.length + SEED_BYTES && PKCS8_PREFIX.every((byte, at) => key[at] === byte);
  if (!isEd25519) throw new ClientError("IDENTITY_INVALID", "the key is no Ed25519 key in PKCS#8");
  return { certificate, seed: key.slice(PKCS8_PREFIX.length) };
};
