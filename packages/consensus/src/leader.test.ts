import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { leaderPolicy, spinningLeader } from "./leader.ts";

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

const weighed = (weights: readonly number[]) => weights.map((weight) => ({ weight }));

test("weighted leaders lead in proportion to their weight, and the heavy ones not in a row", () => {
  const policy = leaderPolicy({ validators: weighed([4, 2, 2]), spinInterval: 3, leaderPolicy: "weighted" });
  const cycle = Array.from({ length: 4 }, (_, tenure) => policy.leaderOf(1 + 3 * tenure));
  const again = Array.from({ length: 4 }, (_, tenure) => policy.leaderOf(1 + 3 * (tenure + 4)));
  assert.deepEqual(
    [0, 1, 2].map((at) => cycle.filter((leader) => leader === at).length),
    [2, 1, 1],
  );
  assert.deepEqual(again, cycle);
  assert.notEqual(cycle[0], cycle[1]);
});

test("weighted leadership is exact for any weights", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(weights, (drawn) => {
      const policy = leaderPolicy({ validators: weighed(drawn), spinInterval: 1, leaderPolicy: "weighted" });
      const total = drawn.reduce((sum, weight) => sum + weight, 0);
      const led = drawn.map(() => 0);
      for (let view = 1; view <= total; view++)
        led[policy.leaderOf(view)] = (led[policy.leaderOf(view)] ?? 0) + 1;
      assert.deepEqual(led, drawn);
    }),
  );
});

test("a sticky leader keeps a long tenure, which a timeout ends", () => {
  const policy = leaderPolicy({ validators: weighed([1, 1]), spinInterval: 1, leaderPolicy: "sticky" });
  assert.equal(policy.leaderOf(1_000), 0);
  assert.equal(policy.leaderOf(1_001), 1);
  assert.equal(policy.tenureEnd(7), 1_000);
});
