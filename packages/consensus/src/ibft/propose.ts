import { blockId, decodeHeader, encodeHeader, type Header } from "@dure/types";
import type { Candidate, Input } from "../engine.ts";
import { groundOf } from "./change-round.ts";
import { type Context, canVote, entryOf, heightOf, persist, refuse, selfOf, send } from "./context.ts";
import { hasWork, isLagging } from "./header.ts";
import type { PrePrepare } from "./message.ts";
import { roundTimerMs } from "./pacemaker.ts";
import { prePrepareStatement } from "./prepared.ts";
import type { RoundChangeCertificate } from "./round-change.ts";
import { castVote } from "./vote.ts";

const isLeading = (context: Context): boolean => {
  const { state, leaders, config, rules } = context;
  return (
    canVote(context) &&
    leaders.leaderOf(heightOf(state), state.round) === config.self?.index &&
    state.record.proposed < state.round &&
    rules.mayPrepare(state.record, heightOf(state), state.round)
  );
};

/** Milliseconds until an empty block may be proposed; undefined: none is called for. Only a later round calls for one. */
const emptyDelayMs = (context: Context): number | undefined => {
  const { state, nowMs } = context;
  if (state.round === 1 || !state.roundTimer.running) return undefined;
  return Math.max(0, state.roundTimer.startedMs + roundTimerMs(context) / 2 - nowMs);
};

/** Milliseconds until a block may be proposed at all: the block interval since the parent. */
const intervalMs = ({ config, nowMs, state }: Context): number => {
  const { blockIntervalMs } = config.timing;
  return Math.min(blockIntervalMs, state.head.timestampMs + blockIntervalMs - nowMs);
};

/** The recorded proposal of this round, signed: always the very same for one record. */
const signedProposal = (context: Context, candidate: Candidate): PrePrepare => {
  const { config, state } = context;
  const { headerBytes, bodyBytes, id } = candidate;
  const round = state.record.proposed;
  const ballot = { epoch: config.epoch, height: heightOf(state), round, blockId: id };
  const signature = config.suite.sign(selfOf(context).seed, prePrepareStatement(config.channelId, ballot));
  return { type: "prePrepare", round, headerBytes, bodyBytes, ground: state.record.ground, signature };
};

/** Proposes a block that is held, prepares it, and sends both once they are durable. */
const propose = (
  context: Context,
  candidate: Candidate,
  ground: RoundChangeCertificate | undefined,
): void => {
  const { state } = context;
  const entry = entryOf(state, candidate);
  Object.assign(entry, { held: true, valid: true, validating: true });
  state.proposals.set(state.round, { id: candidate.id, ground });
  const voted = { round: state.round, blockId: candidate.id };
  persist(context, { proposed: state.round, ground, voted }, [entry]);
  send(context, "all", signedProposal(context, candidate), candidate);
  castVote(context, "prepare", voted);
};

/** Asks the shell for a body when it is time to propose a new block. */
const askForBody = (context: Context): void => {
  const { state, effects, nowMs } = context;
  if (state.payloadRound === state.round) return;
  const workMs = hasWork(context) ? 0 : emptyDelayMs(context);
  if (workMs === undefined) return;
  const waitMs = Math.ceil(Math.max(workMs, intervalMs(context)));
  if (waitMs > 0) {
    const dueMs = nowMs + waitMs;
    // Each message settles the state anew: the timer is set again only when it is due at another time.
    if (dueMs !== state.proposeDueMs) effects.push({ type: "timer", name: "propose", afterMs: waitMs });
    state.proposeDueMs = dueMs;
    return;
  }
  state.payloadRound = state.round;
  const timestampMs = Math.max(nowMs, state.head.timestampMs + 1);
  const parentId = state.head.blockId;
  effects.push({ type: "payload", view: state.round, parentId, timestampMs, empty: isLagging(context) });
};

/** Rule 2: as leader of the round, proposes the block that was prepared last, or a new one when it is time to. */
export const tryPropose = (context: Context): boolean => {
  const { state } = context;
  if (!isLeading(context)) return false;
  const ground = state.round === 1 ? undefined : groundOf(context);
  if (state.round > 1 && ground === undefined) return false;
  if (ground?.prepared === undefined) {
    askForBody(context);
    return false;
  }
  const entry = state.blocks.get(ground.prepared.blockId);
  if (entry === undefined || !entry.held) return false;
  propose(context, entry.candidate, ground);
  return true;
};

