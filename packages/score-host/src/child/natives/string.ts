/**
 * The methods of texts, charged by the lengths of what they read and make. Patterns and the case of letters are in
 * modules of their own.
 */
import { TEXT_CHARS_MAX } from "../../bounds.ts";
import { allocate, charge, enter, leave } from "../meter.ts";
import { integerOf } from "./array.ts";
import { boundedText, elementsOf, isMetered, isObject, NATIVE_FRAME } from "./limits.ts";
import { replaceConstructor, replaceMethods } from "./replace.ts";

const { apply, construct } = Reflect;
const { floor } = Math;
const { prototype } = String;
const NativeString = String;
const native = {
  endsWith: prototype.endsWith,
  fromCharCode: String.fromCharCode,
  fromCodePoint: String.fromCodePoint,
  includes: prototype.includes,
  indexOf: prototype.indexOf,
  isWellFormed: (prototype as unknown as { isWellFormed: () => boolean }).isWellFormed,
  lastIndexOf: prototype.lastIndexOf,
  padEnd: prototype.padEnd,
  padStart: prototype.padStart,
  repeat: prototype.repeat,
  slice: prototype.slice,
  startsWith: prototype.startsWith,
  substr: prototype.substr,
  substring: prototype.substring,
  toWellFormed: (prototype as unknown as { toWellFormed: () => string }).toWellFormed,
  trim: prototype.trim,
  trimEnd: prototype.trimEnd,
  trimStart: prototype.trimStart,
};

/** Replaces the methods of texts and of the global `String`, and the latter itself. */
export const installString = (): void => {
  replaceConstructor("String", function (this: unknown, ...args: unknown[]): unknown {
    if (new.target !== undefined) return construct(NativeString, args, new.target);
    return args.length === 0 ? "" : boundedText(NativeString(args[0]));
  });
  replaceMethods(String, stringStatics);
  replaceMethods(prototype, stringMethods);
  // One function under two names, each.
  const twin = (name: string, of: unknown): void => {
    Object.defineProperty(prototype, name, { value: of });
  };
  twin("trimLeft", prototype.trimStart);
  twin("trimRight", prototype.trimEnd);
};

const stringStatics = {
  fromCharCode(...codes: number[]): string {
    charge(codes.length);
    return boundedText(apply(native.fromCharCode, undefined, codes));
  },

  fromCodePoint(...codes: number[]): string {
    charge(codes.length);
    return boundedText(apply(native.fromCodePoint, undefined, codes));
  },

  raw(template: { readonly raw: unknown }, ...values: unknown[]): string {
    const parts = elementsOf(Object(template.raw), TEXT_CHARS_MAX);
    let text = "";
    for (let index = 0; index < parts.length; index++) {
      text += coerced(parts[index]);
      if (index + 1 < parts.length && index < values.length) text += coerced(values[index]);
      if (text.length > TEXT_CHARS_MAX && isMetered()) break;
    }
    return boundedText(text);
  },
};

