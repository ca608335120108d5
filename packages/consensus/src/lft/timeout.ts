import { CERTIFICATE_KIND } from "@dure/types";
import { checkAgainstTimeout } from "./accuse.ts";
import { type Context, refuse, send, signaturesOf } from "./context.ts";
import { acceptCertificate, learnTc } from "./facts.ts";
import type { Timeout } from "./message.ts";
import type { ViewTimeouts } from "./state.ts";
import { timeoutStatement } from "./timeout-certificate.ts";
import { giveUp, recordedTimeout } from "./voter.ts";

/**
 * Timeouts further ahead than this are dropped (rule 16). They name ends of tenures, which a sticky leader's policy puts
 * far ahead: there are two of them in it.
 */
const timeoutWindow = ({ leaders }: Context): number => 2 * (leaders.tenureEnd(1) + 2);

/** Counts a verified timeout; a quorum for one view makes its TC. */
const count = (context: Context, { epoch, view, highQc, signer, signature }: Timeout): void => {
  const { state, set } = context;
  checkAgainstTimeout(context, signer, { type: "timeout", view, highQcView: highQc.view, signature });
  const timeouts: ViewTimeouts = state.timeouts.get(view) ?? {
    signatures: new Map(),
    reported: new Map(),
    highQc,
  };
  state.timeouts.set(view, timeouts);
  if (timeouts.signatures.has(signer)) return;
  timeouts.signatures.set(signer, signature);
  timeouts.reported.set(signer, highQc.view);
  if (highQc.view > timeouts.highQc.view) timeouts.highQc = highQc;
  if (!set.quorums.isQuorum(timeouts.signatures.keys())) return;
  const signatures = signaturesOf(context, timeouts.signatures);
  const reported = signatures.signers.map((at) => timeouts.reported.get(at) as number);
  learnTc(context, { epoch, view, signatures, reported, highQc: timeouts.highQc });
};

const flawOf = (
  { config, leaders }: Context,
  { epoch, view, highQc, signer }: Timeout,
): string | undefined => {
  if (epoch !== config.epoch || config.validators[signer] === undefined) return "a timeout of no validator";
  if (view < 1 || leaders.tenureEnd(view) !== view) return "a timeout that names no end of a tenure";
  if (highQc.kind !== CERTIFICATE_KIND.vote || highQc.view > view)
    return "a timeout that reports no QC up to its view";
  return undefined;
};

const isSigned = ({ config }: Context, { epoch, view, highQc, signer, signature }: Timeout): boolean => {
  const publicKey = config.validators[signer]?.publicKey;
  const statement = timeoutStatement(config.channelId, { epoch, view, highQcView: highQc.view });
  return publicKey !== undefined && config.suite.verify(publicKey, statement, signature);
};

/**
 * A validator's timeout: whether it was news and verifies. Its QC is learned even where the timeout itself is of no
 * use any more (rule 16).
 */
export const onTimeout = (context: Context, timeout: Timeout): boolean => {
  const flaw = flawOf(context, timeout);
  if (flaw !== undefined) {
    refuse(context, flaw);
    return false;
  }
  const { state } = context;
  const { view } = timeout;
  if (state.timeouts.get(view)?.signatures.has(timeout.signer) === true) return true;
  if (!isSigned(context, timeout)) {
    refuse(context, "a timeout's signature");
    return false;
  }
  if (!acceptCertificate(context, timeout.highQc)) return false;
  if (view >= state.view && view <= state.view + timeoutWindow(context)) count(context, timeout);
  return true;
};

/** Rule 9: gives up all views up to `view`, the end of a tenure. Durable before it is sent. */
export const timeOut = (context: Context, view: number): void => {
  const { effects, config } = context;
  const timeout = giveUp(context, view);
  send(context, "all", timeout);
  effects.push({ type: "timer", name: "resend", afterMs: config.timing.resendMs });
  count(context, timeout);
};

/** Whether this node waits for others to give up a view that it has given up. */
export const isTimedOut = ({ state }: Context): boolean =>
  state.voting && state.record.timedOut >= state.view;

/** Sends the recorded timeout again, if its view is still not over. */
export const sendTimeoutAgain = (context: Context, to: number | "all"): void => {
  if (isTimedOut(context)) send(context, to, recordedTimeout(context));
};

/** Counts the recorded timeout of this node, after a restart. */
export const countTimeoutAgain = (context: Context): void => {
  if (isTimedOut(context)) count(context, recordedTimeout(context));
};

/** The greatest view, of this one or later, that a blocking set has given up; undefined if there is none. */
export const blockedView = ({ state, set }: Context): number | undefined => {
  const views = [...state.timeouts.keys()].filter((view) => view >= state.view).sort((a, b) => b - a);
  const signers = new Set<number>();
  for (const view of views) {
    for (const signer of state.timeouts.get(view)?.signatures.keys() ?? []) signers.add(signer);
    if (set.quorums.isBlocking(signers)) return view;
  }
  return undefined;
};

/** Rule 9, second cause: joins a blocking set that gave up this view or a later one. */
export const tryJoinTimeout = (context: Context): boolean => {
  const { state } = context;
  const view = blockedView(context);
  if (!state.voting || view === undefined || view <= state.record.timedOut) return false;
  timeOut(context, view);
  return true;
};
