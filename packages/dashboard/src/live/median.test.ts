import assert from "node:assert/strict";
import { test } from "node:test";
import { median } from "./median.ts";

test("the median of none, one, an odd and an even number of values", () => {
  assert.equal(median([]), undefined);
  assert.equal(median([7]), 7);
  assert.equal(median([9, 1, 100]), 9);
  assert.equal(median([4, 1, 100, 6]), 5);
});
