/** Who leads which view: a pure function of the epoch's configuration and the view, with a bounded tenure. */
export type LeaderPolicy = {
  /** The index of the validator that leads `view` (from 1). */
  readonly leaderOf: (view: number) => number;
  /** The last view of the tenure that `view` belongs to: what a timeout names (lft.md rule 9). */
  readonly tenureEnd: (view: number) => number;
};

/** LFT's spinning leader: validators in order of registration, each for `spinInterval` views in a row (rule 1). */
export const spinningLeader = (validatorCount: number, spinInterval: number): LeaderPolicy => {
  if (!Number.isSafeInteger(spinInterval) || spinInterval < 1)
    throw new RangeError("the spin interval is at least 1");
  const tenureOf = (view: number): number => Math.floor((view - 1) / spinInterval);
  return {
    leaderOf: (view) => tenureOf(view) % validatorCount,
    tenureEnd: (view) => (tenureOf(view) + 1) * spinInterval,
  };
};
