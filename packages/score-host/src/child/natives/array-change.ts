/** The methods of arrays that copy or move elements: charged for those that they touch. */
import { allocate, enter, leave } from "../meter.ts";
import { guardChange } from "../seal.ts";
import { alike, callable, integerOf, isPlain, type List, lengthOf, positionOf, put } from "./array.ts";
import {
  ARRAY_LENGTH_MAX,
  boundedLength,
  elementsOf,
  isObject,
  NATIVE_FRAME,
  NESTING_MAX,
} from "./limits.ts";

const { apply } = Reflect;
const { isArray } = Array;
const native = {
  copyWithin: Array.prototype.copyWithin,
  fill: Array.prototype.fill,
  push: Array.prototype.push,
  reverse: Array.prototype.reverse,
  shift: Array.prototype.shift,
  toReversed: Array.prototype.toReversed,
  toSpliced: Array.prototype.toSpliced,
  unshift: Array.prototype.unshift,
  with: Array.prototype.with,
};

type Visit = (this: unknown, value: unknown, index: number, list: List) => unknown;

export const arrayChange = {
  push(this: List, ...items: unknown[]): number {
    guardChange(this);
    // The one method that is called in every loop: its receiver's length does not matter to it.
    if (!isArray(this)) return lengthOf(this);
    allocate(8 * items.length);
    boundedLength(this.length + items.length);
    return apply(native.push, this, items);
  },

  unshift(this: List, ...items: unknown[]): number {
    guardChange(this);
    boundedLength(lengthOf(this) + items.length);
    allocate(8 * items.length);
    return apply(native.unshift, this, items);
  },

  shift(this: List): unknown {
    guardChange(this);
    lengthOf(this);
    return apply(native.shift, this, []);
  },

  reverse(this: List): List {
    guardChange(this);
    lengthOf(this);
    return apply(native.reverse, this, []);
  },

  toReversed(this: List): List {
    allocate(16 + 8 * lengthOf(this));
    return apply(native.toReversed, this, []);
  },

  fill(this: List, ...rest: unknown[]): List {
    guardChange(this);
    allocate(8 * lengthOf(this));
    return apply(native.fill, this, rest as [unknown]);
  },

  copyWithin(this: List, ...rest: unknown[]): List {
    guardChange(this);
    allocate(8 * lengthOf(this));
    return apply(native.copyWithin, this, rest as [number, number]);
  },

  with(this: List, ...rest: unknown[]): List {
    allocate(16 + 8 * lengthOf(this));
    return apply(native.with, this, rest as [number, unknown]);
  },

  splice(this: List, ...rest: unknown[]): List {
    guardChange(this);
    const length = lengthOf(this);
    const start = positionOf(rest[0], length, 0);
    const asked = rest.length === 0 ? 0 : rest.length === 1 ? length : integerOf(rest[1]);
    const removed = asked < 0 ? 0 : asked > length - start ? length - start : asked;
    const added = rest.length > 2 ? rest.length - 2 : 0;
    boundedLength(length - removed + added);
    allocate(8 * added);
    const taken = alike(this, removed);
    for (let index = 0; index < removed; index++)
      if (start + index in this) put(taken, index, this[start + index]);
    taken.length = removed;
    if (added < removed) {
      for (let from = start + removed; from < length; from++) move(this, from, from - removed + added);
      this.length = length - removed + added;
    }
    if (added > removed)
      for (let from = length - 1; from >= start + removed; from--) move(this, from, from - removed + added);
    for (let index = 0; index < added; index++) this[start + index] = rest[index + 2];
    this.length = length - removed + added;
    return taken;
  },

  toSpliced(this: List, ...rest: unknown[]): List {
    const length = boundedLength(lengthOf(this) + rest.length);
    allocate(16 + 8 * length);
    return apply(native.toSpliced, this, rest as [number, number]);
  },

  /** Takes what is like an array as well: `slice.call(arguments)` is how old programs copy their arguments. */
  slice(this: List, from?: unknown, to?: unknown): List {
    const list = isArray(this) ? this : elementsOf(this, ARRAY_LENGTH_MAX);
    const length = lengthOf(list);
    const start = positionOf(from, length, 0);
    const end = positionOf(to, length, length);
    const count = end > start ? end - start : 0;
    const copy = alike(list, count);
    const plain = isPlain(copy);
    for (let index = 0; index < count; index++) {
      const value = list[start + index];
      if (value === undefined && !(start + index in list)) continue;
      if (plain) copy[index] = value;
      else put(copy, index, value);
    }
    copy.length = count;
    return copy;
  },

  concat(this: List, ...items: unknown[]): List {
    lengthOf(this);
    const joined = alike(this, 0);
    let count = append(joined, 0, this);
    for (let index = 0; index < items.length; index++) count = append(joined, count, items[index]);
    joined.length = count;
    return joined;
  },

  flat(this: List, depth?: unknown): List {
    const levels = depth === undefined ? 1 : integerOf(depth);
    if (!isArray(this)) lengthOf(this);
    const target = alike(this, 0);
    flatten(target, 0, this, levels, 0);
    return target;
  },

  flatMap(this: List, visit: Visit, self?: unknown): List {
    const length = lengthOf(this);
    callable(visit);
    const target = alike(this, 0);
    let count = 0;
    enter(NATIVE_FRAME);
    try {
      for (let index = 0; index < length; index++) {
        const value = this[index];
        if (value === undefined && !(index in this)) continue;
        const mapped = apply(visit, self, [value, index, this]);
        count = isArray(mapped) ? flatten(target, count, mapped, 0, 0) : add(target, count, mapped);
      }
    } finally {
      leave(NATIVE_FRAME);
    }
    return target;
  },
};

