/**
 * Canonical JSON (@dure/score's rules: encodeJson says them) as the host writes what a contract hands over. It counts as it
 * goes, so that a value whose parts stand in it many times cannot be larger than its bound, and calls nothing that the
 * contract made.
 */
import { JSON_DEPTH_MAX, JsonError } from "@dure/score";
import { closeError } from "./closed-error.ts";
import { charge } from "./meter.ts";
import {
  append,
  codeUnit,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isArray,
  isFiniteNumber,
  matches,
  ownKeys,
  quote,
  sortTexts,
} from "./pristine.ts";

// The host's own copy of this package: contracts carry another.
closeError(JsonError);

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON escapes
const SPECIAL = /["\\\u0000-\u001f\uD800-\uDFFF]/;
const SURROGATE = /[\uD800-\uDFFF]/;
const LONE_SURROGATE = /\p{Cs}/u;
const OBJECT = Object.prototype;

type Path = (string | number)[];

/** What is being written: how much of its bound is left, and the objects around the present place. */
type Writing = { left: number; readonly path: Path; readonly ancestors: object[]; readonly charsMax: number };

/** Returns the canonical text of a value. Costs a step per part. @throws JsonError; Exhausted */
export const canonical = (value: unknown, charsMax: number): string => {
  if (typeof value === "string") return text(value, { left: charsMax, path: [], ancestors: [], charsMax });
  return write(value, { left: charsMax, path: [], ancestors: [], charsMax });
};

const at = (path: Path): string => {
  let place = "$";
  for (const step of path) place += typeof step === "number" ? `[${step}]` : `.${step}`;
  return place;
};

const refuse = (reason: string, { path }: Writing): never => {
  throw new JsonError(reason, at(path));
};

const spend = (chars: number, writing: Writing): void => {
  writing.left -= chars;
  if (writing.left < 0) throw new JsonError(`has more than ${writing.charsMax} characters as JSON`, "$");
};

const isWellFormed = (value: string): boolean =>
  !matches(SURROGATE, value) || !matches(LONE_SURROGATE, value);

/** Texts up to here are looked through by hand, which is faster than asking a pattern. */
const SHORT = 48;

/** Whether a text is its own JSON, but for the quotation marks. */
const isPlain = (value: string): boolean => {
  const { length } = value;
  if (length > SHORT) return !matches(SPECIAL, value);
  for (let index = 0; index < length; index++) {
    const unit = codeUnit(value, index);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit < 0xe000)) return false;
  }
  return true;
};

const text = (value: string, writing: Writing): string => {
  spend(value.length + 2, writing);
  if (value.length > 64) charge(value.length >> 5);
  if (isPlain(value)) return `"${value}"`;
  if (!isWellFormed(value)) refuse("holds a lone surrogate, which has no UTF-8 form", writing);
  return quote(value);
};

const write = (value: unknown, writing: Writing): string => {
  charge(2);
  switch (typeof value) {
    case "string":
      return text(value, writing);
    case "number":
      if (!isFiniteNumber(value)) refuse(`is ${value}, which JSON cannot carry`, writing);
      if (value === 0 && 1 / value < 0) refuse("is -0, which would read back as 0", writing);
      spend(1, writing);
      return `${value}`;
    case "boolean":
      spend(4, writing);
      return value ? "true" : "false";
    case "bigint":
      return refuse("is a BigInt; store amountText(value), a string of digits", writing);
    case "object":
      spend(2, writing);
      return value === null ? "null" : object(value, writing);
    default:
      return refuse(`is ${typeof value}, which JSON cannot carry`, writing);
  }
};

const object = (value: object, writing: Writing): string => {
  const { ancestors } = writing;
  for (let index = 0; index < ancestors.length; index++)
    if (ancestors[index] === value) refuse("is a cycle", writing);
  if (ancestors.length >= JSON_DEPTH_MAX) refuse(`nests beyond ${JSON_DEPTH_MAX}`, writing);
  append(ancestors, value);
  const written = isArray(value) ? array(value, writing) : record(value, writing);
  ancestors.length -= 1;
  return written;
};

const array = (value: readonly unknown[], writing: Writing): string => {
  const { length } = value;
  charge(length);
  // One key per element and `length`: a hole makes it fewer, a named property makes it more.
  if (ownKeys(value).length !== length + 1) refuse("is an array with holes or extra properties", writing);
  const { path } = writing;
  const depth = path.length;
  let written = "[";
  for (let index = 0; index < length; index++) {
    if (index === 0) append(path, index);
    else path[depth] = index;
    const item = write(dataProperty(value, `${index}`, writing), writing);
    written += index === 0 ? item : `,${item}`;
  }
  path.length = depth;
  return `${written}]`;
};

/** Up to so many keys are put in order by hand, which is faster than to ask the engine. */
const FEW = 12;

const sorted = (keys: string[]): void => {
  if (keys.length > FEW) sortTexts(keys);
  else
    for (let index = 1; index < keys.length; index++) {
      const key = keys[index] as string;
      let to = index;
      for (; to > 0 && (keys[to - 1] as string) > key; to--) keys[to] = keys[to - 1] as string;
      keys[to] = key;
    }
};

const record = (value: object, writing: Writing): string => {
  const prototype = getPrototypeOf(value);
  if (prototype !== OBJECT && prototype !== null) refuse("is not a plain object", writing);
  const keys = ownKeys(value) as string[];
  charge(keys.length);
  let isSorted = true;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as unknown;
    if (typeof key === "symbol") refuse("has a symbol key", writing);
    if (key === "__proto__") refuse("has a key __proto__", writing);
    if (index > 0 && (keys[index - 1] as string) > (key as string)) isSorted = false;
  }
  if (!isSorted) sorted(keys);
  const { path } = writing;
  const depth = path.length;
  let written = "{";
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    if (index === 0) append(path, key);
    else path[depth] = key;
    const item = `${text(key, writing)}:${write(dataProperty(value, key, writing), writing)}`;
    written += index === 0 ? item : `,${item}`;
  }
  path.length = depth;
  return `${written}}`;
};

// Reading through the descriptor, never by `value[key]`, keeps a getter from running inside the encoder.
const dataProperty = (value: object, key: string, writing: Writing): unknown => {
  const descriptor = getOwnPropertyDescriptor(value, key);
  if (descriptor === undefined || !("value" in descriptor))
    return refuse("is an accessor or a hole", writing);
  if (!descriptor.enumerable) return refuse("is a hidden property", writing);
  return descriptor.value;
};
