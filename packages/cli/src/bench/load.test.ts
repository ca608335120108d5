import assert from "node:assert/strict";
import { test } from "node:test";
import type { Submitted } from "@dure/client";
import fc from "fast-check";
import { putOn, type Submit } from "./load.ts";
import { percentile } from "./percentile.ts";

const receipt = { height: 1, index: 0, message: "", result: null, events: [] };
const executed: Submitted = { id: "a", status: "executed", receipt: { ...receipt, code: 0 } };

test("a percentile is a value of the list, below which at least its share lies", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer(), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, share) => {
        const sorted = [...values].sort((a, b) => a - b);
        const value = percentile(sorted, share);
        assert.ok(value !== undefined && sorted.includes(value));
        const reached = sorted.filter((each) => each <= value).length;
        assert.ok(reached >= sorted.length * share - 1e-9);
      },
    ),
  );
  assert.equal(percentile([], 0.5), undefined);
});

test("every answer is counted once, by what became of it", async () => {
  const answers: readonly Submitted[] = [
    executed,
    { id: "b", status: "executed", receipt: { ...receipt, code: 9000, message: "no" } },
    { id: undefined, status: "refused", code: "POOL_FULL", message: "later" },
    { id: "c", status: "accepted" },
  ];
  let requests = 0;
  const submit: Submit = async (count) => {
    requests += 1;
    return answers.slice(0, count);
  };
  const { outcome } = await putOn({ kind: "closed", concurrency: 4, batch: 4 }, 1, submit);
  assert.ok(requests > 0);
  assert.equal(outcome.submitted, 4 * requests);
  assert.equal(outcome.executed, requests);
  assert.equal(outcome.latenciesMs.length, requests);
  assert.equal(outcome.refused, 2 * requests);
  assert.equal(outcome.lost, requests);
  assert.equal(outcome.reason, "9000: no");
});

test("a closed load keeps so many in flight and no more", async () => {
  let inFlight = 0;
  let most = 0;
  const submit: Submit = async (count) => {
    inFlight += count;
    most = Math.max(most, inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    inFlight -= count;
    return Array.from({ length: count }, () => executed);
  };
  await putOn({ kind: "closed", concurrency: 20, batch: 5 }, 20, submit);
  assert.equal(most, 20);
});

test("an open load counts latency from when a transaction was due, not from when it was sent", async () => {
  // The first answer holds up the event loop, as a busy client would be held up.
  let turns = 0;
  const submit: Submit = async (count) => {
    if (turns++ === 0) {
      const untilMs = performance.now() + 60;
      while (performance.now() < untilMs);
    }
    return Array.from({ length: count }, () => executed);
  };
  const { outcome } = await putOn({ kind: "open", ratePerSecond: 1_000, batch: 1 }, 400, submit);
  assert.ok(outcome.executed >= 100);
  assert.ok(outcome.latenciesMs.filter((ms) => ms > 20).length >= 20, "those due meanwhile count the wait");
});

test("a request that fails is lost, with its reason, and the load goes on", async () => {
  let turns = 0;
  const submit: Submit = async () => {
    if (turns++ === 0) throw new Error("gone");
    return [executed];
  };
  const { outcome } = await putOn({ kind: "closed", concurrency: 1, batch: 1 }, 150, submit);
  assert.equal(outcome.lost, 1);
  assert.equal(outcome.reason, "gone");
  assert.ok(outcome.executed >= 1);
});
