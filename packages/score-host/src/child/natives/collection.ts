/**
 * Maps and sets. What they hold is charged, and so is what a look-up may cost: engines find numbers by a hash without a
 * secret, so keys can be chosen that lie all in one place.
 */
import { allocate, charge, enter, leave } from "../meter.ts";
import { guardChange, keepValue } from "../seal.ts";
import { callable } from "./array.ts";
import { isObject, NATIVE_FRAME } from "./limits.ts";
import { replaceConstructor, replaceMethods } from "./replace.ts";

const { apply, construct } = Reflect;
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const NativeMap = Map;
const NativeSet = Set;
const NativeWeakMap = WeakMap;
const NativeWeakSet = WeakSet;

const sizeGetter = (prototype: object): (() => number) =>
  getOwnPropertyDescriptor(prototype, "size")?.get as () => number;

const map = {
  delete: Map.prototype.delete,
  entries: Map.prototype.entries,
  get: Map.prototype.get,
  has: Map.prototype.has,
  next: (getPrototypeOf(new Map().entries()) as Iterator<[unknown, unknown]>).next,
  set: Map.prototype.set,
  size: sizeGetter(Map.prototype),
};
const set = {
  add: Set.prototype.add,
  delete: Set.prototype.delete,
  has: Set.prototype.has,
  next: (getPrototypeOf(new Set().values()) as Iterator<unknown>).next,
  size: sizeGetter(Set.prototype),
  values: Set.prototype.values,
};
const weak = { add: WeakSet.prototype.add, set: WeakMap.prototype.set };

/** What an entry takes, and what a collection does that has none yet. */
const ENTRY_BYTES = 48;
const TABLE_BYTES = 176;

export const installCollection = (): void => {
  replaceMethods(NativeMap.prototype, mapMethods);
  replaceMethods(NativeSet.prototype, setMethods);
  replaceMethods(NativeWeakMap.prototype, {
    set(this: WeakMap<object, unknown>, key: object, value: unknown): unknown {
      guardChange(this);
      allocate(ENTRY_BYTES);
      return apply(weak.set, this, [key, keepValue(value)]);
    },
  });
  replaceMethods(NativeWeakSet.prototype, {
    add(this: WeakSet<object>, value: object): unknown {
      guardChange(this);
      allocate(ENTRY_BYTES);
      return apply(weak.add, this, [value]);
    },
  });
  replaceConstructor("Map", function (this: unknown, entries?: unknown): object {
    return putEntries(construct(NativeMap, [], constructing("Map", new.target)), entries);
  });
  replaceConstructor("WeakMap", function (this: unknown, entries?: unknown): object {
    return putEntries(construct(NativeWeakMap, [], constructing("WeakMap", new.target)), entries);
  });
  replaceConstructor("Set", function (this: unknown, values?: unknown): object {
    return addValues(construct(NativeSet, [], constructing("Set", new.target)), values);
  });
  replaceConstructor("WeakSet", function (this: unknown, values?: unknown): object {
    return addValues(construct(NativeWeakSet, [], constructing("WeakSet", new.target)), values);
  });
};

const constructing = <T>(name: string, target: T | undefined): T => {
  if (target === undefined) throw new TypeError(`${name} is made with new`);
  allocate(TABLE_BYTES);
  return target;
};

const putEntries = (made: object, entries: unknown): object => {
  if (entries === undefined || entries === null) return made;
  const put = callable((made as { set: (key: unknown, value: unknown) => unknown }).set);
  enter(NATIVE_FRAME);
  try {
    for (const entry of entries as Iterable<Record<number, unknown>>) {
      charge(1);
      if (!isObject(entry)) throw new TypeError("an entry must be an object with a key and a value");
      apply(put, made, [entry[0], entry[1]]);
    }
  } finally {
    leave(NATIVE_FRAME);
  }
  return made;
};

const addValues = (made: object, values: unknown): object => {
  if (values === undefined || values === null) return made;
  const add = callable((made as { add: (value: unknown) => unknown }).add);
  enter(NATIVE_FRAME);
  try {
    for (const value of values as Iterable<unknown>) {
      charge(1);
      apply(add, made, [value]);
    }
  } finally {
    leave(NATIVE_FRAME);
  }
  return made;
};

/** Charges finding a key: a text is read, and any number of numbers may have to be passed. */
const chargeKey = (collection: object, key: unknown, size: () => number): void => {
  if (typeof key === "string") charge(key.length >> 5);
  else if (typeof key === "number" || typeof key === "bigint") charge(apply(size, collection, []) >> 4);
};

type AnyMap = Map<unknown, unknown>;
type Visit = (this: unknown, value: unknown, key: unknown, collection: unknown) => void;

const mapMethods = {
  delete(this: AnyMap, key: unknown): boolean {
    guardChange(this);
    chargeKey(this, key, map.size);
    return apply(map.delete, this, [key]);
  },

  forEach(this: AnyMap, visit: Visit, self?: unknown): void {
    const entries = apply(map.entries, this, []);
    callable(visit);
    enter(NATIVE_FRAME);
    try {
      for (;;) {
        const step = apply(map.next, entries, []);
        if (step.done) return;
        charge(1);
        apply(visit, self, [step.value[1], step.value[0], this]);
      }
    } finally {
      leave(NATIVE_FRAME);
    }
  },

  get(this: AnyMap, key: unknown): unknown {
    chargeKey(this, key, map.size);
    return apply(map.get, this, [key]);
  },

  has(this: AnyMap, key: unknown): boolean {
    chargeKey(this, key, map.size);
    return apply(map.has, this, [key]);
  },

  set(this: AnyMap, key: unknown, value: unknown): unknown {
    guardChange(this);
    chargeKey(this, key, map.size);
    allocate(ENTRY_BYTES);
    return apply(map.set, this, [key, value]);
  },
};

type AnySet = Set<unknown>;

const setMethods = {
  add(this: AnySet, value: unknown): unknown {
    guardChange(this);
    chargeKey(this, value, set.size);
    allocate(ENTRY_BYTES);
    return apply(set.add, this, [value]);
  },

  delete(this: AnySet, value: unknown): boolean {
    guardChange(this);
    chargeKey(this, value, set.size);
    return apply(set.delete, this, [value]);
  },

  forEach(this: AnySet, visit: Visit, self?: unknown): void {
    const values = apply(set.values, this, []);
    callable(visit);
    enter(NATIVE_FRAME);
    try {
      for (;;) {
        const step = apply(set.next, values, []);
        if (step.done) return;
        charge(1);
        apply(visit, self, [step.value, step.value, this]);
      }
    } finally {
      leave(NATIVE_FRAME);
    }
  },

  has(this: AnySet, value: unknown): boolean {
    chargeKey(this, value, set.size);
    return apply(set.has, this, [value]);
  },
};
