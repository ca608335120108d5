import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { weightedQuorums } from "./quorum.ts";

const weights = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 12 });

/** Weights and two sets of members, as bit masks over them. */
const scenes = weights.chain((given) =>
  fc.tuple(
    fc.constant(given),
    fc.uniqueArray(fc.nat(given.length - 1)),
    fc.uniqueArray(fc.nat(given.length - 1)),
  ),
);

const quorumsOf = (given: readonly number[]) => weightedQuorums(given.map((weight) => ({ weight })));
const weigh = (given: readonly number[], members: readonly number[]): number =>
  members.reduce((sum, member) => sum + (given[member] ?? 0), 0);

test("a quorum is more than two thirds of the weight, counted in integers", () => {
  fc.assert(
    fc.property(scenes, ([given, members]) => {
      const total = BigInt(given.reduce((sum, weight) => sum + weight, 0));
      const expected = 3n * BigInt(weigh(given, members)) > 2n * total;
      assert.equal(quorumsOf(given).isQuorum(members), expected);
    }),
    { numRuns: 2_000 },
  );
});

test("any two quorums share more weight than a third, so an honest validator stands in both", () => {
  fc.assert(
    fc.property(scenes, ([given, one, other]) => {
      const { isQuorum, isBlocking } = quorumsOf(given);
      if (!isQuorum(one) || !isQuorum(other)) return;
      const shared = one.filter((member) => other.includes(member));
      const total = given.reduce((sum, weight) => sum + weight, 0);
      assert.ok(3 * weigh(given, shared) > total);
      assert.ok(isBlocking(shared), "what two quorums share blocks");
    }),
    { numRuns: 2_000 },
  );
});

test("a set blocks exactly if every quorum meets it", () => {
  fc.assert(
    fc.property(scenes, ([given, members]) => {
      const { isQuorum, isBlocking } = quorumsOf(given);
      let meetsAll = true;
      for (let mask = 0; mask < 1 << given.length; mask++) {
        const set = given.map((_, at) => at).filter((at) => (mask >> at) & 1);
        if (isQuorum(set) && !set.some((member) => members.includes(member))) meetsAll = false;
      }
      assert.equal(isBlocking(members), meetsAll);
    }),
    { numRuns: 200 },
  );
});

test("a member counts once, and one that is none weighs nothing", () => {
  const { isQuorum, isBlocking } = quorumsOf([1, 1, 1, 1]);
  assert.equal(isQuorum([0, 0, 0, 0]), false);
  assert.equal(isQuorum([0, 1, 7, -1, 0.5, Number.NaN]), false);
  assert.equal(isBlocking([0, 0]), false);
  assert.equal(isQuorum([]), false);
  assert.equal(isBlocking([]), false);
});

const tables: readonly { n: number; quorum: number; blocking: number }[] = [
  { n: 1, quorum: 1, blocking: 1 },
  { n: 2, quorum: 2, blocking: 1 },
  { n: 3, quorum: 3, blocking: 1 },
  { n: 4, quorum: 3, blocking: 2 },
  { n: 5, quorum: 4, blocking: 2 },
  { n: 6, quorum: 5, blocking: 2 },
  { n: 7, quorum: 5, blocking: 3 },
  { n: 10, quorum: 7, blocking: 4 },
  { n: 100, quorum: 67, blocking: 34 },
];

for (const { n, quorum, blocking } of tables)
  test(`of ${n} equal validators ${quorum} are a quorum and ${blocking} block, and none fewer`, () => {
    const { isQuorum, isBlocking } = quorumsOf(Array<number>(n).fill(1));
    const some = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);
    assert.deepEqual([isQuorum(some(quorum)), isQuorum(some(quorum - 1))], [true, false]);
    assert.deepEqual([isBlocking(some(blocking)), isBlocking(some(blocking - 1))], [true, false]);
  });

test("weights that are none, or whose sum cannot be counted exactly, are refused", () => {
  for (const given of [[0], [-1], [1.5], [Number.NaN], [Number.MAX_SAFE_INTEGER / 2], [1, Infinity]])
    assert.throws(() => quorumsOf(given), RangeError, String(given));
});
