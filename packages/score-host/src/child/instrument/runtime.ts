/**
 * The helpers that the instrumented text calls by `dure$` and their name here: they judge what operations made, carry out
 * those whose price must be known first, and charge for what is copied.
 */
import { allocate, bounded, charge, exhaust, isExhausted, meter } from "../meter.ts";
import { boundedPrototype, caught, checkPut } from "../natives/index.ts";
import { makeRegExp } from "../regexp/install.ts";
import { guardChange, guardThrown, guardWrite, keep, keepValue } from "../seal.ts";

/** The largest BigInt, by magnitude: more than any key or certificate holds. */
const BIGINT_BITS_MAX = 8_192;
const BIGINT_MAX = 1n << BigInt(BIGINT_BITS_MAX);
/** How many arguments a call may spread: they go on the stack. */
const ARGUMENTS_MAX = 10_000;

const tooLarge = (): never => {
  throw new RangeError(`a BigInt of more than ${BIGINT_BITS_MAX} bits`);
};

/** A BigInt within the bound, or whatever else it is. */
const g = <T>(value: T): T => {
  if (typeof value === "bigint" && (value > BIGINT_MAX || value < -BIGINT_MAX)) tooLarge();
  return value;
};

/** What an addition made. */
const p = <T>(value: T): T => {
  if (typeof value === "string") bounded(value);
  else if (typeof value === "bigint" && (value > BIGINT_MAX || value < -BIGINT_MAX)) tooLarge();
  return value;
};

const isInteger = Number.isSafeInteger;
const hexOf = Function.prototype.call.bind(BigInt.prototype.toString) as (
  value: bigint,
  radix: number,
) => string;

/** Powers of numbers are of integers only: engines round the others differently. */
const pow = (base: unknown, exponent: unknown): unknown => {
  if (typeof base === "bigint" && typeof exponent === "bigint") {
    charge(64);
    if (exponent > 1n && (base > 1n || base < -1n))
      if (
        exponent > BigInt(BIGINT_BITS_MAX) ||
        hexOf(base, 16).length * 4 * Number(exponent) > BIGINT_BITS_MAX + 64
      )
        tooLarge();
    return base ** exponent;
  }
  if (typeof base === "bigint" || typeof exponent === "bigint")
    throw new TypeError("BigInt and number do not mix");
  const of = Number(base);
  let left = Number(exponent);
  if (!isInteger(of) || !isInteger(left) || left < 0)
    throw new RangeError("** takes integers, and an exponent of 0 or more");
  charge(64);
  // Beyond this, only the sign is left to find.
  if (left > 1_074) left = 1_074 + (left % 2);
  let result = 1;
  for (let factor = of; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= factor;
    factor *= factor;
  }
  return result;
};

const shl = (value: unknown, by: unknown): unknown => {
  if (typeof by === "bigint" && by > BigInt(BIGINT_BITS_MAX)) tooLarge();
  return g((value as number) << (by as number));
};

const shr = (value: unknown, by: unknown): unknown => {
  if (typeof by === "bigint" && by < BigInt(-BIGINT_BITS_MAX)) tooLarge();
  return g((value as number) >> (by as number));
};

/** What is compared with another: of long texts, the comparison costs by their length. */
const e = <T>(value: T): T => {
  if (typeof value === "string" && value.length > 64) charge(value.length >> 4);
  return value;
};

/** What a template made. */
const b = (text: string): string => bounded(text);

/** What a step needs twice. */
const i = <T>(value: T): T => value;

const isPlainArray = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) &&
  Object.getPrototypeOf(value) === Array.prototype &&
  !Object.hasOwn(value, Symbol.iterator);

/** What is spread into an array, or what an array's rest is taken from. */
const l = (value: unknown): readonly unknown[] => spread(value, Number.MAX_SAFE_INTEGER);

/** What is spread into arguments. */
const s = (value: unknown): readonly unknown[] => spread(value, ARGUMENTS_MAX);

const spread = (value: unknown, max: number): readonly unknown[] => {
  if (isPlainArray(value)) {
    if (value.length > max) tooMany();
    charge(value.length);
    allocate(8 * value.length);
    return value;
  }
  const items: unknown[] = [];
  for (const item of value as Iterable<unknown>) {
    charge(4);
    allocate(8);
    if (items.length >= max) tooMany();
    items[items.length] = item;
  }
  return items;
};

const tooMany = (): never => {
  throw new RangeError(`a call takes at most ${ARGUMENTS_MAX} spread arguments`);
};

/** What an object's keys are copied or listed from. */
const k = <T>(value: T): T => {
  if (typeof value === "string") charge(value.length);
  else if (typeof value === "object" && value !== null) {
    const { length } = Object.keys(value);
    charge(length);
    allocate(16 * length);
  }
  return value;
};

/** What a catch clause caught, without the engine's words; unless the call is used up. */
const c = (thrown: unknown): unknown => {
  if (isExhausted()) exhaust();
  guardThrown(thrown);
  return caught(thrown);
};

/** What the length of an array, or of anything else, is set to. */
const n = <T>(target: unknown, value: T): T => {
  checkPut(target, "length", value);
  return value;
};

/** What a property named prototype is set to. */
const t = <T>(_target: unknown, value: T): T => boundedPrototype(value);

/** What a class extends, or an object's literal has as its prototype. */
const o = <T>(value: T): T => boundedPrototype(value);

/** A key that is found when the text runs, to set a property by. */
const q = (key: unknown): PropertyKey => {
  const isName = typeof key === "string" || typeof key === "number" || typeof key === "symbol";
  const name = isName ? key : String(key);
  if (name === "length" || name === "prototype")
    throw new TypeError(`a property named ${name} is set by its name`);
  return name;
};

/** All helpers, by name. */
export const HELPERS: Readonly<Record<string, unknown>> = Object.freeze({
  m: meter,
  x: exhaust,
  b,
  c,
  e,
  g,
  i,
  k,
  l,
  n,
  o,
  p,
  pow,
  q,
  r: makeRegExp,
  s,
  shl,
  shr,
  t,
  u: keepValue,
  v: guardChange,
  w: guardWrite,
  y: keep,
  z: guardThrown,
});
