import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { sameBytes } from "./x509-asn1.ts";
import { type Certificate, parseCertificate } from "./x509-certificate.ts";
import { type IdentityKey, identityKeyOf } from "./x509-key.ts";
import { derOfPem, pemOf } from "./x509-pem.ts";
import { certificateIssuedBy, type Verifier } from "./x509-verify.ts";

/** Who a peer or a client is: its certificate, the key of it, and the root that issued it. */
export type Identity = {
  readonly certificate: Certificate;
  readonly key: IdentityKey;
  readonly root: Certificate;
};

/** An identity directory is missing, damaged, or in the way. */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
  readonly code: "IDENTITY_MISSING" | "IDENTITY_DAMAGED" | "IDENTITY_EXISTS";

  constructor(code: IdentityError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Temp file, fsync, rename: a reader sees the old file or the new one. The mode stands before the first byte. */
const replaceFile = async (path: string, text: string, mode: number): Promise<void> => {
  const draft = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = await open(draft, "wx", mode);
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(draft, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * Writes an identity directory: `root.pem`, `key.pem` (mode 0600) and, last, `certificate.pem`, so that a directory
 * with a certificate is complete.
 *
 * @throws IdentityError `IDENTITY_EXISTS` if the directory holds a key or certificate and `replace` is not set.
 */
export const writeIdentity = async (
  directory: string,
  identity: Identity,
  options: { readonly replace?: boolean } = {},
): Promise<void> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const taken =
    (await exists(join(directory, "certificate.pem"))) || (await exists(join(directory, "key.pem")));
  if (taken && options.replace !== true)
    throw new IdentityError(
      "IDENTITY_EXISTS",
      `${directory} already holds an identity: choose another directory`,
    );
  await replaceFile(join(directory, "root.pem"), pemOf("CERTIFICATE", identity.root.der), 0o644);
  await replaceFile(join(directory, "key.pem"), identity.key.pem, 0o600);
  await replaceFile(
    join(directory, "certificate.pem"),
    pemOf("CERTIFICATE", identity.certificate.der),
    0o644,
  );
};

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new IdentityError("IDENTITY_MISSING", `${path} cannot be read: enrol, or name another directory`, {
      cause,
    });
  }
};

const readCertificate = async (path: string): Promise<Certificate> => {
  const der = derOfPem("CERTIFICATE", await readText(path));
  const read = der && parseCertificate(der);
  if (read?.ok) return read.certificate;
  throw new IdentityError(
    "IDENTITY_DAMAGED",
    `${path} is not a certificate of ours: ${read?.message ?? "no PEM"}`,
  );
};

/**
 * Reads an identity directory, and checks that the key is the certificate's and that the root issued the certificate.
 * Expiry is not judged: an expired identity can be read, shown, and enrolled again.
 *
 * @throws IdentityError `IDENTITY_MISSING` or `IDENTITY_DAMAGED`.
 */
export const readIdentity = async (directory: string, suite: Verifier): Promise<Identity> => {
  const certificate = await readCertificate(join(directory, "certificate.pem"));
  const root = await readCertificate(join(directory, "root.pem"));
  const pem = await readText(join(directory, "key.pem"));
  let key: IdentityKey;
  try {
    key = identityKeyOf(pem);
  } catch (cause) {
    throw new IdentityError("IDENTITY_DAMAGED", `${join(directory, "key.pem")} is not an Ed25519 key`, {
      cause,
    });
  }
  if (!sameBytes(key.publicKey, certificate.publicKey))
    throw new IdentityError("IDENTITY_DAMAGED", `${directory}: key.pem is not the key of certificate.pem`);
  if (!certificateIssuedBy(suite, certificate, root))
    throw new IdentityError("IDENTITY_DAMAGED", `${directory}: certificate.pem was not issued by root.pem`);
  return { certificate, key, root };
};
