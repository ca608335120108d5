/** A slice of `npm run fuzz:scores`: SCOREs by chance, on three hosts of this Node.js that are treated differently. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { spawnSandbox } from "../spawn.ts";
import { differenceOf } from "./compare.ts";
import type { Engine } from "./hosts.ts";
import { type RoundOptions, runRound } from "./round.ts";
import { sdkText } from "./sdk-text.ts";
import { tellDivergence } from "./shrink.ts";

const PRESENT: Engine = { name: process.version, spawn: spawnSandbox };
const ENGINES: RoundOptions["engines"] = [PRESENT, PRESENT, PRESENT];
const TRANSACTIONS = 200;

for (const seed of [2, 3])
  test(`outcomes and meters do not depend on memory, cache, kills or timing: seed ${seed}`, async (t) => {
    const sdk = await sdkText();
    const { divergence, ...done } = await runRound({
      seed,
      engines: ENGINES,
      sdk,
      transactionsMax: TRANSACTIONS,
    });
    if (divergence !== undefined) assert.fail(tellDivergence(divergence));
    t.diagnostic(
      `${done.transactions} transactions, ${done.queries} queries, codes ${JSON.stringify([...done.codes])}`,
    );
    assert.ok((done.codes.get(0) ?? 0) > TRANSACTIONS / 3, "most calls are of some use");
  });

test("outcomes that differ in a step, an event or a write are told apart", () => {
  const outcome = {
    code: 0,
    message: "",
    result: "1",
    writes: [{ key: Uint8Array.of(97), value: Uint8Array.of(49) }],
    events: [{ score: "a", name: "e", data: "1" }],
    used: { steps: 5, bytes: 6 },
  };
  assert.equal(differenceOf([outcome], [{ ...outcome, diagnostic: "an engine's words" }]), undefined);
  for (const other of [
    { used: { steps: 6, bytes: 6 } },
    { used: { steps: 5, bytes: 7 } },
    { writes: [{ key: Uint8Array.of(97), value: undefined }] },
    { events: [] },
    { code: 9000, message: "no" },
    { result: "2" },
  ])
    assert.equal(differenceOf([outcome, outcome], [outcome, { ...outcome, ...other }])?.index, 1);
  assert.notEqual(differenceOf([outcome], { failed: "execution halted" }), undefined);
});
