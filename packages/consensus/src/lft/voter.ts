import type { Bytes } from "@dure/crypto";
import {
  CERTIFICATE_KIND,
  type Certificate,
  type CertificateKind,
  type Hash,
  voteStatement,
} from "@dure/types";
import type { Candidate } from "../engine.ts";
import type { Context } from "./context.ts";
import type { Proposal, Timeout, Vote } from "./message.ts";
import { PROPOSAL_KIND, proposeStatement } from "./propose-statement.ts";
import { type DurableRecord, encodeRecord, type Voted } from "./record.ts";
import type { Entry } from "./state.ts";
import { type TimeoutCertificate, timeoutStatement } from "./timeout-certificate.ts";

/**
 * All that safety rests on: the only module that changes the durable record and that signs proposals, votes, commit
 * votes and timeouts. Each is judged by `rules.ts`, written down with the data it depends on, and only then signed;
 * what is signed again is always what was recorded. Nothing else in the engine can make this node equivocate.
 */

/** What a proposal of a view builds on (rule 3): QC(view − 1), or TC(view − 1) with its QC. */
export type Ground = { readonly qc: Certificate; readonly tc: TimeoutCertificate | undefined };

/**
 * The next durable record, with the data of the blocks that what follows depends on, ancestors first. Sends that come
 * later in the effects leave only when both are synced.
 */
const persist = (context: Context, change: Partial<DurableRecord>, blocks: readonly Entry[] = []): void => {
  const { state } = context;
  state.record = { ...state.record, ...change, view: state.view };
  const fresh: Candidate[] = [];
  for (const entry of blocks) {
    if (entry.durable) continue;
    entry.durable = true;
    fresh.push(entry.candidate);
  }
  context.effects.push({ type: "persist", record: encodeRecord(state.record), blocks: fresh });
};

const signerOf = ({ config }: Context): number => {
  if (config.self === undefined) throw new Error("a node without a key signs nothing");
  return config.self.index;
};

const sign = ({ config }: Context, statement: Bytes): Bytes => {
  if (config.self === undefined) throw new Error("a node without a key signs nothing");
  return config.suite.sign(config.self.seed, statement);
};

const signVote = (context: Context, kind: CertificateKind, { view, blockId }: Voted): Vote => {
  const { config } = context;
  const unsigned = { kind, epoch: config.epoch, view, blockId };
  const signature = sign(context, voteStatement(config.channelId, unsigned));
  return { type: "vote", ...unsigned, signer: signerOf(context), signature };
};

const signProposal = (
  context: Context,
  kind: number,
  { id, header, headerBytes, bodyBytes }: Candidate,
  { qc, tc }: Ground,
): Proposal => {
  const { config } = context;
  const statement = { epoch: config.epoch, view: header.view, kind, blockId: id };
  const signature = sign(context, proposeStatement(config.channelId, statement));
  return { type: "proposal", kind, headerBytes, bodyBytes, qc, tc, signature };
};

/** Rule 6: a verified QC that is higher replaces the highest one. Need not be durable until something depends on it. */
export const raiseQc = ({ state, rules }: Context, qc: Certificate): void => {
  if (rules.isHigher(qc, state.record.highQc)) state.record = { ...state.record, highQc: qc };
};

/** A verified TC that is later replaces the latest one. */
export const raiseTc = ({ state }: Context, tc: TimeoutCertificate): void => {
  if (tc.view > (state.record.highTc?.view ?? 0)) state.record = { ...state.record, highTc: tc };
};

/** Rule 5: this node's vote for a valid block, `blocks` being it and its uncommitted ancestors; undefined if it may not. */
export const vote = (
  context: Context,
  { id, header }: Candidate,
  { qc, tc }: Ground,
  blocks: readonly Entry[],
): Vote | undefined => {
  const { state, rules } = context;
  if (!state.voting || !rules.mayVote(state.record, header, qc, tc)) return undefined;
  const voted = { view: header.view, blockId: id };
  persist(context, { voted }, blocks);
  return signVote(context, CERTIFICATE_KIND.vote, voted);
};

