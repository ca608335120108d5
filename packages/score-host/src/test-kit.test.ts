import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
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

test("a contract that does not load, or whose init is refused, is told with the line", async () => {
  const faulty = new URL("../fixtures/broken/at-load.ts", import.meta.url);
  await assert.rejects(testKit({ entry: faulty }), { code: "CONTRACT_INVALID", at: "at-load.ts:8:34" });
  const init = new URL("../fixtures/broken/at-init.ts", import.meta.url);
  await assert.rejects(
    testKit({ entry: init, init: { owner: "eve" } }),
    /the init of at-init was refused: not eve \(at-init\.ts:8:26\)/,
  );
});

test("a test process ends by itself, also where a kit is left open", async () => {
  const program = `
    import { testKit } from ${JSON.stringify(import.meta.resolve("./test-kit.js"))};
    const kit = await testKit({ entry: ${JSON.stringify(fileURLToPath(entry))} });
    const { code } = await kit.as("alice").invoke("link", { from: "a", to: "b" });
    console.log(code);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program]);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = await once(child, "close");
  assert.deepEqual([code, output], [0, "0\n"]);
});
