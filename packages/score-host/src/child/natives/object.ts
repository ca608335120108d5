/** The functions of `Object`, `Object.prototype` and `Reflect` whose cost is the number of an object's keys. */
import { allocate, charge, enter, leave } from "../meter.ts";
import { guardChange, guardLook } from "../seal.ts";
import {
  ARGUMENTS_MAX,
  boundedPrototype,
  boundedText,
  checkPut,
  elementsOf,
  isObject,
  NATIVE_FRAME,
} from "./limits.ts";
import { replaceMethods } from "./replace.ts";

const { prototype } = Object;
const native = {
  create: Object.create,
  defineProperty: Object.defineProperty,
  entries: Object.entries,
  freeze: Object.freeze,
  getOwnPropertyDescriptor: Object.getOwnPropertyDescriptor,
  getOwnPropertyDescriptors: Object.getOwnPropertyDescriptors,
  getOwnPropertyNames: Object.getOwnPropertyNames,
  getOwnPropertySymbols: Object.getOwnPropertySymbols,
  isFrozen: Object.isFrozen,
  isSealed: Object.isSealed,
  keys: Object.keys,
  preventExtensions: Object.preventExtensions,
  propertyIsEnumerable: prototype.propertyIsEnumerable,
  seal: Object.seal,
  setPrototypeOf: Object.setPrototypeOf,
  toString: prototype.toString,
  values: Object.values,
};
const reflect = {
  defineProperty: Reflect.defineProperty,
  preventExtensions: Reflect.preventExtensions,
  set: Reflect.set,
  setPrototypeOf: Reflect.setPrototypeOf,
};
const { apply, construct, ownKeys } = Reflect;
const NativeObject = Object;

/** Replaces what of `Object` and `Reflect` is not of constant cost. */
export const installObject = (): void => {
  replaceMethods(Object, objectStatics);
  replaceMethods(prototype, {
    toString(this: unknown): string {
      return boundedText(apply(native.toString, this, []));
    },
  });
  replaceMethods(Reflect, reflectMethods);
  replacePrototypeSetter();
};

const replacePrototypeSetter = (): void => {
  const accessor = native.getOwnPropertyDescriptor(prototype, "__proto__") as PropertyDescriptor;
  const set = accessor.set as (value: unknown) => void;
  const { __proto__: setter } = native.getOwnPropertyDescriptors({
    set __proto__(value: unknown) {
      guardChange(this);
      apply(set, this, [boundedPrototype(value)]);
    },
  }) as unknown as { __proto__: PropertyDescriptor };
  native.defineProperty(prototype, "__proto__", { ...accessor, set: setter.set as (value: unknown) => void });
};

/** Charges the keys of an object that a function is about to walk over. */
const chargeKeys = (value: unknown): void => {
  if (isObject(value)) charge(ownKeys(value).length);
};

/** Charges a list of keys that a function made. */
const charged = <T extends readonly unknown[]>(keys: T, bytes: number): T => {
  charge(keys.length);
  allocate(16 + bytes * keys.length);
  return keys;
};

const assignFrom = (to: Record<PropertyKey, unknown>, source: unknown): void => {
  if (source === undefined || source === null) return;
  const from = NativeObject(source) as Record<PropertyKey, unknown>;
  assignKeys(to, from, native.keys(from));
  const symbols = native.getOwnPropertySymbols(from);
  if (symbols.length > 0) assignKeys(to, from, symbols);
};

const assignKeys = (
  to: Record<PropertyKey, unknown>,
  from: typeof to,
  keys: readonly PropertyKey[],
): void => {
  charged(keys, 16);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as PropertyKey;
    const value = from[key];
    // A symbol may be hidden from the start, and a getter may have deleted a later key.
    if ((value === undefined || typeof key === "symbol") && !apply(native.propertyIsEnumerable, from, [key]))
      continue;
    checkPut(to, key, value);
    to[key] = value;
  }
};

/** Runs a native that reads properties of the contract's object, which may be getters: by a long way over the stack. */
const reading = <T>(read: (value: object) => T, value: object): T => {
  enter(2 * NATIVE_FRAME);
  try {
    return read(value);
  } finally {
    leave(2 * NATIVE_FRAME);
  }
};

const defineAll = (target: object, properties: unknown): object => {
  const from = NativeObject(properties) as Record<PropertyKey, unknown>;
  const keys = charged(ownKeys(from), 64);
  const names: PropertyKey[] = [];
  const attributes: PropertyDescriptor[] = [];
  let count = 0;
  // All are read before the first is defined, as ECMAScript says.
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as PropertyKey;
    if (!apply(native.propertyIsEnumerable, from, [key])) continue;
    const read = checkedAttributes(target, key, from[key]);
    if (!isObject(read)) throw new TypeError("a property is described by an object");
    names[count] = key;
    attributes[count++] = read;
  }
  for (let index = 0; index < count; index++)
    native.defineProperty(target, names[index] as PropertyKey, attributes[index] as PropertyDescriptor);
  return target;
};

