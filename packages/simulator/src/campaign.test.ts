import assert from "node:assert/strict";
import { test } from "node:test";
import { medianOf } from "./campaign.ts";
import { runCampaign } from "./campaign-threads.ts";
import { runPart } from "./campaign-worker.ts";
import { hunting } from "./mutants.ts";
import { simulate } from "./run.ts";
import { shrink } from "./shrink.ts";
import { CALM } from "./weather.ts";

test("a campaign comes to the same on one thread and on several", async () => {
  const campaign = { from: 7, seeds: 45, options: { validators: 3, views: 6 } };
  const [alone, together] = [runPart(campaign), await runCampaign(campaign, 3)];
  assert.deepEqual(together, alone);
  assert.equal(alone.summary.seeds, 45);
});

test("a median is the middle one", () => {
  assert.equal(medianOf({ 1: 2, 5: 1 }), 1);
  assert.equal(medianOf({ 1: 1, 5: 3, 9: 1 }), 5);
  assert.equal(medianOf({}), 0);
});

test("a broken history is shrunk to the faults that it needs, and still breaks the same", () => {
  const options = { ...hunting("quorum-off-by-one"), mutant: "quorum-off-by-one", validators: 4 } as const;
  const seed = [...Array(100).keys()].find((at) => simulate({ ...options, seed: at }).violations.length > 0);
  assert(seed !== undefined);
  const broken = simulate({ ...options, seed });
  const { options: least, outcome } = shrink({ ...options, seed }, broken);
  assert.equal(outcome.violations[0]?.invariant, broken.violations[0]?.invariant);
  assert.deepEqual(simulate(least).violations, outcome.violations);
  const calm = Object.entries(least.weather ?? {}).filter(
    ([name, value]) => value === CALM[name as keyof typeof CALM],
  );
  assert(calm.length > 5, "no fault was taken away");
});
