import type { Bytes } from "@dure/crypto";
import { CERTIFICATE_KIND, voteStatement } from "@dure/types";
import { type Context, canVote, heightOf, persist, refuse, selfOf, send, signaturesOf } from "./context.ts";
import { flawOf } from "./header.ts";
import type { Vote } from "./message.ts";
import { type Ballot, prepareStatement } from "./prepared.ts";
import type { RoundVotes, State, Tally } from "./state.ts";

/** PREPAREs and COMMITs further than this from the round that a node stands in are dropped (rule 14). */
const ROUND_WINDOW = 8;

const statementOf = ({ config }: Context, type: Vote["type"], ballot: Ballot): Bytes =>
  type === "prepare"
    ? prepareStatement(config.channelId, ballot)
    : voteStatement(config.channelId, { ...ballot, kind: CERTIFICATE_KIND.commit, view: ballot.round });

const votesOf = (state: State, type: Vote["type"], round: number): RoundVotes => {
  const byRound = type === "prepare" ? state.prepares : state.commits;
  const votes: RoundVotes = byRound.get(round) ?? { byBlock: new Map(), voted: [] };
  byRound.set(round, votes);
  return votes;
};

/** Counts a verified vote; a quorum makes a certificate. A validator's first vote of a kind in a round is its vote. */
const count = (context: Context, vote: Vote): void => {
  const { state, rules, set } = context;
  const { type, epoch, height, round, blockId, signer } = vote;
  const votes = votesOf(state, type, round);
  if (!rules.mayCount(votes.voted, signer)) return;
  votes.voted.push(signer);
  const tally: Tally = votes.byBlock.get(blockId) ?? { signatures: new Map(), counted: [] };
  votes.byBlock.set(blockId, tally);
  tally.signatures.set(signer, vote.signature);
  tally.counted.push(signer);
  if (!rules.isQuorum(set, tally.counted)) return;
  const signatures = signaturesOf(context, tally);
  if (type === "prepare") state.certified.set(round, { epoch, height, round, blockId, signatures });
  else state.pendingCommit ??= { kind: CERTIFICATE_KIND.commit, epoch, view: round, blockId, signatures };
};

/**
 * Whether a vote can still change anything, so that its signature is worth verifying. The signature of a COMMIT leaves
 * the height to its block: one for a block not known here is taken from its signer alone, or an old one, sent again by
 * another under this height, would stand in its place.
 */
const isUseful = ({ state, rules, from }: Context, { type, round, blockId, signer }: Vote): boolean => {
  if (Math.abs(round - state.round) > ROUND_WINDOW || round < 1) return false;
  if (type === "prepare" && (round < state.round || state.certified.has(round))) return false;
  if (type === "commit" && state.pendingCommit !== undefined) return false;
  if (type === "commit" && !state.blocks.has(blockId) && from !== signer) return false;
  const byRound = type === "prepare" ? state.prepares : state.commits;
  return rules.mayCount(byRound.get(round)?.voted ?? [], signer);
};

/** A PREPARE or COMMIT of a validator for the height being decided. */
export const onVote = (context: Context, vote: Vote): void => {
  const { config } = context;
  const validator = config.validators[vote.signer];
  if (validator === undefined) return refuse(context, "a vote of no validator");
  if (!isUseful(context, vote)) return;
  if (!config.suite.verify(validator.publicKey, statementOf(context, vote.type, vote), vote.signature))
    return refuse(context, "a vote's signature");
  count(context, vote);
};

/** This node's own vote, signed; the caller has persisted it. */
const signedVote = (
  context: Context,
  type: Vote["type"],
  { round, blockId }: Pick<Ballot, "round" | "blockId">,
): Vote => {
  const { config, state } = context;
  const { index, seed } = selfOf(context);
  const ballot = { epoch: config.epoch, height: heightOf(state), round, blockId };
  const signature = config.suite.sign(seed, statementOf(context, type, ballot));
  return { type, ...ballot, signer: index, signature };
};

/** Sends and counts a vote of this node. The caller has put its persist before it. */
export const castVote = (
  context: Context,
  type: Vote["type"],
  ballot: Pick<Ballot, "round" | "blockId">,
): void => {
  const vote = signedVote(context, type, ballot);
  send(context, "all", vote);
  count(context, vote);
};

/** The recorded votes that still matter: a PREPARE of this round, and the last COMMIT, of whichever. */
const recordedVotes = (context: Context): readonly Vote[] => {
  if (!canVote(context)) return [];
  const { record, round } = context.state;
  const { voted, commitVoted } = record;
  const votes: Vote[] = [];
  if (voted.round === round) votes.push(signedVote(context, "prepare", voted));
  if (commitVoted.round > 0) votes.push(signedVote(context, "commit", commitVoted));
  return votes;
};

/** Sends the recorded votes again, to one validator or to all: the very same, never others. */
export const sendVotesAgain = (context: Context, to: number | "all"): void => {
  for (const vote of recordedVotes(context)) send(context, to, vote);
};

/** Counts the recorded votes of this node, after a restart. */
export const countVotesAgain = (context: Context): void => {
  for (const vote of recordedVotes(context)) count(context, vote);
};

/** Rule 4: prepares the justified proposal of this round, if there is one and all conditions hold. */
export const tryPrepare = (context: Context): boolean => {
  const { state, rules, leaders, config, nowMs, effects } = context;
  const proposal = state.proposals.get(state.round);
  const entry = proposal === undefined ? undefined : state.blocks.get(proposal.id);
  if (proposal === undefined || entry === undefined || !canVote(context)) return false;
  if (!rules.mayPrepare(state.record, heightOf(state), state.round, proposal.id)) return false;
  const leader = leaders.leaderOf(heightOf(state), state.round);
  const flaw = flawOf(context, entry.candidate.header);
  if (flaw !== undefined) {
    state.proposals.delete(state.round);
    state.refused.add(state.round);
    if (!entry.held) state.blocks.delete(proposal.id);
    refuse({ ...context, from: leader }, flaw);
    return false;
  }
  // A block that a quorum prepared was checked by honest validators; a new one is checked here.
  if (proposal.ground?.prepared === undefined) {
    if (!entry.held && !entry.validating) {
      entry.validating = true;
      effects.push({ type: "validate", candidate: entry.candidate, from: leader });
    }
    if (!entry.valid) return false;
    const earlyMs = entry.candidate.header.timestampMs - config.timing.driftMs - nowMs;
    if (earlyMs > 0) {
      // A leader may name any time: the longest timer keeps within what a shell can wait for.
      effects.push({ type: "timer", name: "drift", afterMs: Math.min(earlyMs, config.timing.capMs) });
      return false;
    }
  }
  if (!entry.held) return false;
  const voted = { round: state.round, blockId: proposal.id };
  persist(context, { voted }, [entry]);
  castVote(context, "prepare", voted);
  return true;
};

/** Rule 5: commits to what a quorum prepared in this round, once its data is held. */
export const tryCommitVote = (context: Context): boolean => {
  const { state, rules } = context;
  const prepared = state.certified.get(state.round);
  if (prepared === undefined || !canVote(context) || !rules.mayCommit(state.record, prepared)) return false;
  const entry = state.blocks.get(prepared.blockId);
  if (entry === undefined || !entry.held || entry.candidate.header.parentId !== state.head.blockId)
    return false;
  const commitVoted = { round: prepared.round, blockId: prepared.blockId };
  persist(context, { prepared, commitVoted }, [entry]);
  castVote(context, "commit", commitVoted);
  return true;
};