const headerOf = (context: Context, body: Extract<Input, { type: "payload" }>): Header => {
  const { state, config } = context;
  const { execution, head } = state;
  const isNews =
    execution !== undefined && execution.height > head.executionHeight && execution.height <= head.height;
  return {
    channelId: config.channelId,
    epoch: config.epoch,
    height: heightOf(state),
    view: state.round,
    parentId: head.blockId,
    timestampMs: body.timestampMs,
    proposer: selfOf(context).index,
    bodyRoot: body.bodyRoot,
    transactionCount: body.transactionCount,
    endsEpoch: body.endsEpoch === true,
    execution: isNews ? execution : undefined,
  };
};

/** The body that was asked for. An empty one where transactions were due also says that none are pending. */
export const onPayload = (context: Context, body: Extract<Input, { type: "payload" }>): void => {
  const { state, config } = context;
  if (body.view !== state.round || state.payloadRound !== state.round || !isLeading(context)) return;
  if (body.parentId !== state.head.blockId) return;
  const ground = state.round === 1 ? undefined : groundOf(context);
  if (state.round > 1 && (ground === undefined || ground.prepared !== undefined)) return;
  if (body.transactionCount === 0) {
    state.pending = false;
    if ((emptyDelayMs(context) ?? 1) > 0) {
      state.payloadRound = 0;
      return;
    }
  }
  const header = headerOf(context, body);
  const headerBytes = encodeHeader(header);
  const id = blockId(config.suite, headerBytes);
  propose(context, { id, header, headerBytes, bodyBytes: body.bodyBytes }, ground);
};

/** Sends the recorded proposal of this round again. */
export const sendProposalAgain = (context: Context, to: number | "all"): void => {
  const { state } = context;
  const { proposed, voted } = state.record;
  if (!canVote(context) || proposed !== state.round || voted.round !== proposed) return;
  const entry = state.blocks.get(voted.blockId);
  if (entry?.held === true) send(context, to, signedProposal(context, entry.candidate), entry.candidate);
};

/** Learns the recorded proposal of this round again, after a restart. */
export const learnProposalAgain = ({ state }: Context): void => {
  const { proposed, voted, ground } = state.record;
  if (proposed === state.round && voted.round === proposed && state.blocks.has(voted.blockId))
    state.proposals.set(state.round, { id: voted.blockId, ground });
};

/** A leader's proposal for the height being decided: it is kept for its round if it is justified. */
export const onPrePrepare = (context: Context, message: PrePrepare): void => {
  const { config, state, leaders, rules, set } = context;
  const { round, headerBytes, bodyBytes, ground } = message;
  const decoded = decodeHeader(headerBytes);
  if (!decoded.ok) return refuse(context, `a proposal's header: ${decoded.message}`);
  const header = decoded.value;
  const { height } = header;
  if (header.channelId !== config.channelId || header.epoch !== config.epoch || round < 1 || header.view < 1)
    return refuse(context, "a proposal of another channel or epoch");
  if (header.proposer !== leaders.leaderOf(height, header.view))
    return refuse(context, "a block not of its round's leader");
  if (round < state.round || state.proposals.has(round) || state.refused.has(round)) return;
  const id = blockId(config.suite, headerBytes);
  const publicKey = config.validators[leaders.leaderOf(height, round)]?.publicKey;
  const signed = prePrepareStatement(config.channelId, { epoch: header.epoch, height, round, blockId: id });
  if (publicKey === undefined || !config.suite.verify(publicKey, signed, message.signature))
    return refuse(context, "a proposal's signature");
  if (!rules.justifies(set, { height, round, blockId: id, headerRound: header.view }, ground, rules)) {
    // Its leader has had its turn: one that sends unjustified proposals would have each of them verified.
    state.refused.add(round);
    return refuse(context, "a proposal that nothing justifies");
  }
  state.proposals.set(round, { id, ground });
  entryOf(state, { id, header, headerBytes, bodyBytes });
};
