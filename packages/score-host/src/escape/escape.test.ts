/** Every attempt of the corpus gets nothing, ends no process and halts no channel: in the process that peers run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hasWon } from "./fixtures/attempt.ts";
import { CORPUS } from "./fixtures/corpus.ts";
import { tryAttempt } from "./fixtures/run.ts";

test("every attempt has a name of its own", () => {
  assert.equal(new Set(CORPUS.map(({ name }) => name)).size, CORPUS.length);
});

for (const attempt of CORPUS)
  test(`${attempt.name} does not get ${attempt.gets}`, async () => {
    const seen = await tryAttempt(attempt);
    assert.equal(hasWon(attempt, seen), false, JSON.stringify(seen));
    assert.deepEqual([seen.isDead, seen.isHalted], [false, false], seen.message);
  });
