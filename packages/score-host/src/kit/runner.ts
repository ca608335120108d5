import { isDeepStrictEqual } from "node:util";
import { type Executable, executeHalting } from "../halting.ts";
import { keeper } from "../keeper.ts";
import type { ScoreHostLimits } from "../limits.ts";
import type { Executed, Outcome, QueryCall, QueryOutcome, Read, ScoreSource } from "../outcome.ts";
import { askQuery } from "../query.ts";
import { startDisturbedThread, startThread } from "../thread.ts";

/** Executes in threads of this process. One request at a time. */
export type Runner = {
  /** @throws Error that says what differs, if a second execution came to something else; ScoreHostError as a host does */
  execute(executable: Executable, read: Read): Promise<Executed>;
  query(call: QueryCall, read: Read): Promise<QueryOutcome>;
  /** Loads the SCOREs as they are now, and forgets all state that was kept at hand. */
  renew(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Returns a runner of the SCOREs. If it is to be `deterministic`, everything is executed a second time: in another thread,
 * whose heap holds garbage, with modules evaluated for each call, without state at hand, and reading step by step instead
 * of guessing what will be read.
 */
export const runner = (
  scores: () => readonly ScoreSource[],
  limits: Required<ScoreHostLimits>,
  deterministic: boolean,
): Runner => {
  const { memoryMb, cacheBytesMax } = limits;
  const ignore = (): void => {};
  const first = keeper(
    "blocks",
    () => ({ scores: scores(), memoryMb, cacheBytesMax, spawn: startThread }),
    ignore,
  );
  const second = keeper(
    "blocks",
    () => ({ scores: scores(), memoryMb, cacheBytesMax: 0, spawn: startDisturbedThread }),
    ignore,
  );
  const of = ({ sandbox }: typeof first) => ({ sandbox, limits, onEvent: ignore });

  return {
    async execute(executable, read) {
      const [once, again] = await Promise.allSettled([
        executeHalting(executable, read, of(first)),
        // A single attempt is a careful one.
        deterministic
          ? executeHalting(executable, read, { ...of(second), limits: { ...limits, attemptsMax: 1 } })
          : undefined,
      ]);
      if (once.status === "rejected") throw once.reason;
      if (again.status === "rejected") throw again.reason;
      const difference = again.value && differenceOf(once.value, again.value);
      if (difference !== undefined)
        throw new Error(`a block came to something else when it was executed again: ${difference}`);
      return once.value;
    },
    query: (call, read) => askQuery(call, read, of(first)),
    async renew() {
      await Promise.all([first.renew(), second.renew()]);
    },
    async close() {
      await Promise.all([first.close(), second.close()]);
    },
  };
};

/** What of an outcome every peer must come to. */
const AGREED = ["code", "message", "result", "events", "writes", "used"] as const;

/** Says in what two executions of the same differ first, if they do. */
const differenceOf = (once: Executed, again: Executed): string | undefined => {
  for (const part of ["activations", "calls"] as const)
    for (const [index, outcome] of once[part].entries()) {
      const other = again[part][index];
      const field = AGREED.find((name) => !isDeepStrictEqual(outcome[name], other?.[name]));
      if (field !== undefined)
        return `${part === "calls" ? "call" : "activation"} ${index} has ${field} ${shown(outcome, field)}, then ${shown(other, field)}`;
    }
  return undefined;
};

const shown = (outcome: Outcome | undefined, field: (typeof AGREED)[number]): string =>
  JSON.stringify(outcome?.[field], (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("utf8").replace("\0", "/") : value,
  );
