import assert from "node:assert/strict";
import { test } from "node:test";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { medianOf, range, runSeeds } from "./campaign.ts";
import { type SimulateOptions, simulate } from "./run.ts";
import { BYZANTINE } from "./world.ts";

/** Holds some histories to all invariants; `npm run simulate` searches through as many as one has time for. */
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

test("no invariant of four validators breaks in 200 histories", () => {
  const { totals, seeds } = assertSound(1, 200, { validators: 4 });
  assert(totals.views > 25 * seeds, `${totals.views} views are too few to mean anything`);
  assert(totals.commits > 10 * seeds, `${totals.commits} blocks are too few to mean anything`);
  assert(totals.crashes > seeds, `${totals.crashes} crashes are too few to mean anything`);
});

test("no invariant of four validators under IBFT breaks in 150 histories", () => {
  const { totals, seeds } = assertSound(1, 150, { engine: "ibft", validators: 4 });
  assert(totals.commits > 10 * seeds, `${totals.commits} blocks are too few to mean anything`);
});

for (const engine of ["lft", "ibft"] as const)
  test(`no invariant of ${engine} breaks while the configuration changes in mid-flight`, () => {
    const { coverage, seeds } = assertSound(7_000, 60, {
      engine,
      validators: 4,
      weather: { changes: 0.08 },
    });
    const begun = coverage["epoch begins"] ?? 0;
    assert(begun > 3 * seeds, `${begun} times a node entered an epoch: too few to mean anything`);
  });

test("no invariant breaks where validators stand in five regions of the world", () => {
  for (const engine of ["lft", "ibft"] as const) assertSound(1, 8, { engine, validators: 5, wan: true });
});

/** What gathered while five regions were apart fills more blocks than one or two rotations of leaders owe. */
test("a backlog across regions is worked off, a block in each rotation", () => {
  assertSound(700_052, 1, { validators: 7, wan: true });
});

/** A round that a justified proposal opened stays open when its block is bad, or all wait for a quorum to open it. */
test("IBFT goes on after a proposal that is justified and bad", () => {
  assertSound(102_333, 1, { engine: "ibft", validators: 4 });
});

/** What must have happened in the histories of an engine, or they do not mean much. */
const FIRED = {
  lft: ["proposal", "vote", "timeout", "attest", "status", "certificate", "timeoutCertificate", "evidence"],
  ibft: ["prePrepare", "prepare", "commit", "roundChange", "attest", "status", "committed"],
} as const;

const FAULTS = [
  "blackout of all",
  "crash",
  "crash between two effects",
  "down for good",
  "duplicate frame",
  "late frame",
  "loss",
  "narrowed audience",
  "one-way partition",
  "partition",
  "unsynced write kept",
  "unsynced write lost",
] as const;

for (const engine of ["lft", "ibft"] as const)
  test(`every message, fault and liar comes up in the histories of ${engine}`, () => {
    const { coverage, spread } = assertSound(50_000, 120, { engine, validators: 4 });
    const due = [
      ...FIRED[engine].map((name) => `message: ${name}`),
      ...FAULTS.map((name) => `fault: ${name}`),
      ...BYZANTINE.slice(1).map((name) => `byzantine: ${name}`),
      ...["sync", "attested", "disseminate", "validate", "persist"].map((name) => `effect: ${name}`),
      ...["propose", "resend", "status", "view"].map((name) => `timer: ${name}`),
      ...(engine === "lft" ? ["effect: commit by chain, 1 at once"] : []),
      "effect: commit by commit, 1 at once",
      "epoch begins",
      "effect: payload, empty for lag",
    ];
    const silent = due.filter((name) => coverage[name] === undefined);
    // An IBFT channel seldom comes to the lag: its blocks wait for one another.
    assert.deepEqual(engine === "ibft" ? silent.filter((name) => !name.includes("lag")) : silent, []);
    assert(medianOf(spread.commits) >= 10, `${medianOf(spread.commits)} blocks at the median`);
    assert(medianOf(spread.faults) >= 1, "half of the histories have no fault");
  });

for (const spinInterval of [1, 2, 3, 5]) {
  test(`no invariant breaks where a leader keeps ${spinInterval} views`, () => {
    assertSound(10_000 * spinInterval, 15, { validators: 4, spinInterval });
  });
}

for (const [validators, count] of [
  [1, 30],
  [2, 30],
  [3, 30],
] as const) {
  test(`no invariant of ${validators} validators breaks in ${count} histories`, () => {
    assertSound(100_000, count, { validators });
  });
}

test("no invariant of seven validators breaks, in groups of organisations or without", () => {
  const { coverage } = assertSound(100_000, 20, { validators: 7 });
  const due = ["message: groupVote", "timer: group", "message: evidence"];
  assert.deepEqual(
    due.filter((name) => coverage[name] === undefined),
    [],
  );
  assertSound(100_000, 10, { engine: "ibft", validators: 7 });
});

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
