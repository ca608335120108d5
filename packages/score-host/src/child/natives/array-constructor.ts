import { allocate, charge, enter, leave } from "../meter.ts";
import { guardChange } from "../seal.ts";
import { callable, type List, put } from "./array.ts";
import { boundedLength, isObject, lengthOfLike, NATIVE_FRAME } from "./limits.ts";
import { replaceConstructor, replaceMethods } from "./replace.ts";

const NativeArray = Array;
const { apply, construct } = Reflect;

type Constructor = new (...args: unknown[]) => List;
type Visit = (this: unknown, value: unknown, index: number) => unknown;

/** Replaces the global `Array`: one with a length takes its memory at once. */
export const installArrayConstructor = (): void => {
  replaceConstructor("Array", function (this: unknown, ...args: unknown[]): List {
    const [length] = args;
    const reserved = args.length === 1 && typeof length === "number" ? boundedLength(length) : args.length;
    // The native's refusal of a bad length is the engine's; charging it first would be of no meaning.
    if (reserved > 0) {
      charge(reserved >> 3);
      allocate(8 * reserved);
    }
    return new.target === undefined ? construct(NativeArray, args) : construct(NativeArray, args, new.target);
  });
  replaceMethods(Array, arrayStatics);
};

const arrayStatics = {
  of(this: unknown, ...items: unknown[]): List {
    charge(items.length);
    const list = made(this, items.length);
    for (let index = 0; index < items.length; index++) put(list, index, items[index]);
    list.length = items.length;
    return list;
  },

  from(this: unknown, items: unknown, visit?: Visit, self?: unknown): List {
    if (visit !== undefined) callable(visit);
    if (items === undefined || items === null) throw new TypeError("Array.from needs something to read");
    const iterate = (items as Partial<Iterable<unknown>>)[Symbol.iterator] ?? undefined;
    enter(NATIVE_FRAME);
    try {
      return iterate === undefined
        ? fromLike(this, items, visit, self)
        : fromIterator(this, apply(callable(iterate), items, []), visit, self);
    } finally {
      leave(NATIVE_FRAME);
    }
  },
};

const fromIterator = (
  maker: unknown,
  iterator: Iterator<unknown>,
  visit: Visit | undefined,
  self: unknown,
) => {
  const list = made(maker);
  let count = 0;
  // The iterator is asked for by hand, as ECMAScript orders it; the loop closes it if anything throws.
  for (const item of { [Symbol.iterator]: () => iterator }) {
    charge(1);
    allocate(8);
    boundedLength(count + 1);
    put(list, count, visit === undefined ? item : apply(visit, self, [item, count]));
    count++;
  }
  list.length = count;
  return list;
};

const fromLike = (maker: unknown, items: unknown, visit: Visit | undefined, self: unknown): List => {
  const source = items as Record<number, unknown>;
  const length = boundedLength(isObject(items) ? lengthOfLike(items) : 0);
  charge(length);
  allocate(8 * length);
  const list = made(maker, length);
  for (let index = 0; index < length; index++) {
    const item = source[index];
    put(list, index, visit === undefined ? item : apply(visit, self, [item, index]));
  }
  list.length = length;
  return list;
};

const made = (maker: unknown, ...args: unknown[]): List => {
  if (maker === Array) return [];
  // Arrow functions and methods make nothing; an array takes their place.
  return isConstructor(maker) ? guardChange(construct(maker, args)) : [];
};

const isConstructor = (value: unknown): value is Constructor => {
  if (typeof value !== "function") return false;
  try {
    construct(Object, [], value);
    return true;
  } catch {
    return false;
  }
};
