import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRecent } from "./recent.ts";

test("the newest stand first and no more than the bound are shown, whatever was pushed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.array(fc.integer()), (max, pushed) => {
      const recent = createRecent<number>(max);
      for (const item of pushed) recent.push(item);
      assert.deepEqual(recent.list(), pushed.slice(-max).reverse());
    }),
  );
});

test("a list stays the same object until something changes", () => {
  const recent = createRecent<{ id: number; done: boolean }>(3);
  const empty = recent.list();
  assert.equal(recent.list(), empty);
  recent.push({ id: 1, done: false });
  const first = recent.list();
  assert.notEqual(first, empty);
  assert.equal(recent.list(), first);
  recent.replace(
    ({ id }) => id === 9,
    (item) => ({ ...item, done: true }),
  );
  assert.equal(recent.list(), first, "nothing was found, so nothing changed");
  recent.replace(
    ({ id }) => id === 1,
    (item) => ({ ...item, done: true }),
  );
  assert.deepEqual(recent.list(), [{ id: 1, done: true }]);
  recent.clear();
  assert.deepEqual(recent.list(), []);
});
