import assert from "node:assert/strict";
import { test } from "node:test";
import { createPool } from "./pool.ts";

test("peers are asked in the given order, and those that failed come last, the latest at the end", () => {
  const pool = createPool(["a", "b", "c"]);
  assert.deepEqual(pool.urls(), ["a", "b", "c"]);
  pool.failed("a");
  assert.deepEqual(pool.urls(), ["b", "c", "a"]);
  pool.failed("b");
  assert.deepEqual(pool.urls(), ["c", "a", "b"]);
  pool.failed("c");
  assert.deepEqual(
    pool.urls(),
    ["a", "b", "c"],
    "when all have failed, the one that has rested longest is next",
  );
  pool.worked("b");
  assert.deepEqual(pool.urls(), ["b", "a", "c"]);
});

test("peers that come and go leave nothing behind", () => {
  const pool = createPool(["a", "b"]);
  pool.failed("a");
  pool.know(["a", "c", "c"]);
  assert.deepEqual(pool.urls(), ["c", "a"], "what was learned is kept");
  pool.know(["c"]);
  pool.know(["a", "c"]);
  assert.deepEqual(pool.urls(), ["a", "c"], "who was gone begins anew");
});
