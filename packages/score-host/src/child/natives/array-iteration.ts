/**
 * The methods of arrays that call a function for each element, as loops. They visit what ECMAScript says, holes left out
 * where it says so. Each counts as a frame of the stack, since the function may call such a method again.
 */
import { enter, leave } from "../meter.ts";
import { alike, callable, isPlain, type List, lengthOf, put } from "./array.ts";
import { NATIVE_FRAME } from "./limits.ts";

const { apply } = Reflect;

type Visit = (this: unknown, value: unknown, index: number, list: List) => unknown;
type Fold = (accumulator: unknown, value: unknown, index: number, list: List) => unknown;

export const arrayIteration = {
  forEach(this: List, visit: Visit, self?: unknown): void {
    const length = lengthOf(this);
    callable(visit);
    enter(NATIVE_FRAME);
    try {
      for (let index = 0; index < length; index++) {
        const value = this[index];
        if (value !== undefined || index in this) apply(visit, self, [value, index, this]);
      }
    } finally {
      leave(NATIVE_FRAME);
    }
  },

  map(this: List, visit: Visit, self?: unknown): List {
    const length = lengthOf(this);
    callable(visit);
    const mapped = alike(this, length);
    const plain = isPlain(mapped);
    enter(NATIVE_FRAME);
    try {
      for (let index = 0; index < length; index++) {
        const value = this[index];
        if (value === undefined && !(index in this)) continue;
        const result = apply(visit, self, [value, index, this]);
        if (plain) mapped[index] = result;
        else put(mapped, index, result);
      }
    } finally {
      leave(NATIVE_FRAME);
    }
    return mapped;
  },

  filter(this: List, visit: Visit, self?: unknown): List {
    const length = lengthOf(this);
    callable(visit);
    const kept = alike(this, 0);
    let count = 0;
    enter(NATIVE_FRAME);
    try {
      for (let index = 0; index < length; index++) {
        const value = this[index];
        if ((value !== undefined || index in this) && apply(visit, self, [value, index, this]))
          put(kept, count++, value);
      }
    } finally {
      leave(NATIVE_FRAME);
    }
    return kept;
  },

  every(this: List, visit: Visit, self?: unknown): boolean {
    const length = lengthOf(this);
    callable(visit);
    enter(NATIVE_FRAME);
    try {
      for (let index = 0; index < length; index++) {
        const value = this[index];
        if ((value !== undefined || index in this) && !apply(visit, self, [value, index, this])) return false;
      }
    } finally {
      leave(NATIVE_FRAME);
    }
    return true;
  },

  some(this: List, visit: Visit, self?: unknown): boolean {
    const length = lengthOf(this);
    callable(visit);
    enter(NATIVE_FRAME);
    try {
      for (let index = 0; index < length; index++) {
        const value = this[index];
        if ((value !== undefined || index in this) && apply(visit, self, [value, index, this])) return true;
      }
    } finally {
      leave(NATIVE_FRAME);
    }
    return false;
  },

  find(this: List, visit: Visit, self?: unknown): unknown {
    return first(this, visit, self).value;
  },

  findIndex(this: List, visit: Visit, self?: unknown): number {
    return first(this, visit, self).index;
  },

  findLast(this: List, visit: Visit, self?: unknown): unknown {
    return last(this, visit, self).value;
  },

  findLastIndex(this: List, visit: Visit, self?: unknown): number {
    return last(this, visit, self).index;
  },

  reduce(this: List, fold: Fold, ...initial: unknown[]): unknown {
    const length = lengthOf(this);
    callable(fold);
    let index = 0;
    let accumulator = initial[0];
    if (initial.length === 0) {
      while (index < length && !(index in this)) index++;
      if (index >= length) throw new TypeError(NOTHING_TO_REDUCE);
      accumulator = this[index++];
    }
    enter(NATIVE_FRAME);
    try {
      for (; index < length; index++) {
        const value = this[index];
        if (value !== undefined || index in this) accumulator = fold(accumulator, value, index, this);
      }
    } finally {
      leave(NATIVE_FRAME);
    }
    return accumulator;
  },

  reduceRight(this: List, fold: Fold, ...initial: unknown[]): unknown {
    let index = lengthOf(this) - 1;
    callable(fold);
    let accumulator = initial[0];
    if (initial.length === 0) {
      while (index >= 0 && !(index in this)) index--;
      if (index < 0) throw new TypeError(NOTHING_TO_REDUCE);
      accumulator = this[index--];
    }
    enter(NATIVE_FRAME);
    try {
      for (; index >= 0; index--) {
        const value = this[index];
        if (value !== undefined || index in this) accumulator = fold(accumulator, value, index, this);
      }
    } finally {
      leave(NATIVE_FRAME);
    }
    return accumulator;
  },
};

const NOTHING_TO_REDUCE = "an empty array without an initial value has nothing to reduce";

type Found = { readonly index: number; readonly value: unknown };
const NOT_FOUND: Found = { index: -1, value: undefined };

const first = (list: List, visit: Visit, self: unknown): Found => {
  const length = lengthOf(list);
  callable(visit);
  enter(NATIVE_FRAME);
  try {
    for (let index = 0; index < length; index++) {
      const value = list[index];
      if (apply(visit, self, [value, index, list])) return { index, value };
    }
  } finally {
    leave(NATIVE_FRAME);
  }
  return NOT_FOUND;
};

const last = (list: List, visit: Visit, self: unknown): Found => {
  const length = lengthOf(list);
  callable(visit);
  enter(NATIVE_FRAME);
  try {
    for (let index = length - 1; index >= 0; index--) {
      const value = list[index];
      if (apply(visit, self, [value, index, list])) return { index, value };
    }
  } finally {
    leave(NATIVE_FRAME);
  }
  return NOT_FOUND;
};
