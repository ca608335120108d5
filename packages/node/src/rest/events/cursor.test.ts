import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { cursorBefore, formatCursor, parseCursor } from "./cursor.ts";

test("a cursor reads as it was written", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat(), (a, b, items) => {
      const cursor = { final: Math.max(a, b), executed: Math.min(a, b), items };
      assert.deepEqual(parseCursor(formatCursor(cursor)), cursor);
    }),
  );
});

test("what is no cursor is refused: nothing is executed before it is final", () => {
  for (const text of [
    "",
    "1",
    "1.1",
    "1.1.1.1",
    "01.1.1",
    "1.2.0",
    "-1.0.0",
    "1e3.1.1",
    "9007199254740992.1.1",
    " 1.1.1",
  ])
    assert.equal(parseCursor(text), undefined, text);
});

test("a reader who wants everything has had nothing", () => {
  assert.equal(formatCursor(cursorBefore(0)), "0.0.0");
  assert.equal(formatCursor(cursorBefore(1)), "0.0.0");
  assert.equal(formatCursor(cursorBefore(8)), "7.7.0");
});
