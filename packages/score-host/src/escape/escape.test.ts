/** Every attempt of the corpus gets nothing, ends no process and halts no channel: in the process that peers run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Attempt, hasWon, type Seen } from "./fixtures/attempt.ts";
import { CORPUS } from "./fixtures/corpus.ts";
import { canShare, tryAttempt, tryTogether } from "./fixtures/run.ts";

/** So many attempts share a process: to start one takes far longer than to try one. */
const GROUP = 16;

test("every attempt has a name of its own", () => {
  assert.equal(new Set(CORPUS.map(({ name }) => name)).size, CORPUS.length);
});

const assertLost = (attempt: Attempt, seen: Seen): void => {
  assert.equal(hasWon(attempt, seen), false, JSON.stringify(seen));
  assert.deepEqual([seen.isDead, seen.isHalted], [false, false], seen.message);
};

const titleOf = ({ name, gets }: Attempt): string => `${name} does not get ${gets}`;

const sharing = CORPUS.filter(canShare);
for (let from = 0; from < sharing.length; from += GROUP) {
  const group = sharing.slice(from, from + GROUP);
  test(`attempts ${from + 1} to ${from + group.length} in one process`, (t) =>
    tryTogether(group, async (attempt, trying) => {
      await t.test(titleOf(attempt), async () => assertLost(attempt, await trying()));
    }));
}

for (const attempt of CORPUS.filter((each) => !canShare(each)))
  test(titleOf(attempt), async () => assertLost(attempt, await tryAttempt(attempt)));
