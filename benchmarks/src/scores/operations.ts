import type { Call, ScoreSource } from "@dure/score-host";
import { cpuUsOf, type LoadedHost, measureCalls, openLoaded } from "./host-load.ts";
import type { Rounds } from "./rounds.ts";
import { createTransfers } from "./transfers.ts";

/** What one operation on the state costs both processes of CPU, in µs, beside the call that it is part of. */
export type OperationCost = { readonly name: string; readonly cachedUs: number; readonly uncachedUs: number };

const KEYS = 10_000;
const FILLED_AT_ONCE = 100;
/** Operations in a call, and calls in a block. */
const PER_CALL = 10;
const CALLS = 100;

const OPERATIONS: Readonly<Record<string, string>> = {
  get: "a read",
  set: "a write",
  orderedGet: "a read of an ordered map",
  orderedSet: "a write to an ordered map",
  orderedPage: "a page of 10 of an ordered map",
  indexedSet: "a write to an indexed map, one index and one unique",
  indexedFind: "a page of 10 found by an index",
  indexedOne: "a row found by a unique index",
};

/** Makes calls of a probe's method that go through the keys, a block's calls through different ones. */
const callsOf = (method: string, perCall: number): ((count: number) => readonly Call[]) => {
  const transfers = createTransfers(1, ["probe"]);
  let block = 0;
  return (count) => {
    block += 1;
    return transfers.next(count).map((call, at) => {
      const from = ((block * 37 + at) * 7_919 * perCall) % (KEYS - perCall);
      return { ...call, method, params: JSON.stringify({ from, count: perCall }) };
    });
  };
};

/** Fills all that the operations look at: a state of 10,000 keys, rows and index entries each. */
const fill = async ({ execute }: LoadedHost): Promise<void> => {
  const transfers = createTransfers(1, ["probe"]);
  for (const method of ["set", "orderedSet", "indexedSet"])
    for (let from = 0; from < KEYS; from += FILLED_AT_ONCE)
      await execute(
        transfers
          .next(1)
          .map((call) => ({ ...call, method, params: JSON.stringify({ from, count: FILLED_AT_ONCE }) })),
      );
};

/** Each operation's cost in a host that keeps the whole state at hand, and in one that keeps none. */
export const measureOperations = async (
  probe: ScoreSource,
  rounds: Rounds,
): Promise<readonly OperationCost[]> => {
  const cached = await costsIn(probe, 64 << 20, rounds);
  const uncached = await costsIn(probe, 0, rounds);
  return Object.entries(OPERATIONS).map(([method, name]) => ({
    name,
    cachedUs: cached.get(method) ?? 0,
    uncachedUs: uncached.get(method) ?? 0,
  }));
};

const costsIn = async (
  probe: ScoreSource,
  cacheBytesMax: number,
  rounds: Rounds,
): Promise<ReadonlyMap<string, number>> => {
  const loaded = await openLoaded([probe], { cacheBytesMax });
  const usOf = async (method: string): Promise<number> =>
    cpuUsOf(await measureCalls(loaded, CALLS, callsOf(method, PER_CALL), rounds));
  try {
    await fill(loaded);
    const emptyUs = await usOf("nothing");
    const costs = new Map<string, number>();
    for (const method of Object.keys(OPERATIONS))
      costs.set(method, ((await usOf(method)) - emptyUs) / PER_CALL);
    return costs;
  } finally {
    await loaded.host.close();
  }
};
