import type { Input, TimerName } from "../engine.ts";
import { onEvidence } from "./accuse.ts";
import { attestAgain, onAttestation, onExecuted, onExecutionCertificate } from "./attest.ts";
import { answerOldEpoch, helpTimedOut, onStatus, statusOf, wantedOf } from "./catch-up.ts";
import { endEpoch, moveHead, tryCommit } from "./commit.ts";
import { type Context, entryOf, refuse, send } from "./context.ts";
import { acceptCertificate, acceptTimeoutCertificate, learnQc } from "./facts.ts";
import { sendPastGroup } from "./group-vote.ts";
import { decodeMessage } from "./message.ts";
import { keepTimer, tryEnterView } from "./pacemaker.ts";
import { onPayload, onProposal, tryPropose, tryProposeAgain } from "./propose.ts";
import { decodeRecord } from "./record.ts";
import {
  countTimeoutAgain,
  isTimedOut,
  onTimeout,
  sendTimeoutAgain,
  timeOut,
  tryJoinTimeout,
} from "./timeout.ts";
import {
  checkEarly,
  countVotesAgain,
  onGroupVote,
  onVote,
  sendVotesAgain,
  tryCommitVote,
  tryVote,
} from "./vote.ts";

const onMessage = (context: Context, bytes: Uint8Array): void => {
  const decoded = decodeMessage(bytes);
  if (!decoded.ok) return refuse(context, decoded.message);
  const message = decoded.value;
  switch (message.type) {
    case "proposal":
      return onProposal(context, message);
    case "vote":
      return message.epoch < context.config.epoch ? answerOldEpoch(context) : onVote(context, message);
    case "groupVote":
      return message.epoch < context.config.epoch ? answerOldEpoch(context) : onGroupVote(context, message);
    case "evidence":
      return onEvidence(context, message.evidence);
    case "timeout":
      if (message.epoch < context.config.epoch) return answerOldEpoch(context);
      if (onTimeout(context, message)) helpTimedOut(context, message);
      return;
    case "attest":
      return onAttestation(context, message);
    case "status":
      return onStatus(context, message);
    case "certificate":
      acceptCertificate(context, message.certificate);
      return;
    case "timeoutCertificate":
      acceptTimeoutCertificate(context, message.tc);
      return;
  }
};

const tellAll = (context: Context): void => {
  const { effects, config, state } = context;
  send(context, "all", statusOf(state));
  effects.push({ type: "timer", name: "status", afterMs: config.timing.statusMs });
};

const onTimer = (context: Context, name: TimerName): void => {
  const { state, leaders, effects, config } = context;
  switch (name) {
    case "view":
      if (state.viewTimer.running && !isTimedOut(context)) timeOut(context, leaders.tenureEnd(state.view));
      return;
    case "resend":
      if (!state.viewTimer.running || !isTimedOut(context)) return;
      sendTimeoutAgain(context, "all");
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
    case "group":
      return sendPastGroup(context);
    case "drift":
      return;
  }
};

/** Rule 13: with its record a validator goes on where it was; without, it follows and signs nothing. */
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
  learnQc(context, state.record.highQc);
  // The others may need it from this node alone, and it attests nothing that stands below it any more.
  if (input.execution?.epoch === config.epoch) onExecutionCertificate(context, input.execution);
  while (tryEnterView(context));
  if (state.voting) {
    countVotesAgain(context);
    countTimeoutAgain(context);
    sendVotesAgain(context, "all");
    sendTimeoutAgain(context, "all");
  }
  tellAll(context);
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
  sendVotesAgain(context, peer);
  sendTimeoutAgain(context, peer);
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
      moveHead(context, input.head);
      if (input.endsEpoch === true) endEpoch(context);
      return;
    case "executed":
      return onExecuted(context, input.execution);
    case "connected":
      return onConnected(context, input.peer);
  }
};

/**
 * What follows from the state, until nothing more does: each rule looks at the state alone, so that it does not matter
 * in which order its conditions came true. A rule that acted answers true; every act raises a durable view, the head
 * or the view, so this ends.
 */
const settle = (context: Context): void => {
  const act = (): boolean =>
    tryEnterView(context) ||
    tryCommit(context) ||
    tryJoinTimeout(context) ||
    tryProposeAgain(context) ||
    tryVote(context) ||
    tryCommitVote(context);
  while (act());
  if (context.state.ended) return;
  keepTimer(context);
  checkEarly(context);
  tryPropose(context);
};

/** One input, and all that follows from it. */
export const advance = (context: Context, input: Input): void => {
  onInput(context, input);
  settle(context);
};
