/**
 * Executes the calls of one request against the cache, asking the parent for the values it lacks.
 *
 * Round trips are saved by guessing. A pass runs the calls in order; a read of an unknown key is noted and
 * throws, and the call has `missed`, whatever the contract makes of the throw. The calls after it run only
 * to find what else is unknown. Then one message asks for all of it, and the next pass starts again from
 * the first call that missed. Where one value leads to a further key, that takes another pass, and so on, for as long as
 * what is wasted is less than what the round trips that were saved would take. The rest reads directly: a call waits
 * for its value in the middle of the method.
 *
 * Nothing of a missed run is kept, so outcomes do not depend on the cache. One thing could show: a contract
 * that loops for ever when a read throws would do so only where the read was unknown. Hence a `careful`
 * request, which the parent makes after an attempt that died, never guesses: reads are direct throughout.
 */
import { BLOCK_BYTES_MAX, BLOCK_STEPS_MAX, NEED_KEYS_MAX } from "../bounds.ts";
import type { Reply } from "../protocol.ts";
import type { WireOutcome, WireValue } from "../wire-outcomes.ts";
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

/** What a request came to: the outcomes that were not sent yet and all writes, or the call at which the engine gave up. */
export type Executed =
  | {
      readonly ok: true;
      readonly outcomes: readonly WireOutcome[];
      readonly writes: ReadonlyMap<string, WireValue>;
    }
  | { readonly ok: false; readonly index: number; readonly message: string };

/** How many characters of fetched values are held; and what an entry counts beside its value. */
const FETCHED_CHARS_MAX = 16 * 1024 * 1024;
const ENTRY_CHARS = 256;

/** How many outcomes are sent at once, so that the parent works on a block's first while its last are made. */
const PART = 128;

/** What a round trip to the parent takes, in steps; and how many a request may lose by guessing before it gains any. */
const STEPS_PER_ROUND_TRIP = 60_000;
const ROUND_TRIPS_LOST_MAX = 16;

/** Thrown into a method by a read of an unknown key. Its meaning lies in `missed`, not in being caught. */
const MISS = Object.freeze(new Error("this read is answered in the next pass"));

// By places and not by patterns: in this realm, whose iterators are replaced, taking an array apart is slow.
const stepsOf = ({ outcome }: CallResult): number => outcome[5];
const putWrites = ({ outcome }: CallResult, into: Map<string, WireValue>): void => {
  const writes = outcome[3];
  for (let index = 0; index < writes.length; index++) {
    const write = writes[index]!;
    into.set(write[0], write[1]);
  }
};
const diagnosticOf = ({ outcome }: CallResult): string => outcome[7];

/** Executes the runs in order and returns what they came to. The cache must stand at the height before. */
export const execute = (
  runs: readonly Run[],
  cache: StateCache,
  parent: Parent,
  careful: boolean,
): Executed => {
  // Fetched values stay here, so that the cache's evictions cannot undo a pass's progress; once there are too many, they
  // are dropped, and reads are direct from then on, which makes progress without them.
  const fetched = new Map<string, WireValue>();
  let fetchedChars = 0;
  let isGuessing = !careful;
  const settled = new Map<string, WireValue>();
  let outcomes: WireOutcome[] = [];
  let settledRuns = 0;
  let bytes = 0;
  let steps = 0;

  // Null is a value here, a known absence; so undefined alone means that the next source is asked.
  const known = (key: string): WireValue | undefined => {
    const written = settled.get(key);
    if (written !== undefined) return written;
    const value = fetched.get(key);
    return value === undefined ? cache.get(key) : value;
  };
  /** Asks for values and returns the last. What is not held for want of room is asked for again when it is read. */
  const fetch = (keys: readonly string[]): WireValue => {
    let last: WireValue = null;
    for (let asked = 0; asked < keys.length; ) {
      const values = parent.need(asked === 0 ? keys : keys.slice(asked));
      for (let index = 0; index < values.length; index++, asked++) {
        last = values[index]!;
        fetchedChars += ENTRY_CHARS + (last?.length ?? 0);
        if (fetchedChars > FETCHED_CHARS_MAX) {
          fetched.clear();
          fetchedChars = 0;
          isGuessing = false;
        }
        fetched.set(keys[asked]!, last);
      }
    }
    return last;
  };
  const readDirectly = (key: string): WireValue => {
    const value = known(key);
    return value === undefined ? fetch([key]) : value;
  };

  const settle = (result: CallResult): void => {
    bytes += result.bytes;
    steps += stepsOf(result);
    settledRuns += 1;
    outcomes.push(result.outcome);
    putWrites(result, settled);
    if (outcomes.length < PART || settledRuns === runs.length) return;
    parent.send({ type: "outcomes", isLast: false, outcomes });
    outcomes = [];
  };

  let wastedSteps = 0;
  for (let start = 0; start < runs.length; start = settledRuns) {
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
      const run = runs[index]!;
      const result = bounded(run(isGuessing ? guess : readDirectly, BLOCK_STEPS_MAX - steps), bytes);
      if (!missed && unknown.size === 0) {
        if (result.engineLimit) return { ok: false, index, message: diagnosticOf(result) };
        settle(result);
        continue;
      }
      wastedSteps += stepsOf(result);
      if (!missed) putWrites(result, guessed);
      const saved = fetched.size + unknown.size + ROUND_TRIPS_LOST_MAX;
      isGuessing = wastedSteps <= STEPS_PER_ROUND_TRIP * saved;
      if (!isGuessing) break;
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
