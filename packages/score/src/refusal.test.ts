import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal, Refusal, refuse } from "./refusal.ts";

const caught = (run: () => never): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

for (const [given, code] of [
  [undefined, 9000],
  [1000, 1000],
  [8999, 8999],
  [999, 9000],
  [9001, 9000],
  [1000.5, 9000],
  [Number.NaN, 9000],
] as const)
  test(`a refusal with the code ${given} has the code ${code}`, () => {
    const error = caught(() => refuse("no", { a: 1 }, given));
    assert.ok(isRefusal(error) && error instanceof Refusal);
    assert.deepEqual([error.code, error.message, error.details], [code, "no", { a: 1 }]);
  });

test("another realm's or contract's refusal is known by its shape, and nothing else is one", () => {
  class Other extends Error {
    override readonly name = "Refusal";
    readonly code = 1001;
  }
  assert.ok(isRefusal(new Other("no")));
  for (const thrown of [new Error("no"), { name: "Refusal", code: 1001 }, "Refusal", null, undefined])
    assert.ok(!isRefusal(thrown));
});
