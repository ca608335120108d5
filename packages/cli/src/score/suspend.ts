import { request } from "@dure/client/request";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  formatSuspension,
  judgeSuspensionDraft,
  makeSuspension,
  readSuspension,
  type SuspensionDocument,
  suspensionStatement,
} from "@dure/membership";
import { type IdentityOptions, identityOf } from "../acting-identity.ts";
import { inChannel, type PeerOptions } from "../acting-peer.ts";
import { CliError } from "../error.ts";
import { readGivenFile } from "../proof/read-given-file.ts";
import { type PeerRules, suspensionRules } from "./suspension-rules.ts";

export type SuspendOptions = PeerOptions & IdentityOptions;

/** A suspension with one approval more. */
export type Approved = {
  readonly score: string;
  readonly height: number;
  readonly reason: string;
  /** The organisations that approve it, and how many more are needed. */
  readonly approvedBy: readonly string[];
  readonly needed: number;
  /** The document. */
  readonly text: string;
};

/** More than any document that is read has. */
const BYTES_MAX = 4 << 20;

const approve = async (
  { rules }: PeerRules,
  { suspension, approvals }: SuspensionDocument,
  options: SuspendOptions,
): Promise<Approved> => {
  const suite = createSodiumSuite();
  const { certificate, key } = await identityOf(options, suite);
  const signature = suite.sign(key.seed, suspensionStatement(suspension));
  const document = { suspension, approvals: [...approvals, { certificate: certificate.der, signature }] };
  const draft = judgeSuspensionDraft(rules, document);
  if (!draft.ok) throw new CliError(draft.code, `the suspension is refused: ${draft.message}`);
  const { score, height, reason } = suspension;
  const enough = Math.floor(rules.organisations.length / 2) + 1;
  return {
    ...{ score, height, reason },
    approvedBy: draft.organisations,
    needed: Math.max(0, enough - draft.organisations.length),
    text: formatSuspension(document),
  };
};

/** Refuses what no peer could take up: a SCORE that the channel does not know, a block that is executed. */
const check = async (
  { url }: PeerRules,
  { score, height }: { readonly score: string; readonly height: number },
  { channel }: PeerOptions,
): Promise<void> => {
  if (score === "score-store")
    throw new CliError(
      "SUSPENSION_REFUSED",
      "the SCORE store cannot be suspended: without it, nothing could take a suspended SCORE's place",
    );
  await request({ url }, inChannel(`/api/v2/scores/${encodeURIComponent(score)}`, channel));
  const { executedHeight } = await request({ url }, inChannel("/api/v2/status", channel));
  if (height <= Number(executedHeight))
    throw new CliError(
      "SUSPENSION_LATE",
      `${url} has executed block ${height} already: name the block at which execution halts (${Number(executedHeight) + 1} there), or a later one`,
    );
};

/**
 * Makes a suspension, approved by the administrator who acts.
 *
 * @throws CliError `SUSPENSION_MALFORMED`, `SUSPENSION_REFUSED`, `SUSPENSION_LATE`; ClientError `SCORE_UNKNOWN`.
 */
export const suspend = async (
  score: string,
  height: number,
  reason: string,
  options: SuspendOptions,
): Promise<Approved> => {
  const peer = await suspensionRules(options);
  const made = makeSuspension({ channel: peer.rules.channelId, score, height, reason });
  if (!made.ok) throw new CliError(made.code, `the suspension is refused: ${made.message}`);
  await check(peer, made.suspension, options);
  return approve(peer, { suspension: made.suspension, approvals: [] }, options);
};

/**
 * Adds the approval of the administrator who acts to the suspension in a file.
 *
 * @throws CliError `SUSPENSION_MALFORMED`, `SUSPENSION_REFUSED`, `FILE_UNREADABLE`
 */
export const approveSuspension = async (path: string, options: SuspendOptions): Promise<Approved> => {
  const read = readSuspension(await readGivenFile(path, BYTES_MAX));
  if (!read.ok) throw new CliError(read.code, `${path} holds no suspension: ${read.message}`);
  return approve(await suspensionRules(options), read.document, options);
};
