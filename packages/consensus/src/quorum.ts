import type { Validator } from "./engine.ts";

/**
 * The one place that decides quorums: live votes, certificates and sync alike. Integers only.
 */
export type Quorums = {
  /** Whether the members of S suffice: flat 3·w(S) > 2·W, nested by groups (lft.md, quorums). */
  readonly isQuorum: (members: Iterable<number>) => boolean;
  /** The complement holds no quorum: any quorum meets the set, so it holds an honest validator. */
  readonly isBlocking: (members: Iterable<number>) => boolean;
};

/** A group of validators that agrees as one, with its weight among the groups. */
export type Group = { readonly name: string; readonly weight: number };

/** Validators by group: of equal weight throughout unless configured otherwise. */
export type GroupQuorums = Quorums & {
  /** The members of each group, by index; a validator that names no group is one by itself. */
  readonly groups: readonly (readonly number[])[];
  /** The group that a validator belongs to, as an index of `groups`. */
  readonly groupOf: (member: number) => number;
  /** Whether members of more than 2/3 of the group's weight are among these. */
  readonly agrees: (group: number, members: Iterable<number>) => boolean;
};

const isMoreThanTwoThirds = (weight: number, total: number): boolean => 3 * weight > 2 * total;

const totalOf = (weighted: readonly { readonly weight: number }[]): number => {
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  if (
    !Number.isSafeInteger(3 * total) ||
    weighted.some(({ weight }) => !Number.isInteger(weight) || weight < 1)
  ) {
    throw new RangeError("weights are positive integers whose sum, three times over, is a safe integer");
  }
  return total;
};

const weightIn = (weighted: readonly { readonly weight: number }[], members: Iterable<number>): number => {
  let weight = 0;
  const counted = new Set<number>();
  for (const member of members) {
    if (counted.size === counted.add(member).size) continue;
    weight += weighted[member]?.weight ?? 0;
  }
  return weight;
};

/** Quorums by weight. Indexes outside the list weigh nothing; an index counts once however often it stands there. */
export const weightedQuorums = (validators: readonly Pick<Validator, "weight">[]): Quorums => {
  const total = totalOf(validators);
  return {
    isQuorum: (members) => isMoreThanTwoThirds(weightIn(validators, members), total),
    isBlocking: (members) => !isMoreThanTwoThirds(total - weightIn(validators, members), total),
  };
};

/**
 * Nested quorums: a group agrees by more than 2/3 of its members' weight, a block passes by groups of more than 2/3 of
 * the groups' weight. Any two quorums share groups of more than 1/3 of the weight, and in each of these members of more
 * than 1/3 of its weight: more than both may be faulty at once. Throws RangeError on a group that has no weight.
 */
export const groupQuorums = (
  validators: readonly Pick<Validator, "weight" | "group">[],
  weights: readonly Group[],
): GroupQuorums => {
  const indexes = new Map<string, number>(weights.map(({ name }, index) => [name, index]));
  if (indexes.size !== weights.length) throw new RangeError("a group stands twice");
  const groups: { readonly weight: number; readonly members: number[] }[] = weights.map(({ weight }) => ({
    weight,
    members: [],
  }));
  const placeOf: number[] = validators.map(({ weight, group }, member) => {
    const known = group === undefined ? undefined : indexes.get(group);
    if (group !== undefined && known === undefined) throw new RangeError(`no group ${group} has a weight`);
    const at = known ?? groups.push({ weight, members: [] }) - 1;
    groups[at]?.members.push(member);
    return at;
  });
  if (groups.some(({ members }) => members.length === 0)) throw new RangeError("a group has no validator");
  const total = totalOf(groups);
  const totals = groups.map(({ members }) => totalOf(members.map((at) => validators[at] as Validator)));
  const weightsOf = (members: Iterable<number>): number[] => {
    const sums = groups.map(() => 0);
    for (const member of new Set(members)) {
      const at = placeOf[member];
      if (at !== undefined) sums[at] = (sums[at] ?? 0) + (validators[member]?.weight ?? 0);
    }
    return sums;
  };
  const isQuorum = (members: Iterable<number>): boolean => {
    const sums = weightsOf(members);
    const agreeing = groups.filter((_, at) => isMoreThanTwoThirds(sums[at] ?? 0, totals[at] ?? 0));
    return isMoreThanTwoThirds(
      agreeing.reduce((sum, { weight }) => sum + weight, 0),
      total,
    );
  };
  return {
    isQuorum,
    isBlocking: (members) => {
      const outside = new Set(validators.keys());
      for (const member of members) outside.delete(member);
      return !isQuorum(outside);
    },
    groups: groups.map(({ members }) => members),
    groupOf: (member) => placeOf[member] ?? -1,
    agrees: (group, members) =>
      isMoreThanTwoThirds(weightsOf(members)[group] ?? 0, totals[group] ?? Number.POSITIVE_INFINITY),
  };
};

/** The quorums of a configuration: nested where it has groups, flat where it has none. */
export const quorumsOf = (config: {
  readonly validators: readonly Pick<Validator, "weight" | "group">[];
  readonly groups?: readonly Group[] | undefined;
}): Quorums =>
  (config.groups ?? []).length === 0
    ? weightedQuorums(config.validators)
    : groupQuorums(config.validators, config.groups ?? []);
