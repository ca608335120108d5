import type { Bytes, CryptoSuite } from "@dure/crypto";
import { type Certificate, certificateIssuedBy, parseCertificate } from "@dure/crypto/x509";
import {
  type ChannelConfig,
  type Identity,
  type IssuedIdentity,
  judgeAt,
  judgeIssue,
  maySubmit,
} from "@dure/membership";
import { certificateId, type Hash } from "@dure/types";

/** A certificate as this channel judges it: its identity, or why it has none here. */
export type Judged =
  | { readonly ok: true; readonly der: Bytes; readonly issued: IssuedIdentity }
  | { readonly ok: false; readonly code: string; readonly message: string };

/**
 * The identities of senders. What does not depend on time (the chain to the organisation's root) is judged once per
 * certificate and remembered; validity and role are judged for each block by its timestamp.
 */
export type Identities = {
  /** The configuration by which they are judged. */
  readonly config: ChannelConfig;
  /** Judges a certificate and remembers it under its id. */
  readonly learn: (der: Bytes) => { readonly id: Hash; readonly judged: Judged };
  /** The certificate of a sender, if it was learned. */
  readonly certificateOf: (sender: Hash) => Bytes | undefined;
  readonly keyOf: (sender: Hash) => Bytes | undefined;
  /** Who a sender is, for the SCORE; undefined if it was never learned. */
  readonly identityOf: (sender: Hash) => Identity | undefined;
  /** Whether a sender may submit at a time; the code of the refusal otherwise. */
  readonly refusalAt: (
    sender: Hash,
    atMs: number,
  ) => { readonly code: string; readonly message: string } | undefined;
};

/** More certificates than this are not remembered: the one learned longest ago is judged again when it comes back. */
const REMEMBERED_MAX = 100_000;

/**
 * The certificates that some epoch's organisations issued, by id. Shared by the epochs, so that a sender that was
 * learned before a change of the configuration need not send its certificate again.
 */
export class KnownCertificates {
  readonly #ders = new Map<Hash, Bytes>();

  get(id: Hash): Bytes | undefined {
    return this.#ders.get(id);
  }

  add(id: Hash, der: Bytes): void {
    this.#ders.delete(id);
    this.#ders.set(id, der);
    if (this.#ders.size > REMEMBERED_MAX) this.#ders.delete(this.#ders.keys().next().value as Hash);
  }
}

/** Whether the root of this DER issued a certificate. */
export const issuedBy = (suite: CryptoSuite, certificate: Certificate, root: Bytes): boolean => {
  const parsed = parseCertificate(root);
  return parsed.ok && certificateIssuedBy(suite, certificate, parsed.certificate);
};

const UNKNOWN = {
  code: "IDENTITY_UNKNOWN",
  message: "the sender's certificate is not known here: send it along",
};

/** The identities of senders as one configuration judges them. */
export const createIdentities = (
  suite: CryptoSuite,
  config: ChannelConfig,
  certificates = new KnownCertificates(),
): Identities => {
  const known = new Map<Hash, Judged>();

  const judge = (der: Bytes): Judged => {
    const parsed = parseCertificate(der);
    if (!parsed.ok) return { ok: false, code: "CERTIFICATE_MALFORMED", message: parsed.message };
    const { certificate } = parsed;
    const verdict = judgeIssue(config, certificate, (root) => issuedBy(suite, certificate, root));
    return verdict.ok ? { ok: true, der: parsed.certificate.der, issued: verdict.issued } : verdict;
  };

  const learn: Identities["learn"] = (der) => {
    const id = certificateId(suite, der);
    const judged = known.get(id) ?? judge(der);
    // Only what an organisation issued is remembered: anyone can send any number of other certificates, and would
    // push out those of senders whose transactions wait to be ordered and executed.
    if (!judged.ok) return { id, judged };
    known.delete(id);
    known.set(id, judged);
    certificates.add(id, judged.der);
    if (known.size > REMEMBERED_MAX) known.delete(known.keys().next().value as Hash);
    return { id, judged };
  };

  const judgedOf = (sender: Hash): Judged | undefined => {
    const der = known.has(sender) ? undefined : certificates.get(sender);
    return der === undefined ? known.get(sender) : learn(der).judged;
  };

  const issuedOf = (sender: Hash): IssuedIdentity | undefined => {
    const judged = judgedOf(sender);
    return judged?.ok === true ? judged.issued : undefined;
  };

  return {
    config,
    learn,
    certificateOf: (sender) => {
      const judged = judgedOf(sender);
      return judged?.ok === true ? judged.der : undefined;
    },
    keyOf: (sender) => issuedOf(sender)?.identity.publicKey,
    identityOf: (sender) => issuedOf(sender)?.identity,
    refusalAt: (sender, atMs) => {
      const judged = judgedOf(sender);
      if (judged === undefined) return UNKNOWN;
      if (!judged.ok) return judged;
      const { issued } = judged;
      const verdict = judgeAt(config, issued, atMs);
      if (!verdict.ok) return verdict;
      const allowed = maySubmit(config, issued.identity);
      return allowed.ok ? undefined : allowed;
    },
  };
};
