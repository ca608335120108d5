import { BLOCK_STEPS_MAX, CALL_MEMORY_MAX, CALL_STEPS_MAX } from "../bounds.ts";
import type { Code, Used } from "../outcome.ts";
import type { WireOutcome } from "../wire-outcomes.ts";
import { Effects, HostRefusal, QUERY_WRITE, type Reader } from "./effects.ts";
import { cut, failureOf } from "./failure.ts";
import type { Score } from "./load.ts";
import { type Metered, meter, startMeter, stopMeter } from "./meter.ts";
import { guardThrown, takeSpoilt } from "./seal.ts";
import { traceOf } from "./trace.ts";
import {
  decodeParams,
  detailsText,
  type RunnableCall,
  resultText,
  runMethod,
  type Surroundings,
  type Transaction,
} from "./transaction.ts";

/** What a call did: its outcome, how many bytes it adds to the block, and whether the engine gave up. */
export type CallResult = {
  readonly outcome: WireOutcome;
  readonly bytes: number;
  readonly engineLimit: boolean;
};

/**
 * Returns what one call does, over `read`. Nothing is written anywhere: a call that succeeds returns its writes, one that
 * fails returns none. `stepsLeft` is what the block has left for it and for the calls after it.
 */
export const runCall = (
  surroundings: Surroundings,
  score: Score,
  call: RunnableCall,
  read: Reader,
  stepsLeft: number = BLOCK_STEPS_MAX,
): CallResult => {
  const stepsMax = Math.min(CALL_STEPS_MAX, Math.max(0, stepsLeft));
  const kept: Transaction = { surroundings, call, read, isAnew: false, used: [] };
  const attempt = attemptCall(kept, score, stepsMax);
  if (takeSpoilt()) for (const used of kept.used) used.forget(false);
  if (attempt.passed !== "sealed") return attempt.result;
  const { result } = attemptCall({ surroundings, call, read, isAnew: true, used: [] }, score, stepsMax);
  // A call that stands and needs a module of its own is likely to be followed by others of its kind.
  if (result.outcome[0] === 0) for (const used of kept.used) used.forget(true);
  return result;
};

type Attempt = { readonly result: CallResult; readonly passed: Metered["passed"] };

/** Runs a call over the modules that are kept, or over modules evaluated for it alone. */
const attemptCall = (transaction: Transaction, score: Score, stepsMax: number): Attempt => {
  const { call, read, isAnew } = transaction;
  const effects = new Effects(score.description.name, call.kind !== "query", read);
  startMeter(stepsMax, CALL_MEMORY_MAX);
  meter.sealed = !isAnew;
  let text = "";
  let failed: { readonly thrown: unknown } | undefined;
  try {
    const params = decodeParams(call.params);
    const result = runMethod(transaction, score, call.kind, call.method, params, effects, NOBODY);
    if (effects.wroteInQuery) throw new HostRefusal(QUERY_WRITE);
    text = resultText(result, effects);
  } catch (thrown) {
    noteThrown(thrown);
    failed = { thrown };
  }
  const metered = stopMeter(stepsMax, CALL_MEMORY_MAX);
  const { passed, steps, bytes } = metered;
  if (passed !== undefined && passed !== "sealed") {
    const ofBlock = passed === "steps" && stepsMax < CALL_STEPS_MAX;
    const result = refused(9000, ofBlock ? BLOCK_PASSED : PASSED[passed], metered);
    return { result: traced(result, metered.trace), passed };
  }
  if (failed !== undefined) {
    const { code, message, details, diagnostic, engineLimit } = failureOf(failed.thrown);
    const result = refused(code, message, metered, detailsText(details), diagnostic);
    return { result: { ...traced(result, traceOf(failed.thrown)), engineLimit }, passed };
  }
  const writes = effects.writes.size === 0 ? NO_WRITES : effects.writeList();
  const outcome: WireOutcome = [0, "", text, writes, effects.events, steps, bytes, ""];
  return { result: { outcome, bytes: effects.bytes, engineLimit: false }, passed };
};

const NOBODY: readonly string[] = Object.freeze([]);
const NO_WRITES: WireOutcome[3] = [];

/** Gives the call up, if what it ended with may be the engine's word of something frozen. */
const noteThrown = (thrown: unknown): void => {
  try {
    guardThrown(thrown);
  } catch {
    // The meter has noted it.
  }
};

/** What of the budgets a call passed, as its receipt says it. */
const PASSED = {
  steps: `the call takes more than ${CALL_STEPS_MAX} steps`,
  bytes: `the call takes more than ${CALL_MEMORY_MAX} bytes of memory, or a text that is too long`,
  depth: "the call's functions call one another too deep",
} as const;
const BLOCK_PASSED = `a block's calls take at most ${BLOCK_STEPS_MAX} steps; this one found too few left`;

const NOTHING: Used = { steps: 0, bytes: 0 };

/** Returns the result of a call that is refused, before or instead of running unless `used` says what it took. */
export const refused = (
  code: Code,
  message: string,
  used: Used = NOTHING,
  result = "null",
  diagnostic = "",
): CallResult => ({
  outcome: [code, cut(message), result, [], [], used.steps, used.bytes, diagnostic],
  bytes: Buffer.byteLength(result),
  engineLimit: false,
});

/** Says where a call that is refused went wrong, if that is known. */
const traced = (result: CallResult, trace: string): CallResult => {
  if (trace === "") return result;
  const [code, message, details, writes, events, steps, bytes, diagnostic] = result.outcome;
  return { ...result, outcome: [code, message, details, writes, events, steps, bytes, diagnostic, trace] };
};
