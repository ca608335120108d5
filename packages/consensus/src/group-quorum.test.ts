import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { groupQuorums, quorumsOf } from "./quorum.ts";

/** Up to nine validators, some in one of two groups, others alone, with small weights. */
const configurations = fc
  .tuple(
    fc.array(
      fc.record({
        weight: fc.integer({ min: 1, max: 3 }),
        group: fc.constantFrom("a", "b", undefined, undefined),
      }),
      { minLength: 1, maxLength: 9 },
    ),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 4 }),
  )
  .map(([validators, a, b]) => ({
    validators,
    groups: [
      { name: "a", weight: a },
      { name: "b", weight: b },
    ].filter(({ name }) => validators.some(({ group }) => group === name)),
  }));

const subsets = (count: number): readonly (readonly number[])[] =>
  Array.from({ length: 1 << count }, (_, bits) =>
    [...Array(count).keys()].filter((member) => ((bits >> member) & 1) === 1),
  );

test("two quorums of groups share an honest validator whenever the faulty ones are tolerated", () => {
  fc.assert(
    fc.property(configurations, fc.nat(), fc.nat(), fc.nat(), ({ validators, groups }, a, b, c) => {
      const { isQuorum } = groupQuorums(validators, groups);
      const all = subsets(validators.length);
      const quorums = all.filter(isQuorum);
      const [one, other] = [quorums[a % quorums.length] ?? [], quorums[b % quorums.length] ?? []];
      const honest = quorums[c % quorums.length] ?? [];
      // Tolerated faults are those whose complement, all honest, is a quorum.
      assert.ok(one.some((member) => other.includes(member) && honest.includes(member)));
    }),
    { numRuns: 2_000 },
  );
});

test("a set of validators in groups blocks exactly if every quorum meets it", () => {
  fc.assert(
    fc.property(configurations, fc.nat(), ({ validators, groups }, at) => {
      const { isQuorum, isBlocking } = groupQuorums(validators, groups);
      const all = subsets(validators.length);
      const set = all[at % all.length] ?? [];
      const meetsAll = all.filter(isQuorum).every((quorum) => quorum.some((member) => set.includes(member)));
      assert.equal(isBlocking(set), meetsAll);
    }),
    { numRuns: 300 },
  );
});

test("an organisation may fail wholly, and one member in each other, and the rest still decides", () => {
  const validators = ["a", "b", "c", "d"].flatMap((group) =>
    Array.from({ length: 4 }, () => ({ weight: 1, group })),
  );
  const groups = ["a", "b", "c", "d"].map((name) => ({ name, weight: 1 }));
  const { isQuorum } = quorumsOf({ validators, groups });
  const but = (...away: number[]) => [...validators.keys()].filter((member) => !away.includes(member));
  assert.ok(isQuorum(but(0, 1, 2, 3, 4, 8, 12)), "seven of sixteen are away");
  assert.ok(!isQuorum(but(0, 1, 4, 5)), "two of one organisation and two of another are too many");
});

test("without groups quorums are flat; a group without weight, members or a name of its own is refused", () => {
  const three = [{ weight: 1 }, { weight: 1 }, { weight: 1 }];
  assert.ok(!quorumsOf({ validators: three, groups: [] }).isQuorum([0, 1]));
  assert.throws(() => groupQuorums([{ weight: 1, group: "x" }], []), RangeError);
  assert.throws(() => groupQuorums(three, [{ name: "a", weight: 1 }]), RangeError);
  const twice = [
    { name: "a", weight: 1 },
    { name: "a", weight: 1 },
  ];
  assert.throws(() => groupQuorums([{ weight: 1, group: "a" }], twice), RangeError);
});
