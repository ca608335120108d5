import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { spinningLeader } from "./leader.ts";

test("validators lead in order of registration, each for the spin interval", () => {
  const leaders = (count: number, spinInterval: number) =>
    Array.from({ length: 8 }, (_, at) => spinningLeader(count, spinInterval).leaderOf(at + 1));
  assert.deepEqual(leaders(4, 1), [0, 1, 2, 3, 0, 1, 2, 3]);
  assert.deepEqual(leaders(3, 2), [0, 0, 1, 1, 2, 2, 0, 0]);
  assert.deepEqual(leaders(1, 3), [0, 0, 0, 0, 0, 0, 0, 0]);
});

test("a tenure ends with its leader's last view, and the next one begins there", () => {
  const scenes = fc.tuple(
    fc.integer({ min: 2, max: 100 }),
    fc.integer({ min: 1, max: 1_000 }),
    fc.integer({ min: 1, max: 2 ** 40 }),
  );
  fc.assert(
    fc.property(scenes, ([count, spinInterval, view]) => {
      const { leaderOf, tenureEnd } = spinningLeader(count, spinInterval);
      const end = tenureEnd(view);
      assert.ok(end >= view && end < view + spinInterval);
      assert.equal(leaderOf(end), leaderOf(view));
      assert.equal(leaderOf(end + 1), (leaderOf(view) + 1) % count);
      assert.equal(tenureEnd(end), end);
    }),
    { numRuns: 2_000 },
  );
});

test("a spin interval that is none is refused", () => {
  for (const spinInterval of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => spinningLeader(4, spinInterval), RangeError);
});
