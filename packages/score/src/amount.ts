import { refuse } from "./refusal.ts";

/** The largest amount: 2^256 - 1, so that amounts of other ledgers fit. */
// A literal, which a bundler can leave out of a contract that does not use it.
export const AMOUNT_MAX: bigint = 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffn;

const DIGITS_MAX = 78;

/** Whether a text is a whole number without a leading zero. By hand, for contracts read amounts all the time. */
const isDigits = (text: string): boolean => {
  const { length } = text;
  if (length < 1 || length > DIGITS_MAX || (length > 1 && text.charCodeAt(0) === 0x30)) return false;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return true;
};

/**
 * Returns an amount, an integer from 0 to AMOUNT_MAX, from what a client sent or the state holds: a string
 * of decimal digits without sign or leading zeros, or a safe integer. Anything else is refused; `what` names
 * it in the message. Fractions do not exist here: count in the smallest unit.
 *
 * @throws Refusal
 */
export const amount = (value: unknown, what = "amount"): bigint => {
  if (typeof value === "bigint") return bounded(value, what);
  if (typeof value === "number" && Number.isSafeInteger(value)) return bounded(BigInt(value), what);
  if (typeof value === "string" && isDigits(value)) return bounded(BigInt(value), what);
  return refuse(`${what} must be a whole number of 0 or more, as a string of digits or a safe integer`);
};

/** Returns the amount as JSON carries it: a string of decimal digits. @throws Refusal out of range. */
export const amountText = (value: bigint, what = "amount"): string => String(bounded(value, what));

/** Returns a + b. @throws Refusal beyond AMOUNT_MAX: amounts never wrap round. */
export const addAmounts = (a: bigint, b: bigint, what = "amount"): bigint =>
  bounded(bounded(a, what) + bounded(b, what), what);

/** Returns a - b. @throws Refusal if b is more than a: amounts are never negative. */
export const subtractAmounts = (a: bigint, b: bigint, what = "amount"): bigint => {
  if (bounded(b, what) > bounded(a, what)) return refuse(`${what}: ${b} is more than the ${a} there is`);
  return a - b;
};

const bounded = (value: bigint, what: string): bigint => {
  if (value < 0n) return refuse(`${what} must not be negative`);
  if (value > AMOUNT_MAX) return refuse(`${what} is beyond 2^256 - 1`);
  return value;
};
