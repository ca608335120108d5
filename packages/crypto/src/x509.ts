/**
 * X.509 certificates of dure: version 3, Ed25519, one self-signed root for each organisation, no intermediates.
 *
 * Owns: reading certificates and PKCS#10 requests strictly, making them, PEM, identity directories on disk.
 * Guarantees: reading never throws and takes one encoding only (DER), so that one certificate has one hash; what was
 * signed is verified as received; an authority certifies names of its own organisation alone.
 * Leaves to others: which roots a channel trusts, revocation, and what a role may do (membership); when to renew
 * (the holder); TLS sessions (network, radiostation).
 * Not for a process that runs SES lockdown: @peculiar/x509 fails there.
 */
export { type Attributes, attributesFlaw } from "./x509-attributes.ts";
export {
  CERTIFICATE_BYTES_MAX,
  type Certificate,
  type CertificateRefusal,
  type ParsedCertificate,
  parseCertificate,
} from "./x509-certificate.ts";
export { type Identity, IdentityError, readIdentity, writeIdentity } from "./x509-identity.ts";
export {
  type Issued,
  type IssueOptions,
  issue,
  makeRoot,
  ROOT_COMMON_NAME,
  type SubjectAltName,
} from "./x509-issue.ts";
export { generateIdentityKey, type IdentityKey, identityKeyOf, KeyError, seedOfPkcs8 } from "./x509-key.ts";
export { CERTIFICATE_ROLES, isCommonName, isName } from "./x509-names.ts";
export { derOfPem, type PemLabel, pemOf } from "./x509-pem.ts";
export {
  type CertificateRequest,
  makeRequest,
  type ParsedRequest,
  parseRequest,
  REQUEST_BYTES_MAX,
} from "./x509-request.ts";
export type { Subject } from "./x509-subject.ts";
export { certificateIssuedBy, certificateValidAt, type Verifier } from "./x509-verify.ts";
