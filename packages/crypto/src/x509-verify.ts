import { sameBytes } from "./x509-asn1.ts";
import type { Certificate } from "./x509-certificate.ts";

/** The part of a crypto suite that verifies. */
export type Verifier = {
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
};

/**
 * True if `issuer` is an authority that signed `certificate`: the signature over the bytes as received, the issuer's
 * name, and the same organisation (an authority speaks for its own organisation alone). There are no intermediate
 * authorities: an authority's certificate is issued only by itself. Validity and revocation are the caller's to judge.
 */
export const certificateIssuedBy = (
  suite: Verifier,
  certificate: Certificate,
  issuer: Certificate,
): boolean =>
  issuer.isCa &&
  certificate.issuerCommonName === issuer.commonName &&
  certificate.issuerOrganisation === issuer.organisation &&
  certificate.organisation === issuer.organisation &&
  (!certificate.isCa || sameBytes(certificate.der, issuer.der)) &&
  suite.verify(issuer.publicKey, certificate.tbs, certificate.signature);

/** True if `atMs` lies within the certificate's validity, both ends included. */
export const certificateValidAt = (certificate: Certificate, atMs: number): boolean =>
  certificate.notBeforeMs <= atMs && atMs <= certificate.notAfterMs;