/** Rule 7: this node's commit vote for the block of a QC; undefined if it may not. */
export const commitVote = (context: Context, qc: Certificate, blocks: readonly Entry[]): Vote | undefined => {
  const { state, rules } = context;
  if (!state.voting || !rules.mayCommitVote(state.record, qc)) return undefined;
  const commitVoted = { view: qc.view, blockId: qc.blockId };
  persist(context, { commitVoted }, blocks);
  return signVote(context, CERTIFICATE_KIND.commit, commitVoted);
};

/** Whether this node, as leader of the view, has not proposed in this way and may. */
export const mayPropose = ({ state }: Context, kind: number, view: number): boolean => {
  const { proposed, proposedEarly, timedOut } = state.record;
  const last = kind === PROPOSAL_KIND.normal ? proposed : proposedEarly;
  return state.voting && last.view < view && timedOut < view;
};

/** Rule 3, with this node's own vote: one sync for both. Undefined if it may not. */
export const propose = (
  context: Context,
  candidate: Candidate,
  ground: Ground,
  blocks: readonly Entry[],
): { readonly proposal: Proposal; readonly vote: Vote } | undefined => {
  const { state, rules } = context;
  const { id, header } = candidate;
  if (!mayPropose(context, PROPOSAL_KIND.normal, header.view)) return undefined;
  if (!rules.mayVote(state.record, header, ground.qc, ground.tc)) return undefined;
  const proposed = { view: header.view, blockId: id };
  persist(context, { proposed, voted: proposed }, blocks);
  const proposal = signProposal(context, PROPOSAL_KIND.normal, candidate, ground);
  return { proposal, vote: signVote(context, CERTIFICATE_KIND.vote, proposed) };
};

/** Rule 4: a child of the block that this node voted for, before its QC. Undefined if it may not. */
export const proposeEarly = (
  context: Context,
  candidate: Candidate,
  blocks: readonly Entry[],
): Proposal | undefined => {
  const { voted, highQc } = context.state.record;
  const { id, header } = candidate;
  const isChild = header.view === voted.view + 1 && header.parentId === voted.blockId;
  if (!isChild || !mayPropose(context, PROPOSAL_KIND.optimistic, header.view)) return undefined;
  persist(context, { proposedEarly: { view: header.view, blockId: id } }, blocks);
  return signProposal(context, PROPOSAL_KIND.optimistic, candidate, { qc: highQc, tc: undefined });
};

/** This node's recorded timeout: always the very same for one record. */
export const recordedTimeout = (context: Context): Timeout => {
  const { config, state } = context;
  const { timedOut: view, timeoutQc: highQc } = state.record;
  const { epoch } = config;
  const statement = timeoutStatement(config.channelId, { epoch, view, highQcView: highQc.view });
  return {
    type: "timeout",
    epoch,
    view,
    highQc,
    signer: signerOf(context),
    signature: sign(context, statement),
  };
};

/** Rule 9: gives up all views up to `view`, the end of a tenure. */
export const giveUp = (context: Context, view: number): Timeout => {
  const { record } = context.state;
  persist(context, { timedOut: context.rules.timedOutAfter(record, view), timeoutQc: record.highQc });
  return recordedTimeout(context);
};

/** The recorded votes that still matter above the committed head, signed again. */
export const recordedVotes = (context: Context): readonly Vote[] => {
  const { record, head, voting } = context.state;
  if (!voting) return [];
  const votes: readonly (readonly [CertificateKind, { readonly view: number; readonly blockId: Hash }])[] = [
    [CERTIFICATE_KIND.vote, record.voted],
    [CERTIFICATE_KIND.commit, record.commitVoted],
  ];
  return votes
    .filter(([, { view }]) => view > head.view)
    .map(([kind, voted]) => signVote(context, kind, voted));
};
