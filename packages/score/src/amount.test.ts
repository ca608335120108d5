import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AMOUNT_MAX, addAmounts, amount, amountText, subtractAmounts } from "./amount.ts";
import { Refusal } from "./refusal.ts";

const amounts = fc.bigInt({ min: 0n, max: AMOUNT_MAX });

test("an amount survives its text", () => {
  fc.assert(fc.property(amounts, (value) => assert.equal(amount(amountText(value)), value)));
});

test("sums and differences are exact or refused, never wrapped", () => {
  fc.assert(
    fc.property(amounts, amounts, (a, b) => {
      if (a + b > AMOUNT_MAX) assert.throws(() => addAmounts(a, b), Refusal);
      else assert.equal(subtractAmounts(addAmounts(a, b), b), a);
      if (a < b) assert.throws(() => subtractAmounts(a, b), Refusal);
    }),
  );
});

for (const value of [
  -1,
  1.5,
  "01",
  "-1",
  "+1",
  " 1",
  "1 ",
  "1e3",
  "0x1",
  "",
  "١",
  NaN,
  2 ** 53,
  null,
  true,
  [1],
  -1n,
  AMOUNT_MAX + 1n,
  String(AMOUNT_MAX + 1n),
  "9".repeat(100),
])
  test(`${typeof value} ${String(value).slice(0, 20)} is no amount`, () =>
    assert.throws(
      () => amount(value, "price"),
      (error) => error instanceof Refusal && error.message.startsWith("price"),
    ));

test("the bounds themselves are amounts", () => {
  assert.equal(amount("0"), 0n);
  assert.equal(amount(0), 0n);
  assert.equal(amount(String(AMOUNT_MAX)), AMOUNT_MAX);
});
