/** Every attempt of the corpus succeeds where the line that stops it is removed: so what stops it is that line. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hasWon } from "./fixtures/attempt.ts";
import { CORPUS } from "./fixtures/corpus.ts";
import { DEFENCES } from "./fixtures/defences.ts";
import { tryWithout } from "./fixtures/run.ts";

for (const attempt of CORPUS)
  test(`without ${attempt.stoppedBy.join(" and ")}, ${attempt.name} gets ${attempt.gets}`, async () => {
    const seen = await tryWithout(attempt, attempt.stoppedBy);
    assert.equal(hasWon(attempt, seen), true, JSON.stringify(seen));
  });

test("every defence has an attempt that it stops", () => {
  const used = new Set(CORPUS.flatMap(({ stoppedBy }) => stoppedBy));
  for (const name of Object.keys(DEFENCES)) assert.ok(used.has(name as never), name);
});