/** Moves an element, or the hole that is in its place. @throws TypeError where the array does not let it */
const move = (list: List, from: number, to: number): void => {
  const value = list[from];
  if (value !== undefined || from in list) list[to] = value;
  else delete list[to];
};

const add = (target: List, count: number, value: unknown): number => {
  allocate(8);
  boundedLength(count + 1);
  put(target, count, value);
  return count + 1;
};

/** Appends a value, or the elements of one that is spread, and returns the new count. Holes stay holes. */
const append = (target: List, count: number, item: unknown): number => {
  if (!isSpreadable(item)) return add(target, count, item);
  const list = isArray(item) ? item : elementsOf(item, ARRAY_LENGTH_MAX);
  const length = lengthOf(list);
  boundedLength(count + length);
  allocate(8 * length);
  const plain = isPlain(target);
  for (let index = 0; index < length; index++) {
    const value = list[index];
    if (value === undefined && !(index in list)) continue;
    if (plain) target[count + index] = value;
    else put(target, count + index, value);
  }
  return count + length;
};

const isSpreadable = (item: unknown): boolean => {
  if (!isObject(item)) return false;
  const spreadable = (item as { [Symbol.isConcatSpreadable]?: unknown })[Symbol.isConcatSpreadable];
  return spreadable === undefined ? isArray(item) : Boolean(spreadable);
};

/** Appends the elements of a list, opening arrays in it `levels` deep, and returns the new count. */
const flatten = (target: List, start: number, list: List, levels: number, depth: number): number => {
  if (depth > NESTING_MAX) throw new RangeError(`flat opens at most ${NESTING_MAX} levels`);
  const length = lengthOf(list);
  let count = start;
  enter(NATIVE_FRAME);
  try {
    for (let index = 0; index < length; index++) {
      const value = list[index];
      if (value === undefined && !(index in list)) continue;
      count =
        levels > 0 && isArray(value)
          ? flatten(target, count, value, levels - 1, depth + 1)
          : add(target, count, value);
    }
  } finally {
    leave(NATIVE_FRAME);
  }
  return count;
};
