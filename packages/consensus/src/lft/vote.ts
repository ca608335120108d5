import { CERTIFICATE_KIND, type CertificateKind, type Hash, voteStatement } from "@dure/types";
import { verifyExecutionCertificate } from "../verify-certificate.ts";
import {
  type Context,
  heldChainTo,
  type Parent,
  parentOf,
  persist,
  refuse,
  send,
  signaturesOf,
  viewWindow,
} from "./context.ts";
import { learnCommit, learnQc } from "./facts.ts";
import type { Vote } from "./message.ts";
import type { Entry, ViewVotes } from "./state.ts";

const tallyOf = ({ state }: Context, kind: CertificateKind, view: number): ViewVotes => {
  const byView = kind === CERTIFICATE_KIND.vote ? state.votes : state.commitVotes;
  const votes = byView.get(view) ?? { byBlock: new Map(), voted: new Set() };
  byView.set(view, votes);
  return votes;
};

/** Counts a verified vote; a quorum makes a certificate. A validator's first vote of a kind in a view is its vote. */
const count = (context: Context, { kind, epoch, view, blockId, signer, signature }: Vote): void => {
  const votes = tallyOf(context, kind, view);
  if (votes.voted.has(signer)) return;
  votes.voted.add(signer);
  const tally = votes.byBlock.get(blockId) ?? new Map();
  votes.byBlock.set(blockId, tally);
  tally.set(signer, signature);
  if (!context.set.quorums.isQuorum(tally.keys())) return;
  const certificate = { kind, epoch, view, blockId, signatures: signaturesOf(context, tally) };
  if (kind === CERTIFICATE_KIND.vote) learnQc(context, certificate);
  else learnCommit(context, { kind: "commit", certificate });
};

/** Whether a vote can still change anything, so that its signature is worth verifying. */
const isUseful = (context: Context, { kind, view, blockId, signer }: Vote): boolean => {
  const { state, config } = context;
  if (view <= state.head.view || view > state.view + viewWindow(config)) return false;
  if (kind === CERTIFICATE_KIND.vote && state.certified.get(blockId)?.view === view) return false;
  if (kind === CERTIFICATE_KIND.commit && view <= (state.pendingCommit?.certificate.view ?? 0)) return false;
  const byView = kind === CERTIFICATE_KIND.vote ? state.votes : state.commitVotes;
  return byView.get(view)?.voted.has(signer) !== true;
};

/** A vote or commit vote of a validator. */
export const onVote = (context: Context, vote: Vote): void => {
  const { config } = context;
  const validator = config.validators[vote.signer];
  if (vote.epoch !== config.epoch || validator === undefined)
    return refuse(context, "a vote of no validator");
  if (!isUseful(context, vote)) return;
  const statement = voteStatement(config.channelId, vote);
  if (!config.suite.verify(validator.publicKey, statement, vote.signature))
    return refuse(context, "a vote's signature");
  count(context, vote);
};

/** This node's own vote, signed; the caller has persisted it. */
const signedVote = (context: Context, kind: CertificateKind, view: number, blockId: Hash): Vote => {
  const { config } = context;
  if (config.self === undefined) throw new Error("a node without a key does not vote");
  const unsigned = { kind, epoch: config.epoch, view, blockId };
  const signature = config.suite.sign(config.self.seed, voteStatement(config.channelId, unsigned));
  return { type: "vote", ...unsigned, signer: config.self.index, signature };
};

/** Sends and counts a vote of this node. The caller has put its persist before it. */
export const castVote = (context: Context, kind: CertificateKind, view: number, blockId: Hash): void => {
  const vote = signedVote(context, kind, view, blockId);
  send(context, "all", vote);
  count(context, vote);
};

/** Sends the recorded votes again, to one validator or to all: the very same, never others. */
export const sendVotesAgain = (context: Context, to: number | "all"): void => {
  const { record, head, voting } = context.state;
  if (!voting) return;
  const { voted, commitVoted } = record;
  if (voted.view > head.view)
    send(context, to, signedVote(context, CERTIFICATE_KIND.vote, voted.view, voted.blockId));
  if (commitVoted.view > head.view) {
    send(context, to, signedVote(context, CERTIFICATE_KIND.commit, commitVoted.view, commitVoted.blockId));
  }
};

/** Counts the recorded votes of this node, after a restart. */
export const countVotesAgain = (context: Context): void => {
  const { record, head } = context.state;
  const { voted, commitVoted } = record;
  if (voted.view > head.view)
    count(context, signedVote(context, CERTIFICATE_KIND.vote, voted.view, voted.blockId));
  if (commitVoted.view > head.view) {
    count(context, signedVote(context, CERTIFICATE_KIND.commit, commitVoted.view, commitVoted.blockId));
  }
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

/** Rule 5: votes for the proposal of the current view, if there is one and all conditions hold. */
export const tryVote = (context: Context): boolean => {
  const { state, config, rules, leaders, nowMs, effects } = context;
  const proposal = state.proposals.get(state.view);
  const entry = proposal === undefined ? undefined : state.blocks.get(proposal.id);
  if (!state.voting || proposal === undefined || entry === undefined) return false;
  const { header } = entry.candidate;
  const { record } = state;
  const previousTc = record.highTc?.view === header.view - 1 ? record.highTc : undefined;
  if (!rules.mayVote(record, header, proposal.qc, previousTc)) return false;
  const ancestors = heldChainTo(state, header.parentId);
  if (ancestors === undefined) return false;
  const flaw = flawOf(context, entry, parentOf(state, ancestors), proposal.qc.view);
  if (flaw !== undefined) {
    // Nothing of it is kept, and its leader has had its turn: in an idle channel a view never ends by itself, and one
    // leader could fill the memory of all others with one flawed proposal after another.
    state.proposals.delete(state.view);
    state.refused.add(state.view);
    if (!entry.held) state.blocks.delete(proposal.id);
    refuse({ ...context, from: leaders.leaderOf(header.view) }, flaw);
    return false;
  }
  if (!isChecked(context, entry, leaders.leaderOf(header.view))) return false;
  const earlyMs = header.timestampMs - config.timing.driftMs - nowMs;
  if (earlyMs > 0) {
    // A leader may name any time: the longest timer keeps within what a shell can wait for.
    effects.push({ type: "timer", name: "drift", afterMs: Math.min(earlyMs, config.timing.capMs) });
    return false;
  }
  persist(context, { voted: { view: header.view, blockId: proposal.id } }, [entry, ...ancestors].reverse());
  castVote(context, CERTIFICATE_KIND.vote, header.view, proposal.id);
  return true;
};

/** Rule 7: commit-votes for the certified block of the greatest view for which it may. */
export const tryCommitVote = (context: Context): boolean => {
  const { state, rules } = context;
  if (!state.voting) return false;
  const certified = [...state.certified.values()].sort((a, b) => b.view - a.view);
  for (const qc of certified) {
    if (!rules.mayCommitVote(state.record, qc)) continue;
    const chain = heldChainTo(state, qc.blockId);
    if (chain === undefined) continue;
    persist(context, { commitVoted: { view: qc.view, blockId: qc.blockId } }, [...chain].reverse());
    castVote(context, CERTIFICATE_KIND.commit, qc.view, qc.blockId);
    return true;
  }
  return false;
};
