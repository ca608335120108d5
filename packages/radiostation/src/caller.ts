import {
  type Certificate,
  certificateIssuedBy,
  certificateValidAt,
  parseCertificate,
  type Verifier,
} from "@dure/crypto/x509";
import type { Home } from "./home.ts";
import { isRevoked } from "./issuance.ts";
import { type Reply, refuse } from "./refusal.ts";

/** Judges who calls, by the certificate of the TLS session. */
export type Authenticate = (presented: Uint8Array | undefined) => Promise<Reply<Certificate>>;

/**
 * Members are judged at each call, not only in the handshake: a session may outlive its certificate, and a revocation
 * counts at once. TLS has shown that the caller holds the certificate's key; the rest is verified again by our own
 * strict reading, so that one verifier decides everywhere.
 */
export const createAuthenticate =
  (home: Home, suite: Verifier, nowMs: () => number): Authenticate =>
  async (presented) => {
    const refused = (why: string) =>
      refuse("UNAUTHENTICATED", `${why}: enrol with a token of this RadioStation`);
    // TLS withholds a certificate that it could not verify, so none, a foreign and an expired one look the same here.
    if (presented === undefined) return refused("no valid certificate of this authority was presented");
    const parsed = parseCertificate(presented);
    if (!parsed.ok || !certificateIssuedBy(suite, parsed.certificate, home.root))
      return refused("the certificate is not this authority's");
    if (!certificateValidAt(parsed.certificate, nowMs())) return refused("the certificate has expired");
    if (await isRevoked(home, parsed.certificate)) return refused("the certificate is revoked");
    return { ok: true, value: parsed.certificate };
  };
