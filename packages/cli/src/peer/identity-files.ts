import { readFile } from "node:fs/promises";
import type { CryptoSuite } from "@dure/crypto";
import {
  type Certificate,
  certificateIssuedBy,
  derOfPem,
  type Identity,
  identityKeyOf,
  parseCertificate,
} from "@dure/crypto/x509";
import { CliError } from "../error.ts";

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new CliError("IDENTITY_MISSING", `${path} cannot be read: name the right file`, { cause });
  }
};

const damaged = (message: string, cause?: unknown): CliError =>
  new CliError("IDENTITY_DAMAGED", message, { cause });

const readCertificate = async (path: string): Promise<Certificate> => {
  const der = derOfPem("CERTIFICATE", await readText(path));
  const parsed = der && parseCertificate(der);
  if (parsed?.ok) return parsed.certificate;
  throw damaged(`${path} is not a certificate of ours: ${parsed?.message ?? "no PEM"}`);
};

const readKey = async (path: string): Promise<Identity["key"]> => {
  const pem = await readText(path);
  try {
    return identityKeyOf(pem);
  } catch (cause) {
    throw damaged(`${path} is not an unencrypted Ed25519 key in PKCS#8 PEM`, cause);
  }
};

/**
 * An identity of three PEM files that were carried by hand, wherever they stand.
 *
 * @throws CliError `IDENTITY_MISSING`, or `IDENTITY_DAMAGED` where they do not belong together.
 */
export const readIdentityFiles = async (
  paths: { readonly certificate: string; readonly key: string; readonly root: string },
  suite: CryptoSuite,
): Promise<Identity> => {
  const certificate = await readCertificate(paths.certificate);
  const root = await readCertificate(paths.root);
  const key = await readKey(paths.key);
  if (Buffer.compare(key.publicKey, certificate.publicKey) !== 0)
    throw damaged(`${paths.key} is not the key of ${paths.certificate}`);
  if (!certificateIssuedBy(suite, certificate, root))
    throw damaged(`${paths.certificate} was not issued by ${paths.root}`);
  return { certificate, key, root };
};
