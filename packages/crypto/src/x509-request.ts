import "./x509-asn1.ts";
import { webcrypto } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Name, SubjectPublicKeyInfo } from "@peculiar/asn1-x509";
import { Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator } from "@peculiar/x509";
import { derContent, derEnd, sameBytes } from "./x509-asn1.ts";
import { isEd25519 } from "./x509-certificate.ts";
import type { IdentityKey } from "./x509-key.ts";
import { readSubject, type Subject, writeSubject } from "./x509-subject.ts";
import type { Verifier } from "./x509-verify.ts";
import { signingKeys } from "./x509-webcrypto.ts";

/** A request is smaller than a certificate; the same bound serves. */
export const REQUEST_BYTES_MAX = 4096;

/** A certificate request whose holder has proven that it holds the key. */
export type CertificateRequest = Subject & {
  /** The raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
};

export type ParsedRequest =
  | { readonly ok: true; readonly request: CertificateRequest }
  | {
      readonly ok: false;
      readonly code: "TOO_LARGE" | "MALFORMED" | "ALGORITHM" | "SUBJECT" | "SIGNATURE";
      readonly message: string;
    };

/** A PKCS#10 request for the subject, signed by its key. @returns DER. */
export const makeRequest = async (subject: Subject, key: IdentityKey): Promise<Uint8Array> => {
  const request = await Pkcs10CertificateRequestGenerator.create(
    { name: writeSubject(subject), keys: await signingKeys(key), signingAlgorithm: { name: "Ed25519" } },
    webcrypto,
  );
  return new Uint8Array(request.rawData);
};

/**
 * Reads a PKCS#10 request (DER) and verifies that its own key signed it: who cannot sign with a key gets no
 * certificate for it. Attributes and requested extensions are ignored; the issuer decides those.
 *
 * @returns the request, or a refusal with a stable code. Never throws.
 */
export const parseRequest = (suite: Verifier, der: Uint8Array): ParsedRequest => {
  if (der.length > REQUEST_BYTES_MAX)
    return { ok: false, code: "TOO_LARGE", message: `a request has at most ${REQUEST_BYTES_MAX} bytes` };
  try {
    return judge(suite, Uint8Array.from(der)); // A copy: the caller may reuse its buffer.
  } catch {
    return { ok: false, code: "MALFORMED", message: "this is not a DER certificate request" };
  }
};

/** AlgorithmIdentifier Ed25519, then the header of a BIT STRING of 64 bytes without unused bits. */
const SIGNATURE_HEADER = Uint8Array.of(0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x41, 0);

const judge = (suite: Verifier, der: Uint8Array): ParsedRequest => {
  const read = new Pkcs10CertificateRequest(der);
  const start = derContent(der, 0);
  const end = derEnd(der, start);
  if (end === undefined || derEnd(der, 0) !== der.length)
    return { ok: false, code: "MALFORMED", message: "this is not a DER certificate request" };
  const key = AsnConvert.parse(read.publicKey.rawData, SubjectPublicKeyInfo);
  const publicKey = new Uint8Array(key.subjectPublicKey);
  const header = der.subarray(end, end + SIGNATURE_HEADER.length);
  if (!isEd25519(key.algorithm) || publicKey.length !== 32 || !sameBytes(header, SIGNATURE_HEADER))
    return { ok: false, code: "ALGORITHM", message: "key and signature must be Ed25519" };
  if (!suite.verify(publicKey, der.subarray(start, end), der.subarray(end + SIGNATURE_HEADER.length)))
    return { ok: false, code: "SIGNATURE", message: "the request is not signed by its own key" };
  const subject = readSubject(AsnConvert.parse(read.subjectName.toArrayBuffer(), Name));
  if (subject === undefined)
    return { ok: false, code: "SUBJECT", message: "the subject must be CN, O and OU by dure's naming rules" };
  return { ok: true, request: { ...subject, publicKey } };
};
