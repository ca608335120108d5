import assert from "node:assert/strict";
import { test } from "node:test";
import { createRate } from "./rate.ts";

const START_MS = 1_700_000_000_000;

test("a steady stream has its own rate, and a silent one decays to zero", () => {
  const rate = createRate(60);
  for (let ms = 0; ms < 20_000; ms += 10) rate.add(20, START_MS + ms);
  assert.ok(Math.abs(rate.perSecond(START_MS + 19_990) - 2000) < 20);
  assert.equal(rate.perSecond(START_MS + 26_000), 0);
});

test("history has one number for each whole second, oldest first", () => {
  const rate = createRate(4);
  rate.add(3, START_MS);
  rate.add(4, START_MS + 999);
  rate.add(5, START_MS + 2_000);
  assert.deepEqual(rate.history(START_MS + 3_000), [0, 7, 0, 5]);
  assert.deepEqual(rate.history(START_MS + 5_500), [0, 5, 0, 0]);
  assert.deepEqual(rate.history(START_MS + 3_600_000), [0, 0, 0, 0]);
});

test("a clock that goes back loses nothing", () => {
  const rate = createRate(4);
  rate.add(5, START_MS + 1_500);
  rate.add(1, START_MS + 500);
  assert.deepEqual(rate.history(START_MS + 2_000), [0, 0, 0, 6]);
});
