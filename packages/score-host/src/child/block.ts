/**
 * Executes the calls of one request against the cache, asking the parent for the values it lacks.
 *
 * Round trips are saved by guessing. A pass runs the calls in order; a read of an unknown key is noted and
 * throws, and the call has `missed`, whatever the contract makes of the throw. The calls after it run only
 * to find what else is unknown. Then one message asks for all of it, and the next pass starts again from
 * the first call that missed, and reads directly: should a value lead to a further key, as a counter's does, the
 * call waits for that one in the middle of the method.
 *
 * Nothing of a missed run is kept, so outcomes do not depend on the cache. One thing could show: a contract
 * that loops for ever when a read throws would do so only where the read was unknown. Hence a `careful`
 * request, which the parent makes after an attempt that died, never guesses: reads are direct throughout.
 */
import { BLOCK_BYTES_MAX, BLOCK_STEPS_MAX, NEED_KEYS_MAX } from "../bounds.ts";
import type { Reply, WireOutcome, WireValue } from "../protocol.ts";
import type { StateCache } from "./cache.ts";
import { type CallResult, refused } from "./call.ts";
import type { Reader } from "./effects.ts";

export type Parent = {
  /** Asks for the values of keys and waits for them, null where there is none. */
  readonly need: (keys: readonly string[]) => readonly WireValue[];
  readonly send: (message: Reply) => void;
};

/** Runs one call over a reader, with these many steps left to its block. */
export type Run = (read: Reader, stepsLeft: number) => CallResult;

/** What a request came to: its outcomes and all its writes, or the call at which the engine gave up. */
export type Executed =
  | {
      readonly ok: true;
      readonly outcomes: readonly WireOutcome[];
      readonly writes: ReadonlyMap<string, WireValue>;
    }
  | { readonly ok: false; readonly index: number; readonly message: string };

/** Thrown into a method by a read of an unknown key. Its meaning lies in `missed`, not in being caught. */
const MISS = Object.freeze(new Error("this read is answered in the next pass"));

const writesOf = ({ outcome: [, , , writes] }: CallResult) => writes;
const stepsOf = ({ outcome: [, , , , , steps] }: CallResult): number => steps;
const diagnosticOf = ({ outcome }: CallResult): string => outcome[7];

/** Executes the runs in order and returns what they came to. The cache must stand at the height before. */
export const execute = (
  runs: readonly Run[],
  cache: StateCache,
  parent: Parent,
  careful: boolean,
): Executed => {
  // Fetched values stay here until the end, so that the cache's evictions cannot undo a pass's progress.
  const fetched = new Map<string, WireValue>();
  const settled = new Map<string, WireValue>();
  const outcomes: WireOutcome[] = [];
  let bytes = 0;
  let steps = 0;

  // Null is a value here, a known absence; so undefined alone means that the next source is asked.
  const known = (key: string): WireValue | undefined => {
    const written = settled.get(key);
    if (written !== undefined) return written;
    const value = fetched.get(key);
    return value === undefined ? cache.get(key) : value;
  };
  const fetch = (keys: readonly string[]): void => {
    const values = parent.need(keys);
    for (let index = 0; index < keys.length; index++) fetched.set(keys[index]!, values[index]!);
  };
  const readDirectly = (key: string): WireValue => {
    if (known(key) === undefined) fetch([key]);
    return known(key)!;
  };

  const settle = (result: CallResult): void => {
    bytes += result.bytes;
    steps += stepsOf(result);
    outcomes.push(result.outcome);
    for (const [key, value] of writesOf(result)) settled.set(key, value);
  };

  for (let start = 0, pass = 0; start < runs.length; start = outcomes.length, pass++) {
    const unknown = new Set<string>();
    const guessed = new Map<string, WireValue>();
    for (let index = start; index < runs.length && unknown.size < NEED_KEYS_MAX; index++) {
      if (careful) parent.send({ type: "started", index });
      let missed = false;
      const guess: Reader = (key) => {
        const value = guessed.get(key) ?? known(key);
        if (value !== undefined) return value;
        missed = true;
        if (unknown.size < NEED_KEYS_MAX) unknown.add(key);
        throw MISS;
      };
      const direct = careful || (pass > 0 && unknown.size === 0);
      const run = runs[index]!;
      const result = bounded(run(direct ? readDirectly : guess, BLOCK_STEPS_MAX - steps), bytes);
      if (missed) continue;
      if (unknown.size === 0) {
        if (result.engineLimit) return { ok: false, index, message: diagnosticOf(result) };
        settle(result);
      } else for (const [key, value] of writesOf(result)) guessed.set(key, value);
    }
    if (unknown.size > 0) fetch([...unknown]);
  }
  cache.learn(fetched);
  return { ok: true, outcomes, writes: settled };
};

const bounded = (result: CallResult, bytesBefore: number): CallResult =>
  bytesBefore + result.bytes <= BLOCK_BYTES_MAX
    ? result
    : refused(9000, `a block's calls put out at most ${BLOCK_BYTES_MAX} bytes; this one found too few left`);
