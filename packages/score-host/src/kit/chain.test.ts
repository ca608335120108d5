/** Several SCOREs, their versions, and going back. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type TestKit, type TestKitOptions, testKit } from "../test-kit.ts";

const fixture = (name: string): URL => new URL(`../../fixtures/${name}.ts`, import.meta.url);
const ONE = fixture("versions/one");
const TWO = fixture("versions/two");
const BANK = fixture("bank");

const kitOf = async (t: TestContext, options: Partial<TestKitOptions> = {}): Promise<TestKit> => {
  const kit = await testKit({ entry: ONE, ...options });
  t.after(() => kit.close());
  return kit;
};

test("a contract calls another one, and each has its own state", async (t) => {
  const kit = await kitOf(t, { scores: [{ entry: BANK, init: { owner: "kim" } }] });
  const alice = kit.as("alice");
  const paid = await alice.invoke("pay", { from: "x", to: "y", amount: 5 });
  assert.deepEqual([paid.code, paid.result], [0, { by: "alice", height: 1 }]);
  assert.equal((await alice.on("bank").query("balance", { name: "y" })).result, "1005");
  assert.deepEqual(kit.state(), { count: 0 });
  assert.deepEqual(kit.state("bank"), { "account/x": "995", "account/y": "1005", owner: "kim" });
  const both = await kit.block([alice.call("add"), alice.on("bank").call("spoil")]);
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 9000],
  );
});

test("what is not there is named", async (t) => {
  const kit = await kitOf(t, { scores: [{ entry: BANK }] });
  assert.throws(() => kit.as("alice").on("shop"), /no SCORE named shop; it has bank, versions/);
  assert.throws(() => kit.state("shop"), /no SCORE named shop/);
  assert.throws(() => kit.advance(-1), /not by -1/);
  await assert.rejects(kit.rollback(), /no version before 1\.0\.0/);
  await assert.rejects(testKit({ entry: ONE, scores: [{ entry: TWO }] }), /two contracts .* named versions/);
  const other = await testKit({ entry: BANK });
  await assert.rejects(other.upgrade(TWO), /no SCORE named versions; it has bank/);
  await other.close();
  await assert.rejects(other.query("balance", { name: "x" }), /this kit was closed/);
});

test("a contract sees who acts and who takes part", async (t) => {
  const kit = await kitOf(t, { organisations: ["seller", "buyer"] });
  const attributes = { unit: "sales" };
  const alice = kit.as("alice", { organisation: "buyer", roles: ["admin"], attributes });
  const { result } = await alice.invoke<{ sender: unknown; channel: unknown }>("who");
  assert.deepEqual(result.sender, {
    id: alice.sender.id,
    name: "alice",
    organisation: "buyer",
    roles: ["admin"],
    attributes,
  });
  assert.deepEqual(result.channel, { organisations: ["buyer", "seller"] });
  assert.equal(kit.as("bob").sender.organisation, "seller");
  assert.throws(() => kit.as("eve", { organisation: "else" }), /else, which is none of .*: seller, buyer/);
});

test("an upgrade migrates and a rollback goes back, each in a block of its own", async (t) => {
  const kit = await kitOf(t);
  const alice = kit.as("alice");
  await alice.invoke("add");
  const upgraded = await kit.upgrade(TWO);
  assert.deepEqual([upgraded.code, upgraded.at], [0, undefined]);
  assert.deepEqual(upgraded.events, [{ name: "migrated", data: { from: "1.0.0" } }]);
  assert.deepEqual([kit.score.version, kit.height(), kit.state()], ["2.0.0", 2, { count: 10 }]);
  assert.equal((await alice.invoke("add")).result, 20);
  const back = await kit.rollback();
  assert.deepEqual([back.code, kit.score.version, kit.state()], [0, "1.0.0", { count: 2 }]);
  assert.equal((await alice.invoke("add")).result, 3);
});

test("an upgrade or rollback that is refused leaves the version that ran, and says where", async (t) => {
  const kit = await kitOf(t);
  const refused = await kit.upgrade(TWO);
  assert.deepEqual([refused.code, refused.result, refused.at], [2001, { from: "1.0.0" }, "two.ts:9:22"]);
  assert.deepEqual([kit.score.version, kit.height()], ["1.0.0", 1]);
  await kit.as("alice").invoke("add");
  await kit.upgrade(TWO);
  await kit.as("alice").invoke("add", { by: 1 });
  const held = await kit.rollback();
  assert.deepEqual([held.message, held.at], ["11 cannot be told to 1.0.0", "two.ts:15:27"]);
  assert.deepEqual([kit.score.version, kit.state()], ["2.0.0", { count: 11 }]);
});

test("a snapshot is taken up with its state, height, time and versions, as often as one likes", async (t) => {
  const kit = await kitOf(t);
  const alice = kit.as("alice");
  await alice.invoke("add");
  const one = kit.snapshot();
  kit.advance(5_000);
  await alice.invoke("add");
  const other = kit.snapshot();
  await kit.restore(one);
  await kit.upgrade(TWO);
  assert.equal((await kit.query("count")).result, 10);
  // The same height as `one` had after another block.
  await kit.restore(other);
  assert.deepEqual([(await kit.query("count")).result, kit.height(), kit.score.version], [2, 2, "1.0.0"]);
  await kit.restore(one);
  assert.deepEqual([(await kit.query("count")).result, kit.timestampMs()], [1, one.timestampMs]);
  assert.equal((await alice.invoke("add")).result, 2);
});

test("calls that are made at once stand in blocks one after another", async (t) => {
  const kit = await kitOf(t);
  const alice = kit.as("alice");
  const results = await Promise.all([alice.invoke("add"), alice.invoke("add"), alice.invoke("add")]);
  assert.deepEqual(
    results.map(({ result }) => result),
    [1, 2, 3],
  );
  assert.equal(kit.height(), 3);
});

test("a result says what the call cost, the same each time", async (t) => {
  const first = await (await kitOf(t)).as("alice").invoke("add");
  const second = await (await kitOf(t, { deterministic: false })).as("alice").invoke("add");
  assert.ok(first.used.steps > 0 && first.used.bytes > 0);
  assert.deepEqual(first.used, second.used);
});
