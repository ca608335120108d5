import { createSecureContext } from "node:tls";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  type Certificate,
  certificateIssuedBy,
  certificateValidAt,
  derOfPem,
  identityKeyOf,
  parseCertificate,
} from "@dure/crypto/x509";
import { NetworkError } from "./network-error.ts";
import { secureContextOf } from "./secure-context.ts";

/** What a peer shows (certificate and key) and whom it believes (one root per organisation, or two while it renews). */
export type TransportIdentity = {
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly rootsPem: readonly string[];
};

/** Who a certificate says its holder is, or why it says nothing. */
export type Verdict =
  | { readonly ok: true; readonly peerId: string; readonly certificate: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/** Judges the DER of a certificate, at a time unless that is not to be judged. */
export type PeerVerifier = (der: Uint8Array, atMs?: number) => Verdict;

const certificateOf = (pem: string, what: string): Certificate => {
  const der = derOfPem("CERTIFICATE", pem);
  const read = der && parseCertificate(der);
  if (read?.ok) return read.certificate;
  throw new NetworkError(
    "IDENTITY_INVALID",
    `${what} is not a certificate of dure: ${read?.message ?? "no PEM"}`,
  );
};

/** A peer's common name is its id, and a peer id ends in its organisation: parsing has checked which one. */
const isPeer = (certificate: Certificate): boolean =>
  certificate.commonName.endsWith(`.${certificate.organisation}`) &&
  certificate.roles.includes("peer") &&
  !certificate.isCa;

/**
 * The one rule that tells who is at the other end, for dialled and accepted connections alike: the certificate was
 * issued directly by a root of *its own* organisation, is within its validity, has the role `peer`, and its common name
 * is a peer id of that organisation.
 *
 * TLS has verified a chain to some root by then. That is not enough: with several organisations' roots in one list, any
 * of them could certify a name of another's (directly, or through an intermediate authority), so the signature is
 * verified here once more, by libsodium, against the right root.
 *
 * @throws NetworkError `IDENTITY_INVALID` if a root is unreadable or not an authority.
 */
export const createPeerVerifier = (rootsPem: readonly string[]): PeerVerifier => {
  const suite = createSodiumSuite();
  const roots = rootsPem.map((pem, index) => certificateOf(pem, `root ${index}`));
  for (const root of roots)
    if (!certificateIssuedBy(suite, root, root))
      throw new NetworkError(
        "IDENTITY_INVALID",
        `the root of ${root.organisation} is not a self-signed root`,
      );
  return (der, atMs) => {
    const read = parseCertificate(der);
    if (!read.ok) return { ok: false, reason: read.message };
    const { certificate } = read;
    if (!isPeer(certificate))
      return { ok: false, reason: `${certificate.commonName} of ${certificate.organisation} is not a peer` };
    const root = roots.find((candidate) => certificateIssuedBy(suite, certificate, candidate));
    if (root === undefined)
      return { ok: false, reason: `no root of ${certificate.organisation} issued this certificate` };
    if (atMs !== undefined && !(certificateValidAt(certificate, atMs) && certificateValidAt(root, atMs)))
      return {
        ok: false,
        reason: `the certificate of ${certificate.commonName} is expired or not yet valid`,
      };
    return { ok: true, peerId: certificate.commonName, certificate: certificate.der };
  };
};

/**
 * Checks an identity before it is put to use: the key is the certificate's, and others with the same roots will see
 * `self` in it. Validity in time is not judged, so that an expired peer can start, be seen, and be renewed.
 *
 * @throws NetworkError `IDENTITY_INVALID`, saying which file is wrong.
 */
export const checkIdentity = (self: string, identity: TransportIdentity): void => {
  const certificate = certificateOf(identity.certificatePem, "the peer's certificate");
  if (certificate.commonName !== self)
    throw new NetworkError(
      "IDENTITY_INVALID",
      `the certificate names ${certificate.commonName}, but this peer is ${self}: use the identity of ${self}`,
    );
  let publicKey: Uint8Array;
  try {
    publicKey = identityKeyOf(identity.keyPem).publicKey;
  } catch (cause) {
    throw new NetworkError("IDENTITY_INVALID", `the key of ${self} is unreadable: enrol again`, { cause });
  }
  if (Buffer.compare(publicKey, certificate.publicKey) !== 0)
    throw new NetworkError("IDENTITY_INVALID", `the key is not that of the certificate of ${self}`);
  const verdict = createPeerVerifier(identity.rootsPem)(certificate.der);
  if (!verdict.ok)
    throw new NetworkError("IDENTITY_INVALID", `no peer would accept this one: ${verdict.reason}`);
  try {
    createSecureContext(secureContextOf(identity));
  } catch (cause) {
    throw new NetworkError("IDENTITY_INVALID", `TLS does not take the identity of ${self}: enrol again`, {
      cause,
    });
  }
};
