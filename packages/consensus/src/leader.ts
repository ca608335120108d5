import type { Validator } from "./engine.ts";

/** Who leads which view: a pure function of the epoch's configuration and the view, with a bounded tenure. */
export type LeaderPolicy = {
  /** The index of the validator that leads `view` (from 1). */
  readonly leaderOf: (view: number) => number;
  /** Which tenure `view` belongs to, counted from 0. */
  readonly tenureOf: (view: number) => number;
  /** The last view of the tenure that `view` belongs to: what a timeout names (lft.md rule 9). */
  readonly tenureEnd: (view: number) => number;
};

/** Policies by the name that a configuration gives. */
export const LEADER_POLICIES = ["spinning", "weighted", "sticky"] as const;
export type LeaderPolicyName = (typeof LEADER_POLICIES)[number];

/** Tenures of `spinInterval` views, each led by whom `leaderOfTenure` names. */
const tenures = (spinInterval: number, leaderOfTenure: (tenure: number) => number): LeaderPolicy => {
  if (!Number.isSafeInteger(spinInterval) || spinInterval < 1)
    throw new RangeError("the spin interval is at least 1");
  const tenureOf = (view: number): number => Math.floor((view - 1) / spinInterval);
  return {
    tenureOf,
    leaderOf: (view) => leaderOfTenure(tenureOf(view)),
    tenureEnd: (view) => (tenureOf(view) + 1) * spinInterval,
  };
};

/** LFT's spinning leader: validators in order of registration, each for `spinInterval` views in a row (rule 1). */
export const spinningLeader = (validatorCount: number, spinInterval: number): LeaderPolicy =>
  tenures(spinInterval, (tenure) => tenure % validatorCount);

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/**
 * Tenures in proportion to weight: in each cycle of as many tenures as all weights sum to, a validator leads as many
 * as it weighs, spread over the cycle. The stride is coprime to the cycle, so every place of it is met once.
 */
const weightedLeader = (weights: readonly number[], spinInterval: number): LeaderPolicy => {
  const divisor = weights.reduce(greatestCommonDivisor);
  const ends: number[] = [];
  for (const weight of weights) ends.push((ends.at(-1) ?? 0) + weight / divisor);
  const cycle = ends.at(-1) ?? 1;
  let stride = Math.max(1, Math.round(cycle * 0.618));
  while (greatestCommonDivisor(stride, cycle) !== 1) stride += 1;
  // In BigInt, for a product of two safe integers need not be one.
  const placeOf = (tenure: number): number => Number((BigInt(tenure) * BigInt(stride)) % BigInt(cycle));
  return tenures(spinInterval, (tenure) => {
    const place = placeOf(tenure);
    return ends.findIndex((end) => place < end);
  });
};

/** The tenure of a sticky leader: a timeout ends it at once, a leader that works keeps it this long. */
const STICKY_VIEWS = 1_000;

/**
 * The policy of a configuration: `spinning` in order of registration; `weighted`, in proportion to weight; `sticky`,
 * whoever works keeps leading, for at most 1,000 views or the spin interval, if that is longer.
 */
export const leaderPolicy = (config: {
  readonly validators: readonly Pick<Validator, "weight">[];
  readonly spinInterval: number;
  readonly leaderPolicy?: LeaderPolicyName | undefined;
}): LeaderPolicy => {
  const { validators, spinInterval } = config;
  switch (config.leaderPolicy ?? "spinning") {
    case "spinning":
      return spinningLeader(validators.length, spinInterval);
    case "weighted":
      return weightedLeader(
        validators.map(({ weight }) => weight),
        spinInterval,
      );
    case "sticky":
      return spinningLeader(validators.length, Math.max(STICKY_VIEWS, spinInterval));
  }
};
