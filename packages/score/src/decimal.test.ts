import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimal,
  decimalOf,
  decimalText,
  divideDecimals,
  multiplyDecimals,
  type Rounding,
  roundDecimal,
  subtractDecimals,
} from "./decimal.ts";
import { isRefusal } from "./refusal.ts";

const decimals = fc
  .record({ units: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), scale: fc.nat(12) })
  .map(({ units, scale }) => decimalOf(units, scale));

test("a decimal survives its text", () => {
  fc.assert(
    fc.property(decimals, (value) => assert.deepEqual(decimal(decimalText(value), value.scale), value)),
  );
  assert.deepEqual(decimal("12.3", 2), { units: 1230n, scale: 2 });
  assert.deepEqual(decimal(-7, 1), { units: -70n, scale: 1 });
  assert.deepEqual(
    ["-0.5", "0", "-12.345", "0.001"].map((text) => decimalText(decimal(text, 3))),
    ["-0.500", "0.000", "-12.345", "0.001"],
  );
  assert.equal(decimalText(decimal("-0", 0)), "0");
});

test("sums and differences are exact and undo one another", () => {
  fc.assert(
    fc.property(decimals, decimals, (a, b) => {
      assert.equal(compareDecimals(subtractDecimals(addDecimals(a, b), b), a), 0);
    }),
  );
  assert.equal(decimalText(addDecimals(decimal("0.1", 1), decimal("0.02", 2))), "0.12");
});

/** Rounds 1, 2.4, 2.5, 3.5 and so on to whole numbers, for each rounding. */
const TABLE: Readonly<Record<Rounding, readonly [string, string][]>> = {
  down: [
    ["2.9", "2"],
    ["-2.9", "-2"],
  ],
  up: [
    ["2.1", "3"],
    ["-2.1", "-3"],
    ["2.0", "2"],
  ],
  floor: [
    ["2.9", "2"],
    ["-2.1", "-3"],
  ],
  ceiling: [
    ["2.1", "3"],
    ["-2.9", "-2"],
  ],
  "half-down": [
    ["2.5", "2"],
    ["2.6", "3"],
    ["-2.5", "-2"],
    ["-2.6", "-3"],
  ],
  "half-up": [
    ["2.5", "3"],
    ["2.4", "2"],
    ["-2.5", "-3"],
    ["-2.4", "-2"],
  ],
  "half-even": [
    ["2.5", "2"],
    ["3.5", "4"],
    ["2.6", "3"],
    ["-2.5", "-2"],
    ["-3.5", "-4"],
    ["0.5", "0"],
  ],
};
for (const [rounding, rows] of Object.entries(TABLE))
  for (const [from, to] of rows)
    test(`${from} rounds to ${to} by ${rounding}`, () => {
      const value = decimal(from, 1);
      const one = decimal("1", 0);
      assert.equal(decimalText(roundDecimal(value, 0, rounding as Rounding)), to);
      assert.equal(decimalText(multiplyDecimals(value, one, 0, rounding as Rounding)), to);
      assert.equal(decimalText(divideDecimals(value, one, 0, rounding as Rounding)), to);
      const minus = { units: -value.units, scale: 1 };
      assert.equal(decimalText(divideDecimals(minus, decimal("-1", 0), 0, rounding as Rounding)), to);
    });

test("a rounded quotient is the nearest below or above, and the product of it leads back", () => {
  const modes = fc.constantFrom<Rounding>(
    "floor",
    "ceiling",
    "half-even",
    "half-up",
    "half-down",
    "down",
    "up",
  );
  fc.assert(
    fc.property(decimals, decimals, fc.nat(10), modes, (a, b, scale, rounding) => {
      fc.pre(b.units !== 0n);
      const quotient = divideDecimals(a, b, scale, rounding);
      // |q·b − a| ≤ |b|·10^-scale, exactly.
      const power = (of: Decimal, to: number): bigint => of.units * 10n ** BigInt(to - of.scale);
      const at = a.scale + b.scale + scale;
      const rest = power({ units: quotient.units * b.units, scale: scale + b.scale }, at) - power(a, at);
      const one = power({ units: b.units, scale: b.scale + scale }, at);
      const [error, unit] = [rest < 0n ? -rest : rest, one < 0n ? -one : one];
      assert.ok(rounding.startsWith("half") ? 2n * error <= unit : error < unit);
    }),
  );
});

for (const value of [
  "",
  "1.",
  ".5",
  "01",
  "+1",
  "1e3",
  " 1",
  "1.234",
  "NaN",
  0.5,
  null,
  1n,
  "9".repeat(79),
  "٣",
])
  test(`${typeof value} ${String(value).slice(0, 10)} is no decimal of two digits`, () => {
    assert.throws(
      () => decimal(value, 2, "price"),
      (error) => isRefusal(error) && /price/.test(error.message),
    );
  });

test("what would grow beyond 78 digits, or divide by zero, is refused", () => {
  const large = decimal("9".repeat(78), 0);
  for (const run of [
    () => addDecimals(large, large),
    () => multiplyDecimals(large, large, 0, "down"),
    () => roundDecimal(large, 1, "down"),
    () => divideDecimals(large, decimal("0", 0), 0, "down"),
    () => decimalOf(10n ** 78n, 0),
    () => decimalOf(1n, 31),
    () => decimal("1", -1),
  ])
    assert.throws(run, isRefusal);
});
