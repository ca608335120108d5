import type { Bytes } from "@dure/crypto";
import { equalBytes } from "@dure/types";
import type { ChannelConfig } from "./genesis.ts";
import { organisationOf } from "./peer-id.ts";

/** A certificate as read (`@dure/crypto/x509`'s Certificate is one): what the rules look at. */
export type CertificateFacts = {
  readonly der: Bytes;
  readonly serial: string;
  readonly commonName: string;
  readonly organisation: string;
  readonly roles: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly publicKey: Bytes;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly isCa: boolean;
};

/** Who a certificate makes its holder in a channel. */
export type Identity = {
  readonly name: string;
  readonly organisation: string;
  readonly roles: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly publicKey: Bytes;
};

/** An identity that an organisation of the channel issued, with what is judged at each use. */
export type IssuedIdentity = {
  readonly identity: Identity;
  readonly serial: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
};

/** Why something is refused: a stable code, and a sentence for people. */
export type Refusal = { readonly ok: false; readonly code: string; readonly message: string };
export type Verdict = { readonly ok: true } | Refusal;

const refuse = (code: string, message: string): Refusal => ({ ok: false, code, message });

/**
 * Judges what does not depend on time: whether an organisation of the channel issued the certificate. `issuedBy` checks
 * the signature against a root's DER. Costs a signature; the answer may be kept under the certificate's id. The root is
 * the channel's word, so its own validity in time is not judged. Codes: `IDENTITY_UNKNOWN_ORGANISATION`,
 * `IDENTITY_IS_CA`, `IDENTITY_NOT_ISSUED`.
 */
export const judgeIssue = (
  config: Pick<ChannelConfig, "organisations">,
  facts: CertificateFacts,
  issuedBy: (root: Bytes) => boolean,
): { readonly ok: true; readonly issued: IssuedIdentity } | Refusal => {
  const { organisation: of, commonName: name, roles, attributes, publicKey } = facts;
  const { serial, notBeforeMs, notAfterMs } = facts;
  const organisation = config.organisations.find((known) => known.name === of);
  if (organisation === undefined)
    return refuse("IDENTITY_UNKNOWN_ORGANISATION", `no organisation ${of} takes part in this channel`);
  if (facts.isCa || equalBytes(organisation.root, facts.der))
    return refuse("IDENTITY_IS_CA", "an authority's certificate is no one's identity");
  if (!issuedBy(organisation.root))
    return refuse("IDENTITY_NOT_ISSUED", `the root of ${of} did not issue this certificate`);
  return {
    ok: true,
    issued: {
      identity: { name, organisation: of, roles, attributes, publicKey },
      serial,
      notBeforeMs,
      notAfterMs,
    },
  };
};

/**
 * Judges what does depend on time and configuration: validity at `atMs`, both ends included, and revocation. Costs a
 * look-up; done for every transaction at its block's timestamp. Codes: `IDENTITY_NOT_YET_VALID`, `IDENTITY_EXPIRED`,
 * `IDENTITY_REVOKED`.
 */
export const judgeAt = (
  config: Pick<ChannelConfig, "revoked">,
  issued: IssuedIdentity,
  atMs: number,
): Verdict => {
  const { identity, serial, notBeforeMs, notAfterMs } = issued;
  const { organisation, name } = identity;
  if (atMs < notBeforeMs)
    return refuse("IDENTITY_NOT_YET_VALID", `the certificate of ${name} is not valid yet`);
  if (atMs > notAfterMs)
    return refuse("IDENTITY_EXPIRED", `the certificate of ${name} has expired: renew it`);
  return config.revoked.has(organisation, serial)
    ? refuse("IDENTITY_REVOKED", `the certificate of ${name} is revoked`)
    : { ok: true };
};

/**
 * Whether an identity's role lets it submit transactions. A peer may where the channel lets peers sign v1 bodies.
 * Code: `ROLE_NOT_ALLOWED`.
 */
export const maySubmit = (config: Pick<ChannelConfig, "policies">, identity: Identity): Verdict => {
  const { submitRoles, peerSubmits } = config.policies;
  const submits: readonly string[] = submitRoles;
  return identity.roles.some((role) => submits.includes(role) || (peerSubmits && role === "peer"))
    ? { ok: true }
    : refuse(
        "ROLE_NOT_ALLOWED",
        `${identity.name} may not submit here: its role is ${identity.roles.join(", ") || "none"}`,
      );
};

/** Whether a configuration names a peer, as validator or follower. */
export const isMember = (
  { validators, followers }: Pick<ChannelConfig, "validators" | "followers">,
  peerId: string,
): boolean => followers.includes(peerId) || validators.some(({ id }) => id === peerId);

/**
 * Whether a peer, whose key the connection proved to be the certificate's, takes part in the channel at `atMs`: as
 * validator or follower. To a `newcomer`, which neither votes nor follows by what it knows and may know an old
 * configuration only, any peer of the channel's organisations may give blocks, which prove themselves. Codes: `NOT_A_MEMBER`, `ROLE_NOT_ALLOWED`, and those of `judgeIssue` and `judgeAt`.
 */
export const mayJoin = (
  config: Pick<ChannelConfig, "organisations" | "validators" | "followers" | "revoked">,
  peerId: string,
  facts: CertificateFacts,
  issuedBy: (root: Bytes) => boolean,
  atMs: number,
  newcomer = false,
): Verdict => {
  // Every organisation of the channel can certify any common name: only its own organisation's word counts for a peer.
  if (
    !(newcomer || isMember(config, peerId)) ||
    facts.commonName !== peerId ||
    facts.organisation !== organisationOf(peerId)
  )
    return refuse("NOT_A_MEMBER", `${peerId} is no member of this channel`);
  if (!facts.roles.includes("peer")) return refuse("ROLE_NOT_ALLOWED", `${peerId} has no peer's certificate`);
  const judged = judgeIssue(config, facts, issuedBy);
  return judged.ok ? judgeAt(config, judged.issued, atMs) : judged;
};
