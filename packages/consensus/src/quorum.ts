import type { Validator } from "./engine.ts";

/**
 * The one place that decides quorums: live votes, certificates and sync alike. Integers only.
 */
export type Quorums = {
  /** 3·w(S) > 2·W. */
  readonly isQuorum: (members: Iterable<number>) => boolean;
  /** The complement holds no quorum: any quorum meets the set, so it holds an honest validator. */
  readonly isBlocking: (members: Iterable<number>) => boolean;
};

/** Quorums by weight. Indexes outside the list weigh nothing; an index counts once however often it stands there. */
export const weightedQuorums = (validators: readonly Pick<Validator, "weight">[]): Quorums => {
  const total = validators.reduce((sum, { weight }) => sum + weight, 0);
  if (
    !Number.isSafeInteger(3 * total) ||
    validators.some(({ weight }) => !Number.isInteger(weight) || weight < 1)
  ) {
    throw new RangeError("weights are positive integers whose sum, three times over, is a safe integer");
  }
  const weightOf = (members: Iterable<number>): number => {
    let weight = 0;
    for (const member of new Set(members)) weight += validators[member]?.weight ?? 0;
    return weight;
  };
  const isQuorumWeight = (weight: number): boolean => 3 * weight > 2 * total;
  return {
    isQuorum: (members) => isQuorumWeight(weightOf(members)),
    isBlocking: (members) => !isQuorumWeight(total - weightOf(members)),
  };
};