const stringMethods = {
  concat(this: unknown, ...others: unknown[]): string {
    let text = textOf(this);
    for (let index = 0; index < others.length; index++) {
      text += coerced(others[index]);
      if (text.length > TEXT_CHARS_MAX && isMetered()) break;
    }
    return boundedText(text);
  },

  endsWith(this: unknown, sought: unknown, end?: unknown): boolean {
    const text = textOf(this);
    const part = plainText(sought);
    charge(part.length >> 5);
    return apply(native.endsWith, text, [part, end as number]);
  },

  includes(this: unknown, sought: unknown, from?: unknown): boolean {
    const text = textOf(this);
    const part = plainText(sought);
    chargeSearch(text, part);
    return apply(native.includes, text, [part, from as number]);
  },

  indexOf(this: unknown, sought: unknown, from?: unknown): number {
    const text = textOf(this);
    const part = coerced(sought);
    chargeSearch(text, part);
    return apply(native.indexOf, text, [part, from as number]);
  },

  isWellFormed(this: unknown): boolean {
    const text = textOf(this);
    charge(text.length >> 5);
    return apply(native.isWellFormed, text, []);
  },

  lastIndexOf(this: unknown, sought: unknown, from?: unknown): number {
    const text = textOf(this);
    const part = coerced(sought);
    chargeSearch(text, part);
    return apply(native.lastIndexOf, text, [part, from as number]);
  },

  padEnd(this: unknown, length: unknown, filler?: unknown): string {
    return padded(native.padEnd, textOf(this), integerOf(length), filler);
  },

  padStart(this: unknown, length: unknown, filler?: unknown): string {
    return padded(native.padStart, textOf(this), integerOf(length), filler);
  },

  repeat(this: unknown, count: unknown): string {
    const text = textOf(this);
    const times = integerOf(count);
    if (times < 0 || times === Number.POSITIVE_INFINITY)
      throw new RangeError("a text is repeated a number of times from zero on");
    chargeText(text.length * times);
    return text === "" ? "" : apply(native.repeat, text, [times]);
  },

  slice(this: unknown, from?: unknown, to?: unknown): string {
    return boundedText(apply(native.slice, textOf(this), [from as number, to as number]));
  },

  startsWith(this: unknown, sought: unknown, from?: unknown): boolean {
    const text = textOf(this);
    const part = plainText(sought);
    charge(part.length >> 5);
    return apply(native.startsWith, text, [part, from as number]);
  },

  substr(this: unknown, from?: unknown, length?: unknown): string {
    return boundedText(apply(native.substr, textOf(this), [from as number, length as number]));
  },

  substring(this: unknown, from?: unknown, to?: unknown): string {
    return boundedText(apply(native.substring, textOf(this), [from as number, to as number]));
  },

  toWellFormed(this: unknown): string {
    return boundedText(apply(native.toWellFormed, textOf(this), []));
  },

  trim(this: unknown): string {
    return trimmed(native.trim, textOf(this));
  },

  trimEnd(this: unknown): string {
    return trimmed(native.trimEnd, textOf(this));
  },

  trimStart(this: unknown): string {
    return trimmed(native.trimStart, textOf(this));
  },
};

/** Returns a value as a text, which may run the contract's code. */
const coerced = (value: unknown): string => {
  if (!isObject(value)) return `${value as string}`;
  enter(NATIVE_FRAME);
  try {
    return `${value as unknown as string}`;
  } finally {
    leave(NATIVE_FRAME);
  }
};

/** Returns the text of a method's receiver. @throws TypeError */
const textOf = (receiver: unknown): string => {
  if (typeof receiver === "string") return receiver;
  if (receiver === undefined || receiver === null)
    throw new TypeError("a method of texts was called on nothing");
  return coerced(receiver);
};

/** Returns the text of what is looked for, which a pattern is not. @throws TypeError */
const plainText = (sought: unknown): string => {
  if (typeof sought === "string") return sought;
  if (isObject(sought) && (sought as { [Symbol.match]?: unknown })[Symbol.match])
    throw new TypeError("this method looks for a text and not for a pattern");
  return coerced(sought);
};

// Engines search faster than that, but none promises to for every text.
const chargeSearch = (text: string, part: string): void =>
  charge((text.length >> 3) + floor((text.length * part.length) / 64));

/** Charges a text of a length that is known before it is made. @throws Exhausted */
const chargeText = (length: number): void => {
  charge(floor(length / 32));
  allocate(length > TEXT_CHARS_MAX && isMetered() ? Number.MAX_VALUE : 2 * length);
};

const padded = (pad: typeof native.padEnd, text: string, length: number, filler: unknown): string => {
  if (length <= text.length) return text;
  const piece = filler === undefined ? " " : coerced(filler);
  if (piece === "") return text;
  chargeText(length);
  return apply(pad, text, [length, piece]);
};

const trimmed = (trim: typeof native.trim, text: string): string => {
  charge(text.length >> 3);
  return boundedText(apply(trim, text, []));
};
