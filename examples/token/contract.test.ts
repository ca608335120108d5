import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { type TestIdentity, type TestKit, testKit } from "@dure/score-host/test-kit";

const entry = new URL("../../token/contract.ts", import.meta.url);
const MAX = (2n ** 256n - 1n).toString();

let kit: TestKit;
let admin: TestIdentity;
let alice: TestIdentity;
let bob: TestIdentity;
beforeEach(async () => {
  kit = await testKit({ entry });
  admin = kit.as("root", { roles: ["admin"] });
  alice = kit.as("alice");
  bob = kit.as("bob");
});
afterEach(() => kit.close());

const nameOf = ({ sender }: TestIdentity): string => `${sender.name}@${sender.organisation}`;
const balance = async (holder: TestIdentity) => (await holder.query("balance")).result;
const mint = (to: TestIdentity, amount: string | number) => admin.invoke("mint", { to: nameOf(to), amount });

test("an administrator mints and the supply grows", async () => {
  const minted = await mint(alice, "100");
  assert.deepEqual([minted.code, minted.result], [0, { supply: "100" }]);
  assert.deepEqual(minted.events, [{ name: "minted", data: { to: nameOf(alice), amount: "100" } }]);
  assert.deepEqual([await balance(alice), (await kit.query("supply")).result], ["100", "100"]);
});

test("nobody else mints", async () => {
  const refused = await alice.invoke("mint", { to: nameOf(alice), amount: 1 });
  assert.deepEqual([refused.code, refused.message], [9000, "only an administrator mints"]);
  assert.equal((await kit.query("supply")).result, "0");
});

test("a holder transfers what it has and no more", async () => {
  await mint(alice, 100);
  const moved = await alice.invoke("transfer", { to: nameOf(bob), amount: "30" });
  assert.deepEqual(moved.events, [
    { name: "transferred", data: { from: nameOf(alice), to: nameOf(bob), amount: "30" } },
  ]);
  const refused = await alice.invoke("transfer", { to: nameOf(bob), amount: 71 });
  assert.deepEqual([refused.code, refused.message], [9000, "balance: 71 is more than the 70 there is"]);
  assert.deepEqual([await balance(alice), await balance(bob)], ["70", "30"]);
});

test("a transfer to oneself changes nothing", async () => {
  await mint(alice, 5);
  assert.equal((await alice.invoke("transfer", { to: nameOf(alice), amount: 5 })).code, 0);
  assert.equal(await balance(alice), "5");
});

test("of two transfers in one block that spend the same tokens, the first stands", async () => {
  await mint(alice, 10);
  const results = await kit.block([
    alice.call("transfer", { to: nameOf(bob), amount: 10 }),
    alice.call("transfer", { to: nameOf(admin), amount: 10 }),
  ]);
  assert.deepEqual(
    results.map(({ code }) => code),
    [0, 9000],
  );
  assert.deepEqual([await balance(alice), await balance(bob), await balance(admin)], ["0", "10", "0"]);
});

test("the supply never wraps", async () => {
  assert.equal((await mint(alice, MAX)).code, 0);
  const refused = await mint(bob, 1);
  assert.deepEqual([refused.code, refused.message], [9000, "supply is beyond 2^256 - 1"]);
  assert.deepEqual([await balance(alice), await balance(bob)], [MAX, "0"]);
});

test("what is no whole, positive amount is refused", async () => {
  await mint(alice, 100);
  for (const amount of [0, -1, 1.5, "-1", "1.0", "", "0x10", "01", null, "9".repeat(78), 2 ** 53]) {
    const { code } = await alice.invoke("transfer", { to: nameOf(bob), amount });
    assert.equal(code, 9000, JSON.stringify(amount));
  }
  assert.equal(await balance(alice), "100");
});

test("tokens cannot go to what is no holder", async () => {
  await mint(alice, 100);
  for (const to of ["bob", "", "A".repeat(64), "0".repeat(63)])
    assert.equal((await alice.invoke("transfer", { to, amount: 1 })).code, 9000);
});
