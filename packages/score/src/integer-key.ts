import { refuse } from "./refusal.ts";

const DIGITS_MAX = 99;
const KEY = /^([np])([0-9]{2})([0-9]{1,99})$/;

/**
 * Returns a text that sorts among its like as the integer does among integers: its sign, how many digits it
 * has, and the digits; of negative ones the complements to nine, since there more is less.
 *
 * @example [integerKey(-5), integerKey(7), integerKey(10n)] // ["n984", "p017", "p0210"]
 * @throws Refusal for what is no safe integer, or a BigInt of more than 99 digits
 */
export const integerKey = (value: number | bigint): string => {
  if (typeof value === "number" && !Number.isSafeInteger(value)) return refuse("a key must be an integer");
  const isNegative = value < 0;
  const digits = String(value).slice(isNegative ? 1 : 0);
  if (digits.length > DIGITS_MAX) return refuse(`a key must have at most ${DIGITS_MAX} digits`);
  const text = String(digits.length).padStart(2, "0") + digits;
  return isNegative ? `n${complementOf(text)}` : `p${text}`;
};

/** Returns the integer of a key that `integerKey` made. @throws Refusal for any other text */
export const integerOfKey = (key: string): bigint => {
  const parts = KEY.exec(key);
  if (parts === null) return refuse("a key must be one of an integer");
  const isNegative = parts[1] === "n";
  const text = parts[2]! + parts[3]!;
  const digits = (isNegative ? complementOf(text) : text).slice(2);
  const value = isNegative ? -BigInt(digits) : BigInt(digits);
  return integerKey(value) === key ? value : refuse("a key must be one of an integer");
};

const complementOf = (digits: string): string => {
  let complement = "";
  for (const digit of digits) complement += String(9 - Number(digit));
  return complement;
};
