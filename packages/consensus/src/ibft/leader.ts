import type { LeaderPolicy } from "../leader.ts";

/** Who leads which round of which height: a pure function of the epoch's configuration, the height and the round. */
export type RoundLeaders = {
  /** The index of the validator that leads `round` (from 1) of `height` (from 1). */
  readonly leaderOf: (height: number, round: number) => number;
};

/**
 * A channel's leader policy, its tenures counted in heights: each round above the first goes on by a whole tenure, so
 * that a leader that fails is never the next one too (ibft.md rule 1).
 */
export const roundLeaders = (policy: LeaderPolicy): RoundLeaders => {
  const tenure = policy.tenureEnd(1);
  return { leaderOf: (height, round) => policy.leaderOf(height + (round - 1) * tenure) };
};
