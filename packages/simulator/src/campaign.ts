import { type Outcome, type SimulateOptions, type Stats, simulate } from "./run.ts";

/** What many histories come to. Sums of parts are the whole: campaigns may run side by side. */
export type Summary = {
  readonly seeds: number;
  /** Histories in which an invariant broke. */
  readonly broken: number;
  readonly totals: Stats;
  /** How often each rule and fault fired. */
  readonly coverage: Readonly<Record<string, number>>;
  /** How many histories had so many views, blocks and faults: what medians are read from. */
  readonly spread: { readonly [Name in Spread]: Readonly<Record<number, number>> };
};

export type Spread = "views" | "commits" | "faults";

const NOTHING: Stats = { views: 0, commits: 0, transactions: 0, crashes: 0, messages: 0, steps: 0, ms: 0 };

export const EMPTY: Summary = {
  seeds: 0,
  broken: 0,
  totals: NOTHING,
  coverage: {},
  spread: { views: {}, commits: {}, faults: {} },
};

type Counts = Readonly<Record<string, number>>;

const added = <T extends Counts>(a: T, b: T): T => {
  const sums: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sums[name] = (sums[name] ?? 0) + count;
  return sums as T;
};

/** The campaign of both. */
export const join = (a: Summary, b: Summary): Summary => ({
  seeds: a.seeds + b.seeds,
  broken: a.broken + b.broken,
  totals: added(a.totals, b.totals),
  coverage: added(a.coverage, b.coverage),
  spread: {
    views: added(a.spread.views, b.spread.views),
    commits: added(a.spread.commits, b.spread.commits),
    faults: added(a.spread.faults, b.spread.faults),
  },
});

/** The middle one of what was counted; 0 of nothing. */
export const medianOf = (spread: Readonly<Record<number, number>>): number => {
  const entries = Object.entries(spread).map(([value, count]) => [Number(value), count] as const);
  let left = entries.reduce((sum, [, count]) => sum + count, 0) / 2;
  for (const [value, count] of entries.sort(([a], [b]) => a - b)) {
    left -= count;
    if (left <= 0) return value;
  }
  return 0;
};

const FAULT = /^(fault|byzantine): (?!none)/;

/** Mutable, and merged in place: a campaign has far more histories than names. */
const note = (into: Record<string, number>, name: string | number, count = 1): void => {
  into[name] = (into[name] ?? 0) + count;
};

/** Runs the histories of these seeds, one after the other; `onOutcome` says whether to go on. */
export const runSeeds = (
  seeds: Iterable<number>,
  optionsOf: (seed: number) => Omit<SimulateOptions, "seed">,
  onOutcome: (outcome: Outcome) => boolean,
): Summary => {
  let [count, broken, totals] = [0, 0, NOTHING];
  const coverage: Record<string, number> = {};
  const spread = { views: {}, commits: {}, faults: {} };
  for (const seed of seeds) {
    const outcome = simulate({ ...optionsOf(seed), seed });
    count += 1;
    broken += outcome.violations.length > 0 ? 1 : 0;
    totals = added(totals, outcome.stats);
    let faults = 0;
    for (const [name, times] of outcome.coverage) {
      note(coverage, name, times);
      if (FAULT.test(name)) faults += times;
    }
    note(spread.views, outcome.stats.views);
    note(spread.commits, outcome.stats.commits);
    note(spread.faults, faults);
    if (!onOutcome(outcome)) break;
  }
  return { seeds: count, broken, totals, coverage, spread };
};

/** The whole numbers from `from`, so many. */
export function* range(from: number, count: number): Generator<number> {
  for (let seed = from; seed < from + count; seed++) yield seed;
}
