import assert from "node:assert/strict";
import { test } from "node:test";
import { range } from "./campaign.ts";
import { hunting, MUTANTS, type MutantName } from "./mutants.ts";
import { simulate } from "./run.ts";
import type { Invariant } from "./violation.ts";

/** Histories in which a mutant must show. The rarest show in one of seventy. */
const SEEDS_MAX = 800;

type Quarry = {
  readonly mutant: MutantName;
  /** What it must break, one of these. */
  readonly breaks: readonly Invariant[];
  /** What it breaks besides, and is not looked at. */
  readonly ignored?: readonly Invariant[];
};

const FORKS: readonly Invariant[] = ["QC above a commit extends it", "honest prefixes agree"];

/** What a broken quorum also does, and sooner: it is the forks that matter. */
const STALLS: readonly Invariant[] = [
  "accepted transactions commit",
  "commits resume",
  "honest messages are accepted",
];

const QUARRY: readonly Quarry[] = [
  { mutant: "consecutive-views", breaks: FORKS },
  { mutant: "tc-highest-qc", breaks: FORKS },
  { mutant: "lft2", breaks: FORKS, ignored: ["accepted transactions commit"] },
  { mutant: "commit-vote-after-timeout", breaks: ["no honest evidence"] },
  {
    mutant: "commit-vote-after-timeout",
    breaks: FORKS,
    ignored: ["no honest evidence", "TC after a CC reports it"],
  },
  { mutant: "send-before-persist", breaks: ["certified data is durable"] },
  { mutant: "send-before-persist", breaks: ["no honest evidence"], ignored: ["certified data is durable"] },
  { mutant: "data-not-durable", breaks: ["certified data is durable"] },
  { mutant: "data-not-durable", breaks: ["commits resume"], ignored: ["certified data is durable"] },
  { mutant: "execution-not-durable", breaks: ["commits resume"] },
  { mutant: "high-tc-not-durable", breaks: ["commits resume"], ignored: ["durable fields never fall"] },
  { mutant: "epoch-on-descendant", breaks: ["commits resume", ...FORKS] },
  { mutant: "quorum-off-by-one", breaks: FORKS },
  { mutant: "ibft-hidden-prepared", breaks: ["TC after a CC reports it"] },
  { mutant: "ibft-hidden-prepared", breaks: FORKS, ignored: ["TC after a CC reports it"] },
  { mutant: "ibft-locked", breaks: ["commits resume"], ignored: ["TC after a CC reports it"] },
  { mutant: "ibft-ignored-reports", breaks: FORKS },
  { mutant: "ibft-forged-prepared", breaks: FORKS, ignored: ["honest messages are accepted"] },
  { mutant: "ibft-quorum-off-by-one", breaks: FORKS, ignored: STALLS },
  { mutant: "ibft-votes-counted-twice", breaks: FORKS, ignored: STALLS },
  { mutant: "ibft-bitmap-length", breaks: ["honest messages are accepted"] },
  {
    mutant: "ibft-send-before-persist",
    breaks: ["no honest evidence"],
    ignored: ["certified data is durable"],
  },
  { mutant: "ibft-send-before-persist", breaks: ["certified data is durable"] },
];

/** The first history in which the mutant breaks what it must. */
const firstBroken = ({ mutant, breaks, ignored }: Quarry): number | undefined => {
  for (const seed of range(1, SEEDS_MAX)) {
    const { violations } = simulate({ ...hunting(mutant), seed, validators: 4, mutant, ignored });
    if (violations.some(({ invariant }) => breaks.includes(invariant))) return seed;
  }
  return undefined;
};

for (const quarry of QUARRY) {
  const { mutant, breaks } = quarry;
  test(`the mutant ${mutant} is found out: ${breaks.join(", or ")}`, () => {
    assert.notEqual(firstBroken(quarry), undefined, `${SEEDS_MAX} histories and no trace of it`);
  });
}

/** Too rare for random histories: a schedule by hand finds it (schedules.test.ts). */
const DIRECTED: MutantName = "vote-after-timeout";

test("every mutant is hunted", () => {
  const hunted = new Set([DIRECTED, ...QUARRY.map(({ mutant }) => mutant)]);
  assert.deepEqual([...hunted].sort(), Object.keys(MUTANTS).sort());
});

test("the conditions in which mutants are hunted break nothing by themselves", () => {
  for (const mutant of Object.keys(MUTANTS) as MutantName[]) {
    for (const seed of range(1, 5)) {
      const { violations } = simulate({ ...hunting(mutant), seed, validators: 4 });
      assert.deepEqual(violations, [], `seed ${seed} in the conditions of ${mutant}`);
    }
  }
});
