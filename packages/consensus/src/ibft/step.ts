import { decodeHeader } from "@dure/types";
import type { Input, TimerName } from "../engine.ts";
import { attestAgain, onAttestation, onExecuted, onExecutionCertificate } from "../lft/attest.ts";
import { help, keptForLater, onCommitted, onStatus, statusOf, takeKept, wantedOf } from "./catch-up.ts";
import {
  isChanging,
  onRoundChange,
  sendRoundChangeAgain,
  tryFollowProposal,
  tryJoinRound,
} from "./change-round.ts";
import { beginHeight, moveHead, tryCommit } from "./commit.ts";
import { type Context, entryOf, heightOf, refuse, send } from "./context.ts";
import { type Ballots, decodeMessage } from "./message.ts";
import { keepTimers, onRoundTimer } from "./pacemaker.ts";
import { onPayload, onPrePrepare, sendProposalAgain, tryPropose } from "./propose.ts";
import { decodeRecord } from "./record.ts";
import { onVote, sendVotesAgain, tryCommitVote, tryPrepare } from "./vote.ts";

/** A message that belongs to one height, once that height is the one being decided. */
const onBallot = (context: Context, message: Ballots): void => {
  switch (message.type) {
    case "prePrepare":
      return onPrePrepare(context, message);
    case "prepare":
    case "commit":
      return onVote(context, message);
    case "roundChange":
      return onRoundChange(context, message);
  }
};

/** The height that a message belongs to; undefined of a proposal that does not read. */
const heightOfBallot = (message: Ballots): number | undefined => {
  if (message.type !== "prePrepare") return message.height;
  const header = decodeHeader(message.headerBytes);
  return header.ok ? header.value.height : undefined;
};

const onAnyBallot = (context: Context, message: Ballots): void => {
  const { config, state, from } = context;
  if (message.type !== "prePrepare" && message.epoch !== config.epoch)
    return refuse(context, "a message of another epoch");
  const height = heightOfBallot(message);
  if (height === undefined) return refuse(context, "a proposal whose header does not read");
  if (keptForLater(context, message, height)) return;
  if (height === heightOf(state)) return onBallot(context, message);
  // A late vote is on its way everywhere; only a validator that gives up rounds of a decided height is stuck there.
  if (message.type === "roundChange") help(context, from, height);
};

const onMessage = (context: Context, bytes: Uint8Array): void => {
  const decoded = decodeMessage(bytes);
  if (!decoded.ok) return refuse(context, decoded.message);
  const message = decoded.value;
  switch (message.type) {
    case "prePrepare":
    case "prepare":
    case "commit":
    case "roundChange":
      return onAnyBallot(context, message);
    case "attest":
      return onAttestation(context, message);
    case "status":
      return onStatus(context, message);
    case "committed":
      return onCommitted(context, message);
  }
};

const tellAll = (context: Context): void => {
  const { effects, config, state } = context;
  send(context, "all", statusOf(state));
  effects.push({ type: "timer", name: "status", afterMs: config.timing.statusMs });
};

const onTimer = (context: Context, name: TimerName): void => {
  const { state, effects, config } = context;
  switch (name) {
    case "view":
      return onRoundTimer(context);
    case "resend":
      if (!state.resending || !isChanging(context)) return;
      sendRoundChangeAgain(context, "all");
      if (state.pending) effects.push({ type: "disseminate" });
      effects.push({ type: "timer", name: "resend", afterMs: config.timing.resendMs });
      return;
    case "status":
      tellAll(context);
      sendVotesAgain(context, "all");
      return attestAgain(context);
    case "propose":
      state.proposeDueMs = 0;
      return;
    case "drift":
    case "group":
      return;
  }
};

/** Rule 12: with its record a validator goes on where it was; without, it follows and signs nothing. */
const onStart = (context: Context, input: Extract<Input, { type: "start" }>): void => {
  const { state, config } = context;
  state.head = input.head;
  const decoded = input.record === undefined ? undefined : decodeRecord(input.record);
  if (decoded?.ok === true && decoded.value.epoch === config.epoch) {
    state.record = decoded.value;
    state.voting = config.self !== undefined;
  }
  for (const candidate of input.candidates) {
    if (candidate.header.height <= state.head.height) continue;
    Object.assign(entryOf(state, candidate), { held: true, valid: true, durable: true, validating: true });
  }
  // The others may need it from this node alone, and it attests nothing that stands below it any more.
  if (input.execution !== undefined) onExecutionCertificate(context, input.execution);
  beginHeight(context);
  sayAgain(context, "all");
  tellAll(context);
};

/** Says to one validator or to all what this node said at the height being decided: the very same, never others. */
const sayAgain = (context: Context, to: number | "all"): void => {
  sendRoundChangeAgain(context, to);
  sendProposalAgain(context, to);
  sendVotesAgain(context, to);
};

const onHeld = (context: Context, { candidate, valid }: Extract<Input, { type: "held" }>): void => {
  const { state } = context;
  if (candidate.header.height <= state.head.height) return;
  const isWanted = wantedOf(state).some(({ blockId }) => blockId === candidate.id);
  if (!state.blocks.has(candidate.id) && !isWanted) return;
  const entry = entryOf(state, candidate);
  if (!entry.held) entry.candidate = candidate;
  entry.held = true;
  entry.valid ||= valid;
};

const onConnected = (context: Context, peer: number | undefined): void => {
  if (peer === undefined) return;
  send(context, peer, statusOf(context.state));
  sayAgain(context, peer);
};

const onInput = (context: Context, input: Input): void => {
  const { state } = context;
  switch (input.type) {
    case "start":
      return onStart(context, input);
    case "message":
      return onMessage(context, input.bytes);
    case "timer":
      return onTimer(context, input.name);
    case "pending":
      state.pending = input.pending;
      return;
    case "payload":
      return onPayload(context, input);
    case "held":
      return onHeld(context, input);
    case "advanced":
      if (input.head.height <= state.head.height) return;
      state.ended = input.endsEpoch === true;
      moveHead(context, input.head);
      return;
    case "executed":
      return onExecuted(context, input.execution);
    case "connected":
      return onConnected(context, input.peer);
  }
};

/** Hears what was kept for the height that has just begun. */
const tryHearKept = (context: Context): boolean => {
  const kept = takeKept(context.state);
  for (const { from, message } of kept) onBallot({ ...context, from }, message);
  return kept.length > 0;
};

/**
 * What follows from the state, until nothing more does: each rule looks at the state alone, so that it does not matter
 * in which order its conditions came true. A rule that acted answers true; every act raises the head, the round or
 * what was signed in it, so this ends.
 */
const settle = (context: Context): void => {
  const act = (): boolean =>
    tryCommit(context) ||
    tryHearKept(context) ||
    tryJoinRound(context) ||
    tryFollowProposal(context) ||
    tryPropose(context) ||
    tryPrepare(context) ||
    tryCommitVote(context);
  while (act());
  keepTimers(context);
  // An empty block's turn is reckoned by the round's timer, which may have started just now.
  while (tryPropose(context));
};

/** One input, and all that follows from it. */
export const advance = (context: Context, input: Input): void => {
  onInput(context, input);
  settle(context);
};
