import assert from "node:assert/strict";
import { test } from "node:test";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { range, runSeeds } from "./campaign.ts";
import { type SimulateOptions, simulate } from "./run.ts";

const assertSound = (from: number, count: number, options: Omit<SimulateOptions, "seed">) => {
  const broken: string[] = [];
  const summary = runSeeds(
    range(from, count),
    () => options,
    ({ seed, violations }) => {
      for (const { invariant, detail } of violations) broken.push(`seed ${seed}: ${invariant}: ${detail}`);
      return broken.length < 5;
    },
  );
  assert.deepEqual(broken, [], `${options.validators} validators`);
  return summary;
};

test("no invariant of four validators breaks in 700 histories", () => {
  const { totals, seeds } = assertSound(1, 700, { validators: 4 });
  assert(totals.views > 25 * seeds, `${totals.views} views are too few to mean anything`);
  assert(totals.commits > 10 * seeds, `${totals.commits} blocks are too few to mean anything`);
  assert(totals.crashes > seeds, `${totals.crashes} crashes are too few to mean anything`);
});

for (const spinInterval of [1, 2, 3, 5]) {
  test(`no invariant breaks where a leader keeps ${spinInterval} views`, () => {
    assertSound(10_000 * spinInterval, 30, { validators: 4, spinInterval });
  });
}

for (const [validators, count] of [
  [1, 60],
  [2, 50],
  [3, 50],
  [7, 40],
] as const) {
  test(`no invariant of ${validators} validators breaks in ${count} histories`, () => {
    assertSound(100_000, count, { validators });
  });
}

test("no invariant breaks under real signatures", () => {
  assertSound(1, 5, { validators: 4, suite: createSodiumSuite(), views: 15 });
});

test("a seed is one history", () => {
  for (const seed of [3, 17, 90]) {
    const [first, second] = [simulate({ seed, validators: 4 }), simulate({ seed, validators: 4 })];
    assert.equal(first.fingerprint, second.fingerprint);
    assert.deepEqual(first.stats, second.stats);
  }
  const fingerprints = new Set(
    [...range(1, 20)].map((seed) => simulate({ seed, validators: 3 }).fingerprint),
  );
  assert.equal(fingerprints.size, 20);
});

test("a transcript says what happened, and does not change it", () => {
  const [plain, told] = [
    simulate({ seed: 5, validators: 4 }),
    simulate({ seed: 5, validators: 4, keepsLines: true }),
  ];
  assert.equal(plain.fingerprint, told.fingerprint);
  assert.equal(plain.lines.length, 0);
  assert(told.lines.some((line) => line.includes("PROPOSE(1)")));
});

for (const byzantine of ["adversary", "twins"] as const) {
  test(`the faulty validator, as ${byzantine}, votes twice in one view, and nothing breaks`, () => {
    const byVote = new Map<string, Set<string>>();
    for (const seed of range(1, 12)) {
      const { lines, violations } = simulate({ seed, validators: 4, byzantine, keepsLines: true });
      assert.deepEqual(violations, []);
      for (const line of lines) {
        const [, view, id, signer] = /VOTE\((\d+), (\w+)\) by (\d+)/.exec(line) ?? [];
        if (view === undefined || id === undefined) continue;
        const key = `${seed} ${view} ${signer}`;
        byVote.set(key, (byVote.get(key) ?? new Set()).add(id));
      }
    }
    const doubles = [...byVote.values()].filter((ids) => ids.size > 1);
    assert(doubles.length > 0, "no view in twelve histories has two votes of one validator");
  });
}
