import assert from "node:assert/strict";
import { test } from "node:test";
import { block, memoryState, rawScore } from "./fixture.ts";
import { createScoreHost } from "./host.ts";

const SCORE = rawScore("listing", {
  names:
    "return [Object.getOwnPropertyNames(Array.prototype), Object.keys(Array.prototype[Symbol.unscopables])].map((names) => names.slice(-4))",
});

test("natives are listed in one order, wherever an engine has them", async (t) => {
  const host = await createScoreHost({ scores: [SCORE] });
  t.after(() => host.close());
  const [outcome] = (await host.execute(block(1, [["listing", "names"]]), memoryState().read)).calls;
  assert.deepEqual(JSON.parse(outcome?.result ?? ""), [
    ["toSorted", "toSpliced", "with", "toString"],
    ["toReversed", "toSorted", "toSpliced", "values"],
  ]);
});
