import { TEXT_CHARS_MAX } from "../../bounds.ts";
import { charge, enter, leave } from "../meter.ts";
import { integerOf } from "./array.ts";
import {
  ARRAY_LENGTH_MAX,
  boundedText,
  elementsOf,
  isMetered,
  isObject,
  NATIVE_FRAME,
  NESTING_MAX,
} from "./limits.ts";
import { replaceMethods } from "./replace.ts";

const { stringify } = JSON;
const { isArray } = Array;
const { keys: keysOf, create } = Object;
const { apply } = Reflect;
const { repeat, slice } = String.prototype;
const { isFinite: isFiniteNumber } = Number;
const NativeNumber = Number;
const NativeString = String;
const slots = {
  bigint: BigInt.prototype.valueOf,
  boolean: Boolean.prototype.valueOf,
  number: Number.prototype.valueOf,
  string: String.prototype.valueOf,
} as const;

type Holder = Record<PropertyKey, unknown>;
type Replacer = (this: unknown, key: string, value: unknown) => unknown;

/** One call of stringify: how it was asked to write, and what it is writing. */
type Writing = {
  readonly replacer: Replacer | undefined;
  /** The keys that objects are written with, in order; absent: their own. */
  readonly keys: readonly string[] | undefined;
  /** What a level is indented by. */
  readonly gap: string;
  /** The objects that are being written, outermost first. */
  readonly open: object[];
  depth: number;
  /** How many characters have been written. */
  chars: number;
};

/**
 * Replaces `JSON.stringify` by one that is written out here: the native would write what is shared as often as it is
 * met, and could not be counted on the way. It refuses to nest beyond NESTING_MAX.
 */
export const installJsonStringify = (): void =>
  replaceMethods(JSON, {
    stringify(value: unknown, replacer?: unknown, space?: unknown): string | undefined {
      if (!isMetered() && replacer === undefined) return stringify(value, undefined, space as string);
      const writing: Writing = {
        replacer: typeof replacer === "function" ? (replacer as Replacer) : undefined,
        keys: isArray(replacer) ? keyList(replacer) : undefined,
        gap: gapOf(space),
        open: [],
        depth: 0,
        chars: 0,
      };
      const text = write({ "": value }, "", value, writing, "");
      return text === undefined ? undefined : boundedText(text);
    },
  });

const keyList = (replacer: unknown[]): readonly string[] => {
  const seen = create(null) as Record<string, true>;
  const keys: string[] = [];
  const list = elementsOf(replacer, ARRAY_LENGTH_MAX);
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    const isKey =
      typeof item === "string" || typeof item === "number" || has("number", item) || has("string", item);
    if (!isKey) continue;
    const key = NativeString(item);
    if (!seen[key]) keys[keys.length] = key;
    seen[key] = true;
  }
  return keys;
};

const gapOf = (space: unknown): string => {
  const plain = has("number", space)
    ? NativeNumber(space as number)
    : has("string", space)
      ? NativeString(space)
      : space;
  if (typeof plain === "number") {
    const count = integerOf(plain);
    return apply(repeat, " ", [count < 0 ? 0 : count > 10 ? 10 : count]);
  }
  return typeof plain === "string" ? apply(slice, plain, [0, 10]) : "";
};

/** Whether a value is an object that wraps a primitive of that type, whatever it claims to be. */
const has = (type: keyof typeof slots, value: unknown): boolean => {
  if (typeof value !== "object" || value === null || isArray(value)) return false;
  try {
    apply(slots[type], value, []);
    return true;
  } catch {
    return false;
  }
};

