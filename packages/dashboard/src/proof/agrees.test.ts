import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { agrees } from "./agrees.ts";

const proven = {
  id: "a1",
  height: 7,
  receipt: { code: 0, message: "", result: { amount: "5", to: ["bob", null] }, events: [] },
};

test("what is shown may say more than is proven, and in another order", () => {
  const receipt = { events: [], result: { to: ["bob", null], amount: "5" }, message: "", code: 0 };
  assert.equal(agrees({ status: "executed", receipt, height: 7, id: "a1" }, proven), true);
  assert.equal(agrees({}, {}), true);
});

test("whatever differs, is missing or is added within a proven field does not agree", () => {
  const { receipt } = proven;
  for (const shown of [
    {},
    { ...proven, height: 8 },
    { ...proven, height: "7" },
    { ...proven, receipt: undefined },
    { ...proven, receipt: { ...receipt, code: 9000 } },
    { ...proven, receipt: { ...receipt, extra: 1 } },
    { ...proven, receipt: { ...receipt, result: { amount: "50", to: ["bob", null] } } },
    { ...proven, receipt: { ...receipt, result: { amount: "5", to: ["bob"] } } },
    { ...proven, receipt: { ...receipt, events: {} } },
  ])
    assert.equal(agrees(shown, proven), false, JSON.stringify(shown));
});

test("a value agrees with itself as JSON carries it, and with no other", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const [a, b] = [JSON.stringify(one), JSON.stringify(other)].map((text) => JSON.parse(text) as unknown);
      assert.equal(agrees({ value: a }, { value: structuredClone(a) }), true);
      if (JSON.stringify(a) === JSON.stringify(b)) return;
      const isReordered = agrees({ value: a }, { value: b });
      if (isReordered) assert.deepEqual(a, b);
    }),
  );
});
