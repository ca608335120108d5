/** Exact decimals of a fixed number of digits after the point, over BigInt. There are no floats here. */
import { refuse } from "./refusal.ts";

/** The number units / 10^scale. */
export type Decimal = { readonly units: bigint; readonly scale: number };

/**
 * What becomes of digits that do not fit: `down` cuts them off, `up` goes away from zero, `floor` and
 * `ceiling` go to the lower and the higher number, and the halves go to the nearest, `half-even` (the
 * banker's), `half-up` (away from zero) or `half-down` (towards zero) where both are as near.
 */
export type Rounding = "ceiling" | "down" | "floor" | "half-down" | "half-even" | "half-up" | "up";

const SCALE_MAX = 30;
/** As many digits as the largest amount has; beyond them a decimal is refused, so that no product grows for ever. */
const UNITS_END = 1000000000000000000000000000000000000000000000000000000000000000000000000000000n;
const DIGITS = /^(-?)(0|[1-9][0-9]{0,77})(?:\.([0-9]{1,30}))?$/;

/**
 * Returns the decimal of a text such as `-12.34`, with at most `scale` (0 to 30) digits after the point;
 * `what` names it in messages. A safe integer is taken as well.
 *
 * @example decimal("12.3", 2) // { units: 1230n, scale: 2 }
 * @throws Refusal
 */
export const decimal = (value: unknown, scale: number, what = "decimal"): Decimal => {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  const parts = typeof text === "string" ? DIGITS.exec(text) : null;
  if (parts === null) return refuse(`${what} must be a decimal such as 12.34`);
  const fraction = parts[3] ?? "";
  if (fraction.length > checkedScale(scale))
    return refuse(`${what} must have at most ${scale} digits after the point`);
  const units = BigInt(parts[2] + fraction.padEnd(scale, "0"));
  return bounded(parts[1] === "-" ? -units : units, scale, what);
};

/** Returns a decimal of so many units of 10^-scale. @throws Refusal */
export const decimalOf = (units: bigint, scale: number, what = "decimal"): Decimal =>
  bounded(units, checkedScale(scale), what);

/** Returns the decimal's text, with all digits of its scale. @example decimalText(decimal("-0.5", 2)) // "-0.50" */
export const decimalText = ({ units, scale }: Decimal): string => {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  const point = digits.length - scale;
  const fraction = scale === 0 ? "" : `.${digits.slice(point)}`;
  return `${units < 0n ? "-" : ""}${digits.slice(0, point)}${fraction}`;
};

/** Returns a + b, at the larger of their scales. @throws Refusal beyond 78 digits */
export const addDecimals = (a: Decimal, b: Decimal, what = "decimal"): Decimal => {
  const scale = Math.max(a.scale, b.scale);
  return bounded(unitsAt(a, scale) + unitsAt(b, scale), scale, what);
};

/** Returns a - b, at the larger of their scales. @throws Refusal beyond 78 digits */
export const subtractDecimals = (a: Decimal, b: Decimal, what = "decimal"): Decimal =>
  addDecimals(a, { units: -b.units, scale: b.scale }, what);

/** Returns a * b, rounded to `scale`. @throws Refusal beyond 78 digits */
export const multiplyDecimals = (
  a: Decimal,
  b: Decimal,
  scale: number,
  rounding: Rounding,
  what = "decimal",
): Decimal =>
  bounded(rescaled(a.units * b.units, a.scale + b.scale, checkedScale(scale), rounding), scale, what);

/** Returns a / b, rounded to `scale`. @throws Refusal if b is zero, or beyond 78 digits */
export const divideDecimals = (
  a: Decimal,
  b: Decimal,
  scale: number,
  rounding: Rounding,
  what = "decimal",
): Decimal => {
  if (b.units === 0n) return refuse(`${what}: a division by zero`);
  const numerator = a.units * 10n ** BigInt(b.scale + checkedScale(scale));
  return bounded(quotient(numerator, b.units * 10n ** BigInt(a.scale), rounding), scale, what);
};

/** Returns the decimal at another scale. @throws Refusal beyond 78 digits */
export const roundDecimal = (value: Decimal, scale: number, rounding: Rounding, what = "decimal"): Decimal =>
  bounded(rescaled(value.units, value.scale, checkedScale(scale), rounding), scale, what);

/** Returns -1, 0 or 1 as a is less than, equal to or more than b, whatever their scales. */
export const compareDecimals = (a: Decimal, b: Decimal): -1 | 0 | 1 => {
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [unitsAt(a, scale), unitsAt(b, scale)];
  return left < right ? -1 : left > right ? 1 : 0;
};

const unitsAt = ({ units, scale }: Decimal, to: number): bigint => units * 10n ** BigInt(to - scale);

const rescaled = (units: bigint, from: number, to: number, rounding: Rounding): bigint =>
  to >= from ? units * 10n ** BigInt(to - from) : quotient(units, 10n ** BigInt(from - to), rounding);

/** Returns n / d as an integer. */
const quotient = (n: bigint, d: bigint, rounding: Rounding): bigint => {
  const towardsZero = n / d;
  const rest = n % d;
  if (rest === 0n) return towardsZero;
  const isNegative = n < 0n !== d < 0n;
  return isRoundedAway(rounding, isNegative, halves(rest, d), towardsZero % 2n !== 0n)
    ? towardsZero + (isNegative ? -1n : 1n)
    : towardsZero;
};

/** Returns -1, 0 or 1 as the rest is less than, exactly or more than half of the divisor. */
const halves = (rest: bigint, d: bigint): number => {
  const [twice, whole] = [2n * (rest < 0n ? -rest : rest), d < 0n ? -d : d];
  return twice < whole ? -1 : twice > whole ? 1 : 0;
};

const isRoundedAway = (rounding: Rounding, isNegative: boolean, half: number, isOdd: boolean): boolean => {
  switch (rounding) {
    case "down":
      return false;
    case "up":
      return true;
    case "floor":
      return isNegative;
    case "ceiling":
      return !isNegative;
    case "half-down":
      return half > 0;
    case "half-up":
      return half >= 0;
    case "half-even":
      return half > 0 || (half === 0 && isOdd);
  }
};

const checkedScale = (scale: number): number =>
  Number.isInteger(scale) && scale >= 0 && scale <= SCALE_MAX
    ? scale
    : refuse(`a decimal's scale must be from 0 to ${SCALE_MAX}`);

const bounded = (units: bigint, scale: number, what: string): Decimal =>
  units < UNITS_END && units > -UNITS_END ? { units, scale } : refuse(`${what} has more than 78 digits`);
