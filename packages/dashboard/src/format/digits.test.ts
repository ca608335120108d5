import assert from "node:assert/strict";
import { test } from "node:test";
import { count, rate, span } from "./digits.ts";

test("numbers are grouped, and what is not known is a dash", () => {
  assert.equal(count(1234567, "en"), "1,234,567");
  assert.equal(count(0, "ko"), "0");
  assert.equal(count(undefined, "en"), "–");
});

test("a small rate has a digit behind the point, a large one has none", () => {
  assert.deepEqual(
    [0, 0.42, 9.96, 10.4, 1999.7].map((value) => rate(value, "en")),
    ["0", "0.4", "10", "10", "2,000"],
  );
});

test("spans choose their unit", () => {
  assert.deepEqual(
    [0, 12.4, 999.4, 999.6, 1_440, 59_960, 180_000].map((ms) => span(ms, "en")),
    ["0 ms", "12 ms", "999 ms", "1 sec", "1.4 sec", "1 min", "3 min"],
  );
  assert.equal(span(undefined, "en"), "–");
  assert.match(span(1_440, "ko"), /^1\.4초$/);
});
