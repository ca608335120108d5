import { medianOf } from "../quantiles.ts";

/** How long a round runs, and how many there are. */
export type Rounds = { readonly count: number; readonly ms: number };

export const FULL: Rounds = { count: 5, ms: 1_500 };
export const QUICK: Rounds = { count: 3, ms: 300 };

/** The median of some rounds, each a sample of several figures; of each figure for itself. */
export const mediansOf = <T extends Readonly<Record<string, number>>>(samples: readonly T[]): T => {
  const [first] = samples;
  if (first === undefined) throw new RangeError("no rounds, no medians");
  return Object.fromEntries(
    Object.keys(first).map((name) => [name, medianOf(samples.map((sample) => sample[name] as number))]),
  ) as T;
};
