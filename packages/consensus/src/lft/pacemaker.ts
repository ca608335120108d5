import { type Context, chainTo, parentOf, send, viewWindow } from "./context.ts";
import type { Entry } from "./state.ts";
import { blockedView, isTimedOut } from "./timeout.ts";
import { mayCarry } from "./vote.ts";

/** Old proposals that came to nothing are dropped; one that is certified after all is fetched again (rule 16). */
const forgetProposals = ({ state, config }: Context): void => {
  for (const [id, { candidate, durable }] of state.blocks) {
    const isOld = candidate.header.view < state.view - viewWindow(config);
    if (isOld && !durable && !state.certified.has(id)) state.blocks.delete(id);
  }
};

/** Rule 2: enters the view after the highest QC or TC, and passes on what opened it. */
export const tryEnterView = (context: Context): boolean => {
  const { state, effects, leaders, config } = context;
  const { highQc, highTc } = state.record;
  const view = Math.max(highQc.view, highTc?.view ?? 0) + 1;
  if (view <= state.view) return false;
  state.view = view;
  state.viewTimer.running = false;
  for (const name of ["view", "resend", "drift", "group"] as const)
    effects.push({ type: "timer", name, afterMs: undefined });
  for (const proposals of [state.proposals, state.early])
    for (const at of proposals.keys()) if (at < view) proposals.delete(at);
  for (const at of state.refused) if (at < view) state.refused.delete(at);
  for (const at of state.timeouts.keys()) if (at < view) state.timeouts.delete(at);
  forgetProposals(context);
  if (!state.voting) return true;
  const leader = leaders.leaderOf(view);
  if (highQc.view === view - 1) {
    const isTold = leader === config.self?.index || (state.shown.get(leader) ?? 0) >= view;
    if (!isTold) send(context, leader, { type: "certificate", certificate: highQc });
  } else if (highTc !== undefined) send(context, "all", { type: "timeoutCertificate", tc: highTc });
  return true;
};

/** How long this view's timer runs: grows with the tenures since the highest QC, up to the cap (rule 11). */
export const viewTimerMs = ({ state, config, leaders }: Context): number => {
  const tenures = leaders.tenureOf(state.view) - leaders.tenureOf(state.record.highQc.view + 1);
  return Math.min(config.timing.capMs, Math.round(config.timing.baseMs * 1.5 ** Math.max(0, tenures)));
};

/** Whether a child of this chain's tip must be empty, as far as this node can tell (rule 17). */
export const isLagging = (context: Context, chain: readonly Entry[]): boolean => {
  const { state } = context;
  const parent = parentOf(state, chain);
  const certified = Math.min(state.execution?.height ?? 0, parent.height);
  return !mayCarry(context, parent, certified);
};

/** Whether this node holds transactions that may go into a child of this chain's tip. */
export const hasWork = (context: Context, chain: readonly Entry[]): boolean =>
  context.state.pending && !parentOf(context.state, chain).endsEpoch && !isLagging(context, chain);

/** Rule 11: whether something waits for this view to end. An idle channel has nothing undecided. */
const isUndecided = (context: Context): boolean => {
  const { state } = context;
  return (
    state.record.highQc.view > state.head.view ||
    state.record.voted.view === state.view ||
    blockedView(context) !== undefined ||
    hasWork(context, chainTo(state, state.record.highQc.blockId) ?? [])
  );
};

/** Runs the view's timer while something is undecided, and only then; after a timeout, its repetition instead. */
export const keepTimer = (context: Context): void => {
  const { state, effects, nowMs } = context;
  const shouldRun = state.voting && isUndecided(context);
  if (shouldRun === state.viewTimer.running) return;
  state.viewTimer = { running: shouldRun, startedMs: nowMs };
  const isWaiting = isTimedOut(context);
  const afterMs = isWaiting ? context.config.timing.resendMs : viewTimerMs(context);
  effects.push({
    type: "timer",
    name: isWaiting ? "resend" : "view",
    afterMs: shouldRun ? afterMs : undefined,
  });
  if (shouldRun && state.pending) effects.push({ type: "disseminate" });
};
