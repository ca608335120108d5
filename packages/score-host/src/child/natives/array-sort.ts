/**
 * `sort` and `toSorted` as a stable merge sort of ours: which pairs are compared, and so what a comparator sees and what
 * an inconsistent one comes to, is fixed by this text and not by an engine.
 */
import { allocate, charge, enter, leave } from "../meter.ts";
import { guardChange } from "../seal.ts";
import { callable, type List, lengthOf } from "./array.ts";
import { NATIVE_FRAME } from "./limits.ts";

type Comparator = (a: unknown, b: unknown) => unknown;

const NativeNumber = Number;
const NativeString = String;
const NativeArray = Array;
const { deleteProperty } = Reflect;

export const arraySort = {
  sort(this: List, comparator?: Comparator): List {
    guardChange(this);
    if (comparator !== undefined) callable(comparator);
    const length = lengthOf(this);
    const values: List = [];
    let present = 0;
    let count = 0;
    for (let index = 0; index < length; index++) {
      const value = this[index];
      if (value === undefined && !(index in this)) continue;
      present++;
      if (value !== undefined) values[count++] = value;
    }
    const sorted = sortedBy(values, comparator);
    for (let index = 0; index < count; index++) this[index] = sorted[index];
    for (let index = count; index < present; index++) this[index] = undefined;
    for (let index = present; index < length; index++)
      if (index in this && !deleteProperty(this, index)) throw new TypeError("an element cannot be deleted");
    return this;
  },

  toSorted(this: List, comparator?: Comparator): List {
    if (comparator !== undefined) callable(comparator);
    const length = lengthOf(this);
    const values: List = [];
    let count = 0;
    for (let index = 0; index < length; index++) {
      const value = this[index];
      if (value !== undefined) values[count++] = value;
    }
    const sorted = sortedBy(values, comparator);
    for (let index = count; index < length; index++) sorted[index] = undefined;
    return sorted;
  },
};

const sortedBy = (values: List, comparator: Comparator | undefined): List => {
  allocate(16 * values.length);
  enter(NATIVE_FRAME);
  try {
    return comparator === undefined ? sortedAsTexts(values) : merged(values, comparator);
  } finally {
    leave(NATIVE_FRAME);
  }
};

/** A value with its text, made once: ECMAScript would ask for it at every comparison. */
type Keyed = { readonly text: string; readonly value: unknown };

const sortedAsTexts = (values: List): List => {
  let texts = 0;
  for (let index = 0; index < values.length; index++) if (typeof values[index] === "string") texts++;
  if (texts === values.length) return merged(values, compareTexts as Comparator);
  allocate(48 * values.length);
  const keyed: Keyed[] = [];
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    // A symbol has no text here, though String() would give it one.
    if (typeof value === "symbol") throw new TypeError("a symbol has no place among texts");
    keyed[index] = { text: NativeString(value), value };
  }
  const sorted = merged(keyed, (a, b) => compareTexts((a as Keyed).text, (b as Keyed).text));
  for (let index = 0; index < sorted.length; index++) sorted[index] = (sorted[index] as Keyed).value;
  return sorted;
};

const compareTexts = (a: string, b: string): number => {
  charge((a.length < b.length ? a.length : b.length) >> 5);
  return a < b ? -1 : a > b ? 1 : 0;
};

/** Below this many, inserting one by one is faster than merging. */
const RUN = 8;

/** Returns the values in order, in the array given or another of the same length. */
const merged = (values: List, comparator: Comparator): List => {
  const { length } = values;
  for (let start = 0; start < length; start += RUN)
    insertionSort(values, start, start + RUN < length ? start + RUN : length, comparator);
  let source = values;
  let target: List = length > RUN ? new NativeArray(length) : values;
  for (let width = RUN; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      const middle = start + width < length ? start + width : length;
      const end = start + 2 * width < length ? start + 2 * width : length;
      merge(source, target, start, middle, end, comparator);
    }
    [source, target] = [target, source];
  }
  return source;
};

const insertionSort = (values: List, start: number, end: number, comparator: Comparator): void => {
  for (let index = start + 1; index < end; index++) {
    const value = values[index];
    let at = index;
    for (; at > start && isAfter(values[at - 1], value, comparator); at--) values[at] = values[at - 1];
    values[at] = value;
  }
};

const merge = (
  source: List,
  target: List,
  start: number,
  middle: number,
  end: number,
  comparator: Comparator,
): void => {
  let left = start;
  let right = middle;
  for (let index = start; index < end; index++)
    target[index] =
      left < middle && (right >= end || !isAfter(source[left], source[right], comparator))
        ? source[left++]
        : source[right++];
};

const isAfter = (a: unknown, b: unknown, comparator: Comparator): boolean => {
  charge(2);
  const order = comparator(a, b);
  return (typeof order === "number" ? order : NativeNumber(order as number)) > 0;
};
