import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRandom } from "./random.ts";

const first = (seed: number, count: number): readonly number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

test("equal seeds give equal sequences, and neighbouring seeds different ones", () => {
  fc.assert(
    fc.property(fc.nat(Number.MAX_SAFE_INTEGER - 1), (seed) => {
      assert.deepEqual(first(seed, 8), first(seed, 8));
      assert.notDeepEqual(first(seed, 8), first(seed + 1, 8));
    }),
  );
});

test("seeds that differ above 32 bits differ", () => {
  assert.notDeepEqual(first(7, 4), first(7 + 2 ** 32, 4));
});

test("every value below a count comes about equally often", () => {
  const random = createRandom(1);
  const counts = new Array<number>(5).fill(0);
  for (let draw = 0; draw < 50_000; draw++) {
    const value = random.below(5);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  for (const count of counts) assert(Math.abs(count - 10_000) < 500, `${counts}`);
});

test("a fork goes its own way and leaves the sequence of its parent determined", () => {
  const [a, b] = [createRandom(3), createRandom(3)];
  const fork = a.fork();
  b.fork();
  for (let draw = 0; draw < 100; draw++) fork.next();
  assert.equal(a.next(), b.next());
});
