import { CERTIFICATE_KIND, type CertificateKind, type Hash, voteStatement } from "@dure/types";
import { verifyExecutionCertificate } from "../verify-certificate.ts";
import { accuse, checkAgainstTimeout, isAccused } from "./accuse.ts";
import {
  type Context,
  heldChainTo,
  type Parent,
  parentOf,
  refuse,
  send,
  signaturesOf,
  viewWindow,
} from "./context.ts";
import type { Claim } from "./evidence.ts";
import { learnCommit, learnQc } from "./facts.ts";
import { combine, sendToGroup } from "./group-vote.ts";
import type { GroupVote, Proposal, Vote } from "./message.ts";
import type { Entry, ViewVotes } from "./state.ts";
import { commitVote, type Ground, recordedVotes, vote } from "./voter.ts";

const tallyOf = ({ state }: Context, kind: CertificateKind, view: number): ViewVotes => {
  const byView = kind === CERTIFICATE_KIND.vote ? state.votes : state.commitVotes;
  const votes = byView.get(view) ?? { byBlock: new Map(), voted: new Set() };
  byView.set(view, votes);
  return votes;
};

const claimOf = ({ kind, view, blockId, signature }: Vote): Claim => ({
  type: kind === CERTIFICATE_KIND.vote ? "vote" : "commitVote",
  view,
  blockId,
  signature,
});

/** Counts a verified vote; a quorum makes a certificate. A validator's first vote of a kind in a view is its vote. */
const count = (context: Context, vote: Vote): void => {
  const { kind, epoch, view, blockId, signer, signature } = vote;
  const votes = tallyOf(context, kind, view);
  if (kind === CERTIFICATE_KIND.commit) checkAgainstTimeout(context, signer, claimOf(vote));
  if (votes.voted.has(signer)) return;
  votes.voted.add(signer);
  const tally = votes.byBlock.get(blockId) ?? new Map();
  votes.byBlock.set(blockId, tally);
  tally.set(signer, signature);
  combine(context, vote, tally);
  if (!context.set.quorums.isQuorum(tally.keys())) return;
  const certificate = { kind, epoch, view, blockId, signatures: signaturesOf(context, tally) };
  if (kind === CERTIFICATE_KIND.vote) learnQc(context, certificate);
  else learnCommit(context, { kind: "commit", certificate });
};

/** Whether a vote can still change anything, so that its signature is worth verifying. */
const isUseful = (context: Context, { kind, view, blockId }: Omit<Vote, "signer">): boolean => {
  const { state, config } = context;
  if (view <= state.head.view || view > state.view + viewWindow(config)) return false;
  if (kind === CERTIFICATE_KIND.vote && state.certified.get(blockId)?.view === view) return false;
  return kind !== CERTIFICATE_KIND.commit || view > (state.pendingCommit?.certificate.view ?? 0);
};

/** The vote of this kind and view that was counted of a validator, if it was for another block. */
const otherVote = ({ state }: Context, { kind, view, blockId, signer }: Vote): Claim | undefined => {
  const votes = (kind === CERTIFICATE_KIND.vote ? state.votes : state.commitVotes).get(view);
  for (const [other, tally] of votes?.byBlock ?? []) {
    const signature = tally.get(signer);
    if (other !== blockId && signature !== undefined)
      return { ...claimOf({ type: "vote", kind, epoch: 0, view, blockId: other, signer, signature }) };
  }
  return undefined;
};

const isSigned = ({ config }: Context, vote: Vote): boolean => {
  const publicKey = config.validators[vote.signer]?.publicKey;
  return (
    publicKey !== undefined &&
    config.suite.verify(publicKey, voteStatement(config.channelId, vote), vote.signature)
  );
};

/** A validator that has voted in this view: the very same again, or it is caught. */
const onSecondVote = (context: Context, vote: Vote): void => {
  const claim = claimOf(vote);
  const other = otherVote(context, vote);
  if (other === undefined || isAccused(context, vote.signer, claim.type)) return;
  if (isSigned(context, vote)) accuse(context, vote.signer, other, claim);
};

