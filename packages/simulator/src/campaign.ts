import { type Outcome, type SimulateOptions, type Stats, simulate } from "./run.ts";

export type Summary = {
  readonly seeds: number;
  /** Histories in which an invariant broke. */
  readonly broken: number;
  readonly totals: Stats;
};

const NOTHING: Stats = { views: 0, commits: 0, transactions: 0, crashes: 0, messages: 0, steps: 0, ms: 0 };

const sum = (a: Stats, b: Stats): Stats => ({
  views: a.views + b.views,
  commits: a.commits + b.commits,
  transactions: a.transactions + b.transactions,
  crashes: a.crashes + b.crashes,
  messages: a.messages + b.messages,
  steps: a.steps + b.steps,
  ms: a.ms + b.ms,
});

/** Runs the histories of these seeds, one after the other; `onOutcome` says whether to go on. */
export const runSeeds = (
  seeds: Iterable<number>,
  optionsOf: (seed: number) => Omit<SimulateOptions, "seed">,
  onOutcome: (outcome: Outcome) => boolean,
): Summary => {
  let [count, broken, totals] = [0, 0, NOTHING];
  for (const seed of seeds) {
    const outcome = simulate({ ...optionsOf(seed), seed });
    count += 1;
    broken += outcome.violations.length > 0 ? 1 : 0;
    totals = sum(totals, outcome.stats);
    if (!onOutcome(outcome)) break;
  }
  return { seeds: count, broken, totals };
};

/** The whole numbers from `from`, so many. */
export function* range(from: number, count: number): Generator<number> {
  for (let seed = from; seed < from + count; seed++) yield seed;
}
