import { type AlgorithmIdentifier, Certificate as Asn1Certificate, Version } from "@peculiar/asn1-x509";
import { readDer } from "./x509-asn1.ts";
import type { Attributes } from "./x509-attributes.ts";
import { readExtensions } from "./x509-extensions.ts";
import { readSubject, type Subject } from "./x509-subject.ts";

/** Ed25519, for keys and signatures alike (RFC 8410). */
const ED25519_OID = "1.3.101.112";

/** No certificate of ours comes near it; a larger one is not worth reading. */
export const CERTIFICATE_BYTES_MAX = 4096;

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const SERIAL_BYTES_MAX = 20;

/** A certificate as read. Its signature is *not* yet verified: see `certificateIssuedBy`. */
export type Certificate = Subject & {
  /** The whole certificate as received. Its SHA-256 is the sender of the transactions that its key signs. */
  readonly der: Uint8Array;
  /** Lower-case hex of the serial number's bytes. */
  readonly serial: string;
  /** The raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly isCa: boolean;
  /** What the authority says of the holder beside, by name. */
  readonly attributes: Attributes;
  readonly issuerCommonName: string;
  readonly issuerOrganisation: string;
  /** The signed bytes exactly as received. */
  readonly tbs: Uint8Array;
  /** The Ed25519 signature over `tbs`, 64 bytes. */
  readonly signature: Uint8Array;
};

export type CertificateRefusal =
  | "TOO_LARGE"
  | "MALFORMED"
  | "VERSION"
  | "SERIAL"
  | "ALGORITHM"
  | "SUBJECT"
  | "VALIDITY"
  | "EXTENSION"
  | "UNKNOWN_CRITICAL_EXTENSION";

export type ParsedCertificate =
  | { readonly ok: true; readonly certificate: Certificate }
  | { readonly ok: false; readonly code: CertificateRefusal; readonly message: string };

const refuse = (code: CertificateRefusal, message: string): ParsedCertificate => ({
  ok: false,
  code,
  message,
});

/** RFC 8410: the parameters must be absent, not NULL. */
export const isEd25519 = ({ algorithm, parameters }: AlgorithmIdentifier): boolean =>
  algorithm === ED25519_OID && parameters === undefined;

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * Reads a certificate strictly: DER without trailing bytes, at most 4 KiB, version 3, an Ed25519 key and signature,
 * CN, O and OU as the names of `isCommonName` and `isName`, no unknown critical extension. Validity is read, not
 * judged (`certificateValidAt`), and so is the signature (`certificateIssuedBy`).
 *
 * @returns the certificate, or a refusal with a stable code. Never throws.
 */
export const parseCertificate = (der: Uint8Array): ParsedCertificate => {
  if (der.length > CERTIFICATE_BYTES_MAX)
    return refuse("TOO_LARGE", `a certificate has at most ${CERTIFICATE_BYTES_MAX} bytes`);
  // A copy: the caller may reuse its buffer, and `tbs` must stay what was verified.
  const bytes = Uint8Array.from(der);
  const read = readDer(Asn1Certificate, bytes);
  if (read?.tbsCertificateRaw === undefined) return refuse("MALFORMED", "this is not a DER certificate");
  try {
    return judge(bytes, read, new Uint8Array(read.tbsCertificateRaw));
  } catch {
    return refuse("MALFORMED", "this is not a DER certificate");
  }
};

const judge = (der: Uint8Array, read: Asn1Certificate, tbs: Uint8Array): ParsedCertificate => {
  const { version, serialNumber, signature: inner, subjectPublicKeyInfo: key, ...rest } = read.tbsCertificate;
  if (version !== Version.v3) return refuse("VERSION", "only version 3 is read");
  if (rest.issuerUniqueID !== undefined || rest.subjectUniqueID !== undefined)
    return refuse("VERSION", "unique identifiers are not read");
  const signature = new Uint8Array(read.signatureValue);
  const publicKey = new Uint8Array(key.subjectPublicKey);
  if (![inner, read.signatureAlgorithm, key.algorithm].every(isEd25519))
    return refuse("ALGORITHM", "key and signature must be Ed25519");
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES)
    return refuse("ALGORITHM", "an Ed25519 key has 32 bytes, a signature 64");
  const serial = new Uint8Array(serialNumber);
  const [first] = serial;
  if (first === undefined || first >= 0x80 || serial.length > SERIAL_BYTES_MAX)
    return refuse("SERIAL", "the serial number is positive and has at most 20 bytes");
  const subject = readSubject(rest.subject);
  const issuer = readSubject(rest.issuer);
  if (subject === undefined)
    return refuse("SUBJECT", "the subject must be CN, O and OU by dure's naming rules");
  if (issuer === undefined)
    return refuse("SUBJECT", "the issuer must be CN, O and OU by dure's naming rules");
  const notBeforeMs = rest.validity.notBefore.getTime().getTime();
  const notAfterMs = rest.validity.notAfter.getTime().getTime();
  if (!Number.isSafeInteger(notBeforeMs) || !Number.isSafeInteger(notAfterMs) || notBeforeMs > notAfterMs)
    return refuse("VALIDITY", "the validity must be two times in order");
  const extensions = readExtensions(rest.extensions);
  if (!extensions.ok) return refuse(extensions.code, extensions.message);
  return {
    ok: true,
    certificate: {
      ...subject,
      der,
      serial: hexOf(serial),
      publicKey,
      notBeforeMs,
      notAfterMs,
      isCa: extensions.isCa,
      attributes: extensions.attributes,
      issuerCommonName: issuer.commonName,
      issuerOrganisation: issuer.organisation,
      tbs,
      signature,
    },
  };
};