const objectStatics = {
  assign(target: unknown, ...sources: unknown[]): unknown {
    if (target === undefined || target === null)
      throw new TypeError("Object.assign needs something to assign to");
    const to = NativeObject(target) as Record<PropertyKey, unknown>;
    enter(NATIVE_FRAME);
    try {
      for (let at = 0; at < sources.length; at++) assignFrom(to, sources[at]);
    } finally {
      leave(NATIVE_FRAME);
    }
    return to;
  },

  create(parent: object | null, ...rest: [unknown?]): unknown {
    const object = native.create(boundedPrototype(parent)) as object;
    return rest[0] === undefined ? object : defineAll(object, rest[0]);
  },

  defineProperties(target: unknown, properties: unknown): unknown {
    if (!isObject(target)) throw new TypeError("properties are defined on objects");
    return defineAll(target, properties);
  },

  defineProperty(target: unknown, name: unknown, attributes: unknown): unknown {
    const key = isObject(target) ? keyOf(name) : (name as PropertyKey);
    return native.defineProperty(target, key, checkedAttributes(target, key, attributes));
  },

  entries(value: object): unknown {
    return charged(reading(native.entries, value) as unknown[], 72);
  },

  freeze(value: unknown): unknown {
    chargeKeys(value);
    return native.freeze(value);
  },

  fromEntries(entries: Iterable<unknown>): unknown {
    const object: Record<PropertyKey, unknown> = {};
    enter(NATIVE_FRAME);
    try {
      for (const entry of entries) {
        charge(1);
        allocate(16);
        if (!isObject(entry)) throw new TypeError("an entry must be an object with a key and a value");
        const [key, value] = [(entry as List)[0], (entry as List)[1]] as [PropertyKey, unknown];
        const name = keyOf(key);
        // Names that objects inherit would be set through their accessors.
        if (name in object)
          native.defineProperty(object, name, {
            value,
            writable: true,
            enumerable: true,
            configurable: true,
          });
        else object[name] = value;
      }
    } finally {
      leave(NATIVE_FRAME);
    }
    return object;
  },

  getOwnPropertyDescriptors(value: unknown): unknown {
    guardLook(value);
    const count = typeof value === "string" ? value.length : isObject(value) ? ownKeys(value).length : 0;
    // One object for each key, which takes an engine longer than anything else here.
    charge(8 * count);
    allocate(16 + 64 * count);
    return native.getOwnPropertyDescriptors(value);
  },

  getOwnPropertyNames(value: unknown): string[] {
    return charged(native.getOwnPropertyNames(value), 8);
  },

  getOwnPropertySymbols(value: unknown): symbol[] {
    chargeKeys(value);
    return charged(native.getOwnPropertySymbols(value), 8);
  },

  isFrozen(value: unknown): boolean {
    guardLook(value);
    chargeKeys(value);
    return native.isFrozen(value);
  },

  isSealed(value: unknown): boolean {
    guardLook(value);
    chargeKeys(value);
    return native.isSealed(value);
  },

  keys(value: object): string[] {
    return charged(native.keys(value), 8);
  },

  preventExtensions(value: unknown): unknown {
    chargeKeys(value);
    return native.preventExtensions(value);
  },

  seal(value: unknown): unknown {
    chargeKeys(value);
    return native.seal(value);
  },

  setPrototypeOf(value: unknown, parent: object | null): unknown {
    return native.setPrototypeOf(value, boundedPrototype(parent));
  },

  values(value: object): unknown[] {
    return charged(reading(native.values, value) as unknown[], 8);
  },
};

type List = Record<number, unknown>;

/** Returns a value as a key, as ECMAScript's ToPropertyKey does: once, since it may run the contract's code. */
const keyOf = (name: unknown): PropertyKey => {
  if (!isObject(name)) return name as PropertyKey;
  const probe = native.create(null) as Record<PropertyKey, unknown>;
  probe[name as unknown as string] = true;
  return ownKeys(probe)[0] as PropertyKey;
};

// The length of an array is looked at before it takes effect; a getter would be asked a second time by the native.
const checkedAttributes = (target: unknown, key: PropertyKey, attributes: unknown): PropertyDescriptor => {
  if (!isObject(attributes)) return attributes as PropertyDescriptor;
  const copy = native.create(null) as Record<string, unknown>;
  enter(NATIVE_FRAME);
  try {
    for (let index = 0; index < ATTRIBUTES.length; index++) {
      const name = ATTRIBUTES[index]!;
      if (name in attributes) copy[name] = (attributes as Record<string, unknown>)[name];
    }
  } finally {
    leave(NATIVE_FRAME);
  }
  checkPut(target, key, copy.value);
  return copy;
};

const ATTRIBUTES = ["enumerable", "configurable", "value", "writable", "get", "set"] as const;

const reflectMethods = {
  apply(target: (...args: unknown[]) => unknown, self: unknown, list: unknown): unknown {
    const args = elementsOf(list, ARGUMENTS_MAX);
    enter(NATIVE_FRAME);
    try {
      return apply(target, self, args);
    } finally {
      leave(NATIVE_FRAME);
    }
  },

  construct(target: new () => unknown, list: unknown, ...rest: [(new () => unknown)?]): unknown {
    const args = elementsOf(list, ARGUMENTS_MAX);
    enter(NATIVE_FRAME);
    try {
      return rest.length === 0
        ? construct(target, args as [])
        : construct(target, args as [], rest[0] as never);
    } finally {
      leave(NATIVE_FRAME);
    }
  },

  defineProperty(target: object, name: unknown, attributes: unknown): boolean {
    const key = keyOf(name);
    return reflect.defineProperty(target, key, checkedAttributes(target, key, attributes));
  },

  ownKeys(target: object): PropertyKey[] {
    return charged(ownKeys(target), 8);
  },

  preventExtensions(target: object): boolean {
    chargeKeys(target);
    return reflect.preventExtensions(target);
  },

  set(target: object, name: unknown, value: unknown, ...rest: unknown[]): boolean {
    const key = keyOf(name);
    checkPut(rest.length === 0 ? target : rest[0], key, value);
    return rest.length === 0 ? reflect.set(target, key, value) : reflect.set(target, key, value, rest[0]);
  },

  setPrototypeOf(target: object, parent: object | null): boolean {
    return reflect.setPrototypeOf(target, boundedPrototype(parent));
  },
};
