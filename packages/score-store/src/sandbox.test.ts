import assert from "node:assert/strict";
import { test } from "node:test";
import { testKit } from "@dure/score-host/test-kit";

test("the contract loads in the sandbox that peers run, and founds itself", async () => {
  const kit = await testKit({ entry: new URL("../src/contract.ts", import.meta.url) });
  try {
    assert.deepEqual((await kit.query("list")).result, [
      { score: "score-store", version: "1.0.0", hash: "", active: true, scheduled: "" },
    ]);
  } finally {
    await kit.close();
  }
});