/** Returns the text of a property, or undefined for what JSON leaves out. */
const write = (
  holder: object,
  key: string,
  property: unknown,
  writing: Writing,
  indent: string,
): string | undefined => {
  charge(2);
  let value = property;
  if (isObject(value) || typeof value === "bigint") {
    const convert = (value as { toJSON?: unknown }).toJSON;
    if (typeof convert === "function") value = called(convert as Replacer, value, [key]);
  }
  if (writing.replacer !== undefined) value = called(writing.replacer, holder, [key, value]);
  if (isObject(value) && typeof value !== "function") {
    if (isArray(value)) return writeArray(value, writing, indent);
    if (isRecord(value)) return writeRecord(value as Holder, writing, indent);
    value = unwrapped(value);
  }
  switch (typeof value) {
    case "string":
      charge(value.length >> 3);
      return counted(stringify(value), writing);
    case "number":
      return counted(isFiniteNumber(value) ? `${value}` : "null", writing);
    case "boolean":
      return counted(value ? "true" : "false", writing);
    case "bigint":
      throw new TypeError("a BigInt has no JSON");
    case "object":
      return value === null ? counted("null", writing) : writeRecord(value as Holder, writing, indent);
    default:
      return undefined;
  }
};

const { getPrototypeOf } = Object;
const recordPrototype = Object.prototype;

/** Whether it is plain at a glance, which spares most objects the look for a primitive in them. */
const isRecord = (value: object): boolean => {
  const prototype: unknown = getPrototypeOf(value);
  return prototype === recordPrototype && value.constructor === Object;
};

const unwrapped = (value: object): unknown => {
  if (has("number", value)) return NativeNumber(value);
  if (has("string", value)) return NativeString(value);
  if (has("boolean", value)) return apply(slots.boolean, value as unknown as boolean, []);
  if (has("bigint", value)) return apply(slots.bigint, value as unknown as bigint, []);
  return value;
};

const called = (run: Replacer, self: unknown, args: [string, unknown?]): unknown => {
  enter(NATIVE_FRAME);
  try {
    return apply(run, self, args as [string, unknown]);
  } finally {
    leave(NATIVE_FRAME);
  }
};

/** Returns a piece of the text, once it is certain that all pieces are not too long together. */
const counted = (piece: string, writing: Writing): string => {
  writing.chars += piece.length;
  return writing.chars > TEXT_CHARS_MAX && isMetered()
    ? boundedText(apply(repeat, " ", [TEXT_CHARS_MAX + 1]))
    : piece;
};

/** Begins an object: `close` must follow in a `finally`. @throws TypeError, RangeError */
const open = (value: object, writing: Writing): void => {
  for (let index = 0; index < writing.depth; index++)
    if (writing.open[index] === value) throw new TypeError("a cycle has no JSON");
  if (writing.depth >= NESTING_MAX && isMetered())
    throw new RangeError(`JSON that nests beyond ${NESTING_MAX}`);
  writing.open[writing.depth++] = value;
  enter(NATIVE_FRAME);
};

const close = (writing: Writing): void => {
  writing.depth--;
  leave(NATIVE_FRAME);
};

const writeArray = (list: unknown[], writing: Writing, indent: string): string => {
  open(list, writing);
  try {
    const inner = indent + writing.gap;
    const { length } = list;
    let text = "";
    for (let index = 0; index < length; index++) {
      text += separator(index === 0, inner, writing);
      text += write(list, `${index}`, list[index], writing, inner) ?? counted("null", writing);
    }
    return enclosed("[", text, "]", indent, writing);
  } finally {
    close(writing);
  }
};

const writeRecord = (record: Holder, writing: Writing, indent: string): string => {
  open(record, writing);
  try {
    const inner = indent + writing.gap;
    const keys = writing.keys ?? keysOf(record);
    charge(keys.length);
    let text = "";
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!;
      const value = write(record, key, record[key], writing, inner);
      if (value === undefined) continue;
      charge(key.length >> 3);
      text += separator(text === "", inner, writing);
      text += counted(stringify(key), writing);
      text += (writing.gap === "" ? ":" : ": ") + value;
    }
    return enclosed("{", text, "}", indent, writing);
  } finally {
    close(writing);
  }
};

const separator = (isFirst: boolean, indent: string, writing: Writing): string =>
  counted(writing.gap === "" ? (isFirst ? "" : ",") : `${isFirst ? "" : ","}\n${indent}`, writing);

const enclosed = (opening: string, text: string, closing: string, indent: string, writing: Writing): string =>
  opening + text + (text === "" || writing.gap === "" ? "" : counted(`\n${indent}`, writing)) + closing;
