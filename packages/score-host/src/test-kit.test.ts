import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type TestKit, testKit } from "./test-kit.ts";

const entry = new URL("../fixtures/bank.ts", import.meta.url);
let kit: TestKit;
before(async () => {
  kit = await testKit({ entry, init: { owner: "kim" }, timestampMs: 1_000_000 });
});
after(() => kit.close());

test("a test invokes as an identity and reads the result, events and state", async () => {
  const done = await kit.as("alice").invoke<{ by: string }>("transfer", { from: "x", to: "y", amount: 1 });
  assert.deepEqual([done.code, done.result.by], [0, "alice"]);
  assert.deepEqual(done.events, [{ name: "transferred", data: { from: "x", to: "y", amount: "1" } }]);
  assert.deepEqual(kit.state(), { "account/x": "999", "account/y": "1001", owner: "kim" });
  assert.equal((await kit.query("balance", { name: "y" })).result, "1001");
});

test("a refusal is a result, and many calls make one block", async () => {
  const height = kit.height();
  const bob = kit.as("bob");
  const results = await kit.block([
    bob.call("spoil"),
    bob.call("transfer", { from: "q", to: "r", amount: 2 }),
  ]);
  assert.deepEqual(
    results.map(({ code, message }) => [code, message]),
    [
      [9000, "spoiled on purpose"],
      [0, ""],
    ],
  );
  assert.equal(kit.height(), height + 1);
});

test("time is the test's", async () => {
  const before = kit.timestampMs();
  kit.advance(60_000);
  await kit.as("alice").invoke("spoil");
  assert.equal(kit.timestampMs(), before + 61_000);
});

test("an identity is the same sender wherever it is named", () => {
  assert.deepEqual(kit.as("alice").sender, kit.as("alice").sender);
  assert.notEqual(kit.as("alice").sender.id, kit.as("alice", { organisation: "other" }).sender.id);
});
