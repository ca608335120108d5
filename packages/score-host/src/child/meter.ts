/**
 * Counts what a contract's call costs, in units that are the same on every machine and under every Node.js: steps, which
 * the instrumented text and the natives charge; bytes, which they allocate; and depth, what they have on the stack. A call
 * that passes one of its bounds is exhausted: every charge from then on throws, so that no handler of the contract can go
 * on, and its receipt says so. How long a step takes is a matter of the machine and decides nothing.
 *
 * Host code runs with the counters out of reach (`unmetered`), after charging what its work is worth.
 */
import { DEPTH_MAX, TEXT_CHARS_MAX } from "../bounds.ts";
import { closeError } from "./closed-error.ts";
import { placeNow, textOf } from "./trace.ts";

/** Thrown at the first charge beyond a bound, and at every later one of the same call. */
export class Exhausted extends Error {
  override readonly name = "Exhausted";
}
closeError(Exhausted);

/** Beyond any bound, and still a small integer to the engine: counting in larger ones allocates. */
const UNLIMITED = 2 ** 30 - 1;

/** What the running call has left, and its depth. The instrumented text counts here directly. */
export const meter: {
  steps: number;
  bytes: number;
  depth: number;
  /** Whether a module is being evaluated to be kept, and whether a call runs over modules that were: seal.ts. */
  loading: boolean;
  sealed: boolean;
} = { steps: UNLIMITED, bytes: UNLIMITED, depth: 0, loading: false, sealed: false };

/** What was passed first by the running call. */
let passed: Metered["passed"];
/** Where that was, if calls are traced. */
let passedAt: ReturnType<typeof placeNow>;

/** Begins a call with these many steps and bytes. */
export const startMeter = (steps: number, bytes: number): void => {
  meter.steps = steps;
  meter.bytes = bytes;
  meter.depth = 0;
  passed = undefined;
  passedAt = undefined;
};

/** What a call took of what it was given, and which of its bounds it passed, if any. */
export type Metered = {
  readonly steps: number;
  readonly bytes: number;
  /** `sealed`: the call would have changed what its modules keep, and counts for nothing. */
  readonly passed: "steps" | "bytes" | "depth" | "sealed" | undefined;
  /** Where it was passed; empty unless calls are traced. */
  readonly trace: string;
};

/** Ends a call that was given these; from here on host code runs, and is not counted. */
export const stopMeter = (stepsMax: number, bytesMax: number): Metered => {
  noteExhausted();
  const steps = passed === undefined ? stepsMax - meter.steps : stepsMax;
  const bytes = meter.bytes < 0 ? bytesMax : bytesMax - meter.bytes;
  meter.steps = UNLIMITED;
  meter.bytes = UNLIMITED;
  meter.depth = 0;
  meter.sealed = false;
  return { steps, bytes, passed, trace: textOf(passedAt) };
};

const noteExhausted = (): void => {
  if (meter.steps >= 0 && meter.bytes >= 0 && meter.depth <= DEPTH_MAX) return;
  if (passed === undefined) {
    passed = meter.depth > DEPTH_MAX ? "depth" : meter.steps < 0 ? "steps" : "bytes";
    passedAt = placeNow();
  }
  // Whatever was passed: nothing more is to be had.
  meter.steps = -1;
};

/** What the instrumented text calls when a counter of its own is beyond its bound. @throws Exhausted, always */
export const exhaust = (): never => {
  noteExhausted();
  throw new Exhausted("the call is exhausted");
};

/** Ends the running call for another reason than its counters. @throws Exhausted, always */
export const exhaustBy = (reason: NonNullable<Metered["passed"]>): never => {
  passed ??= reason;
  meter.steps = -1;
  throw new Exhausted("the call is exhausted");
};

/** Whether the running call has passed a bound. */
export const isExhausted = (): boolean => meter.steps < 0 || meter.bytes < 0;

/** Charges steps. @throws Exhausted */
export const charge = (steps: number): void => {
  meter.steps -= steps;
  if (meter.steps < 0) exhaust();
};

/** Charges bytes of memory. @throws Exhausted */
export const allocate = (bytes: number): void => {
  meter.bytes -= bytes;
  if (meter.bytes < 0) exhaust();
};

/** Counts a frame of a native that calls the contract back: `leave` must follow in a `finally`. @throws Exhausted */
export const enter = (weight: number): void => {
  meter.depth += weight;
  if (meter.depth > DEPTH_MAX) exhaust();
};

export const leave = (weight: number): void => {
  meter.depth -= weight;
};

/** Returns a text that a native made, charged by its length. @throws Exhausted, also beyond TEXT_CHARS_MAX */
export const bounded = (text: string): string => {
  const { length } = text;
  meter.steps -= length >> 5;
  meter.bytes -= length * 2;
  if (length > TEXT_CHARS_MAX) meter.bytes = -1;
  if (meter.steps < 0 || meter.bytes < 0) exhaust();
  return text;
};

/** Runs host code that a contract called: it costs the given steps, and nothing by how it does its work. @throws Exhausted */
export const unmetered = <T>(cost: number, run: () => T): T => {
  charge(cost);
  const { steps, bytes } = meter;
  meter.steps = UNLIMITED;
  meter.bytes = UNLIMITED;
  try {
    return run();
  } finally {
    meter.steps = steps;
    meter.bytes = bytes;
  }
};
