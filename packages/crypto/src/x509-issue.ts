import "./x509-asn1.ts";
import { randomBytes, webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { ATTRIBUTES_OID, type Attributes, writeAttributes } from "./x509-attributes.ts";
import { type Certificate, parseCertificate } from "./x509-certificate.ts";
import type { IdentityKey } from "./x509-key.ts";
import { type ParsedRequest, parseRequest } from "./x509-request.ts";
import { type Subject, writeSubject } from "./x509-subject.ts";
import type { Verifier } from "./x509-verify.ts";
import { importPublicKey, signingKeys } from "./x509-webcrypto.ts";

/** The common name of every organisation's root; `issue` gives it to nobody else. */
export const ROOT_COMMON_NAME = "root";

export type SubjectAltName = { readonly type: "dns" | "ip"; readonly value: string };

/** A positive serial number of 16 random bytes without a leading zero, in hex. */
const newSerial = (): string => {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
};

/** What we made ourselves must pass our own reading of it; anything else is a bug or a name outside the rules. */
const own = (rawData: ArrayBuffer): Certificate => {
  const read = parseCertificate(new Uint8Array(rawData));
  if (!read.ok) throw new RangeError(`the certificate would break the rules: ${read.message}`);
  return read.certificate;
};

/**
 * A self-signed root for an organisation, valid from `nowMs` to `notAfterMs` (cut to whole seconds), with a new key
 * unless one is given. Its holder can issue any certificate of the organisation: keep the key offline or mode 0600.
 *
 * @throws RangeError if the organisation's name breaks the rules.
 */
export const makeRoot = async (options: {
  readonly organisation: string;
  readonly nowMs: number;
  readonly notAfterMs: number;
  readonly key: IdentityKey;
}): Promise<Certificate> => {
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: newSerial(),
      name: writeSubject({ commonName: ROOT_COMMON_NAME, organisation: options.organisation, roles: [] }),
      notBefore: new Date(options.nowMs),
      notAfter: new Date(options.notAfterMs),
      keys: await signingKeys(options.key),
      signingAlgorithm: { name: "Ed25519" },
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(
          await importPublicKey(options.key.publicKey),
          false,
          webcrypto,
        ),
      ],
    },
    webcrypto,
  );
  return own(certificate.rawData);
};

export type IssueOptions = {
  readonly suite: Verifier;
  readonly root: Certificate;
  readonly rootKey: IdentityKey;
  /** PKCS#10, DER. Its key and common name are taken; its roles are not. */
  readonly request: Uint8Array;
  /** The roles to certify, decided by the issuer. */
  readonly roles: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** What is certified of the holder beside; see `attributesFlaw` for what they may be. */
  readonly attributes?: Attributes;
  /** Names and addresses for TLS clients that check those. Peers check the common name. */
  readonly subjectAltNames?: readonly SubjectAltName[];
};

export type Issued =
  | { readonly ok: true; readonly certificate: Certificate }
  | Exclude<ParsedRequest, { ok: true }>
  | { readonly ok: false; readonly code: "ORGANISATION" | "RESERVED_NAME"; readonly message: string };

/**
 * Issues a certificate for a request, after verifying that the request's key signed it and that it asks for a name of
 * the root's own organisation.
 *
 * @returns the certificate, or a refusal: the request is remote input.
 * @throws RangeError if the roles, the attributes or the validity, which are ours, break the rules.
 */
export const issue = async (options: IssueOptions): Promise<Issued> => {
  const { root, rootKey } = options;
  const parsed = parseRequest(options.suite, options.request);
  if (!parsed.ok) return parsed;
  const { commonName, organisation, publicKey } = parsed.request;
  if (organisation !== root.organisation)
    return { ok: false, code: "ORGANISATION", message: `this root issues for ${root.organisation} only` };
  if (commonName === ROOT_COMMON_NAME)
    return { ok: false, code: "RESERVED_NAME", message: `the name ${ROOT_COMMON_NAME} is the root's` };
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: newSerial(),
      subject: writeSubject({ commonName, organisation, roles: options.roles }),
      issuer: writeSubject(root satisfies Subject),
      notBefore: new Date(options.notBeforeMs),
      notAfter: new Date(options.notAfterMs),
      publicKey: await importPublicKey(publicKey),
      signingKey: (await signingKeys(rootKey)).privateKey,
      signingAlgorithm: { name: "Ed25519" },
      extensions: [
        ...leafExtensions(options.subjectAltNames ?? []),
        ...attributeExtensions(options.attributes ?? {}),
        // Tells two roots of one name apart, an old and a renewed one or an impostor's. Without it OpenSSL would try a
        // wrong root's key, and the failed check, left in its error queue, makes Node drop the whole connection.
        await AuthorityKeyIdentifierExtension.create(await importPublicKey(root.publicKey), false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { ok: true, certificate: own(certificate.rawData) };
};

const attributeExtensions = (attributes: Attributes): readonly Extension[] =>
  Object.keys(attributes).length === 0
    ? []
    : [new Extension(ATTRIBUTES_OID, false, writeAttributes(attributes).slice())];

const leafExtensions = (names: readonly SubjectAltName[]) => [
  new BasicConstraintsExtension(false, undefined, true),
  new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
  new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
  ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names.map((name) => ({ ...name })))]),
];
