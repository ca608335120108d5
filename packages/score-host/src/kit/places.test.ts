/** Where an author is told that something went wrong. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type TestKit, testKit } from "../test-kit.ts";

const entry = new URL("../../fixtures/faulty.ts", import.meta.url);
const bank = new URL("../../fixtures/bank.ts", import.meta.url);
let kit: TestKit;
before(async () => {
  kit = await testKit({ entry, scores: [{ entry: bank }] });
});
after(() => kit.close());

for (const [name, method, at] of [
  ["a refusal", "refused", "faulty.ts:17:24"],
  ["a property of undefined", "unexpected", "faulty.ts:24:19"],
  ["an error of a class in another file", "elsewhere", "lib/checked.ts:10:26"],
  ["an error that was caught and thrown again", "again", "faulty.ts:30:39"],
  ["a native that throws", "native", "faulty.ts:36:23"],
  ["a callback of a native", "callback", "lib/checked.ts:10:26"],
  ["a bound of the host", "bound", "faulty.ts:38:31"],
  ["the refusal of another SCORE", "called", "bank/bank.ts:29:7"],
  ["a call without end", "loop", "faulty.ts:48:7"],
  ["a recursion without end", "recursion", "faulty.ts:8:17"],
] as const)
  test(`${name} has its place in the author's file`, async () => {
    const result = await kit.as("alice").invoke(method, { limit: 2 });
    assert.notEqual(result.code, 0);
    assert.equal(result.at, at);
  });

test("a query has its place too", async () => {
  assert.equal((await kit.query("writing")).at, "faulty.ts:64:91");
});

test("what succeeds has no place, and neither has what the author's files do not cause", async () => {
  const alice = kit.as("alice");
  assert.equal((await alice.invoke("calledAndCaught")).at, undefined);
  const wrong = await alice.invoke("refused", { limit: "x" });
  assert.deepEqual([wrong.code, wrong.at], [9000, undefined]);
});
