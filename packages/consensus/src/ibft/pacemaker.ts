import { changeRound, isChanging, isOpened, joinableRound } from "./change-round.ts";
import { type Context, canVote } from "./context.ts";
import { hasWork } from "./header.ts";

/** How long this round's timer runs: grows with the rounds, up to the cap (rule 9). */
export const roundTimerMs = ({ state, config }: Context): number =>
  Math.min(config.timing.capMs, Math.round(config.timing.baseMs * 1.5 ** (state.round - 1)));

/** Rule 9: whether something waits for this height to end. An idle channel has nothing undecided. */
const isUndecided = (context: Context): boolean => {
  const { state } = context;
  return (
    state.record.voted.round > 0 ||
    state.record.commitVoted.round > 0 ||
    state.round > 1 ||
    state.pendingCommit !== undefined ||
    joinableRound(context) !== undefined ||
    hasWork(context)
  );
};

/** The round's timer ran out: gives the round up, if it still runs. */
export const onRoundTimer = (context: Context): void => {
  if (context.state.roundTimer.running && canVote(context)) changeRound(context, context.state.round + 1);
};

const keepRoundTimer = (context: Context): void => {
  const { state, effects, nowMs } = context;
  const shouldRun = canVote(context) && isUndecided(context) && isOpened(context);
  if (shouldRun === state.roundTimer.running) return;
  state.roundTimer = { running: shouldRun, startedMs: nowMs };
  effects.push({ type: "timer", name: "view", afterMs: shouldRun ? roundTimerMs(context) : undefined });
  if (shouldRun && state.pending) effects.push({ type: "disseminate" });
};

/** A ROUND-CHANGE is sent again at intervals for as long as its round waits for a proposal. */
const keepResendTimer = (context: Context): void => {
  const { state, effects, config } = context;
  const shouldRun = isChanging(context);
  if (shouldRun === state.resending) return;
  state.resending = shouldRun;
  effects.push({ type: "timer", name: "resend", afterMs: shouldRun ? config.timing.resendMs : undefined });
};

/** Runs the timers that the state calls for, and only those (rule 9). */
export const keepTimers = (context: Context): void => {
  keepRoundTimer(context);
  keepResendTimer(context);
};
