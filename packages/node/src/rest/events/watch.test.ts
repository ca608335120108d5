import { strict as assert } from "node:assert";
import { test } from "node:test";
import { createWatch } from "./watch.ts";

test("a move is told at once, the next ones after a tenth of a second, and the last one always", () => {
  let atMs = 0;
  let view = 1;
  const watch = createWatch(
    () => ({ view, leaderId: "a", height: 1, executedHeight: 1 }),
    () => atMs,
  );
  assert.match(watch.look(), /"view":1,/);
  assert.equal(watch.look(), "");
  assert.equal(watch.dueMs(), Number.POSITIVE_INFINITY);
  for (view = 2; view < 9; view++) {
    atMs += 10.4;
    assert.equal(watch.look(), "", "too soon");
    assert.equal(watch.dueMs(), Math.ceil(100 - atMs));
  }
  // A timer may be early by a fraction.
  atMs = 99.6;
  assert.equal(watch.look(), "");
  assert.equal(watch.dueMs(), 1);
  atMs = 100;
  assert.match(watch.look(), /"view":9,/);
  assert.equal(watch.dueMs(), Number.POSITIVE_INFINITY);
});
