import { DEPTH_MAX } from "../../bounds.ts";
import { meter } from "../meter.ts";
import { caught } from "./index.ts";
import { NATIVE_FRAME } from "./limits.ts";

const STEPS = 10_000_000;
const BYTES = 64 * 1024 * 1024;
/** As deep as a contract may be that leaves room on the stack that a process has by itself. */
const START_DEPTH = DEPTH_MAX - 1_000 * NATIVE_FRAME;

/** What a piece of a contract came to, as a text, and what it was charged. */
export type Cost = {
  readonly outcome: string;
  readonly steps: number;
  readonly bytes: number;
  readonly depth: number;
};

/** Runs a piece of a contract under the budget of one call, and returns what it came to and what it was charged. */
export const costOf = (run: () => unknown): Cost => {
  setMeter(STEPS, BYTES);
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    result = caught(error);
  }
  const { steps, bytes, depth } = meter;
  setMeter(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const outcome =
    result instanceof Error
      ? `${result.name}: ${result.message}`
      : typeof result === "string"
        ? result
        : (JSON.stringify(result) ?? "nothing");
  return { outcome, steps: STEPS - steps, bytes: BYTES - bytes, depth: depth - START_DEPTH };
};

/** Returns that many numbers, out of order. */
export const many = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => (index * 7919) % count);
export const long = "ab".repeat(500_000);

// Field by field: Object.assign charges by itself.
const setMeter = (steps: number, bytes: number): void => {
  meter.steps = steps;
  meter.bytes = bytes;
  meter.depth = START_DEPTH;
};