/** A vote or commit vote of a validator. */
export const onVote = (context: Context, vote: Vote): void => {
  const { config, state } = context;
  if (vote.epoch !== config.epoch || config.validators[vote.signer] === undefined)
    return refuse(context, "a vote of no validator");
  const votes = (vote.kind === CERTIFICATE_KIND.vote ? state.votes : state.commitVotes).get(vote.view);
  if (votes?.voted.has(vote.signer) === true) return onSecondVote(context, vote);
  if (!isUseful(context, vote)) return;
  if (!isSigned(context, vote)) return refuse(context, "a vote's signature");
  count(context, vote);
};

/** The votes of a group's members, as one of them combined them: each is counted for itself. */
export const onGroupVote = (
  context: Context,
  { kind, epoch, view, blockId, signatures }: GroupVote,
): void => {
  if (signatures.validatorCount !== context.config.validators.length)
    return refuse(context, "a group vote of another configuration");
  signatures.signers.forEach((signer, at) => {
    const signature = signatures.signatures[at];
    if (signature !== undefined)
      onVote(context, { type: "vote", kind, epoch, view, blockId, signer, signature });
  });
};

/** Sends and counts a vote that this node signed and recorded. */
export const castVote = (context: Context, vote: Vote): void => {
  sendToGroup(context, vote);
  count(context, vote);
};

/** Sends the recorded votes again, to one validator or to all: the very same, never others. */
export const sendVotesAgain = (context: Context, to: number | "all"): void => {
  for (const vote of recordedVotes(context)) send(context, to, vote);
};

/** Counts the recorded votes of this node, after a restart. */
export const countVotesAgain = (context: Context): void => {
  for (const vote of recordedVotes(context)) count(context, vote);
};

/** Whether a block may hold transactions: at most `lag` heights above certified execution (rule 17). */
export const mayCarry = (context: Context, parent: Parent, executionHeight: number): boolean =>
  parent.height + 1 - Math.max(parent.executionHeight, executionHeight) <= context.config.lag;

/** Rule 12 (2) and the header's part of (3): why the header may not follow its parent, or undefined. */
const flawOf = (context: Context, entry: Entry, parent: Parent, qcView: number): string | undefined => {
  const { header } = entry.candidate;
  const { execution } = header;
  if (header.height !== parent.height + 1) return "the height is not the parent's + 1";
  if (qcView !== parent.view || qcView >= header.view) return "the QC is not of the parent's view";
  if (header.timestampMs <= parent.timestampMs) return "the timestamp is not above the parent's";
  if (execution !== undefined) {
    if (execution.height <= parent.executionHeight || execution.height > parent.height) {
      return "the execution certificate is not newer than the ancestors'";
    }
    if (!verifyExecutionCertificate(context.set, execution))
      return "the execution certificate does not verify";
  }
  const isFull = header.transactionCount > 0;
  if (parent.endsEpoch && (isFull || header.endsEpoch)) return "a block above the epoch's last is not empty";
  if (header.endsEpoch && header.transactionCount !== 1) return "what ends the epoch does not stand alone";
  if (isFull && !mayCarry(context, parent, execution?.height ?? 0))
    return "execution lags too far behind for transactions";
  return undefined;
};

/** Asks the shell once for a proposal's data, when all that its check needs is held. True if the data is here. */
const isChecked = (context: Context, entry: Entry, from: number): boolean => {
  if (!entry.held && !entry.validating) {
    entry.validating = true;
    context.effects.push({ type: "validate", candidate: entry.candidate, from });
  }
  return entry.held && entry.valid;
};

/** The proposal of this view that may be voted for, and what it builds on: rule 3's, or rule 4's once its parent has its QC. */
const proposalOf = ({
  state,
}: Context): { readonly proposal: Proposal & { readonly id: Hash }; readonly ground: Ground } | undefined => {
  const { highQc, highTc } = state.record;
  const proposal = state.proposals.get(state.view);
  if (proposal !== undefined) {
    const tc = highTc?.view === state.view - 1 ? highTc : undefined;
    return { proposal, ground: { qc: proposal.qc, tc } };
  }
  const early = state.early.get(state.view);
  const parentId = early === undefined ? undefined : state.blocks.get(early.id)?.candidate.header.parentId;
  return early !== undefined && highQc.view === state.view - 1 && highQc.blockId === parentId
    ? { proposal: early, ground: { qc: highQc, tc: undefined } }
    : undefined;
};

/**
 * Nothing of a flawed proposal is kept, and its leader has had its turn: in an idle channel a view never ends by
 * itself, and one leader could fill the memory of all others with one flawed proposal after another.
 */
const dropProposal = (context: Context, entry: Entry, flaw: string): void => {
  const { state, leaders } = context;
  const { id, header } = entry.candidate;
  for (const proposals of [state.proposals, state.early])
    if (proposals.get(header.view)?.id === id) proposals.delete(header.view);
  state.refused.add(header.view);
  if (!entry.held) state.blocks.delete(id);
  refuse({ ...context, from: leaders.leaderOf(header.view) }, flaw);
};

/** Rule 5: votes for the proposal of the current view, if there is one and all conditions hold. */
export const tryVote = (context: Context): boolean => {
  const { state, config, rules, leaders, nowMs, effects } = context;
  const found = proposalOf(context);
  const entry = found === undefined ? undefined : state.blocks.get(found.proposal.id);
  if (!state.voting || found === undefined || entry === undefined) return false;
  const { header } = entry.candidate;
  const { ground } = found;
  if (!rules.mayVote(state.record, header, ground.qc, ground.tc)) return false;
  const ancestors = heldChainTo(state, header.parentId);
  if (ancestors === undefined) return false;
  const flaw = flawOf(context, entry, parentOf(state, ancestors), ground.qc.view);
  if (flaw !== undefined) {
    dropProposal(context, entry, flaw);
    return false;
  }
  if (!isChecked(context, entry, leaders.leaderOf(header.view))) return false;
  const earlyMs = header.timestampMs - config.timing.driftMs - nowMs;
  if (earlyMs > 0) {
    // A leader may name any time: the longest timer keeps within what a shell can wait for.
    effects.push({ type: "timer", name: "drift", afterMs: Math.min(earlyMs, config.timing.capMs) });
    return false;
  }
  const own = vote(context, entry.candidate, ground, [entry, ...ancestors].reverse());
  if (own === undefined) return false;
  castVote(context, own);
  return true;
};

/** Rule 4: the data of the next view's proposal is obtained and checked while its parent still gathers votes. */
export const checkEarly = (context: Context): void => {
  const { state, leaders } = context;
  const early = state.early.get(state.view + 1);
  const entry = early === undefined ? undefined : state.blocks.get(early.id);
  if (!state.voting || entry === undefined || entry.held || entry.validating) return;
  const { header } = entry.candidate;
  const ancestors = heldChainTo(state, header.parentId);
  const parent = ancestors === undefined ? undefined : parentOf(state, ancestors);
  if (parent === undefined || flawOf(context, entry, parent, parent.view) !== undefined) return;
  isChecked(context, entry, leaders.leaderOf(header.view));
};

/** Rule 7: commit-votes for the certified block of the greatest view for which it may. */
export const tryCommitVote = (context: Context): boolean => {
  const { state, rules } = context;
  if (!state.voting) return false;
  const certified = [...state.certified.values()].sort((a, b) => b.view - a.view);
  for (const qc of certified) {
    if (!rules.mayCommitVote(state.record, qc)) continue;
    const chain = heldChainTo(state, qc.blockId);
    const own = chain === undefined ? undefined : commitVote(context, qc, [...chain].reverse());
    if (own === undefined) continue;
    castVote(context, own);
    return true;
  }
  return false;
};
