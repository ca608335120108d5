/** What natives refuse to contracts, whatever is left on the meter. Host code is held to none of it. */
import { allocate, bounded, charge, meter } from "../meter.ts";

const { isArray } = Array;
const { getPrototypeOf } = Object;
const { max, min, trunc } = Math;
const NativeNumber = Number;

/** How many elements an array may have. */
export const ARRAY_LENGTH_MAX = 1 << 20;

/** How many arguments a list may carry into a call: they go on the native stack. */
export const ARGUMENTS_MAX = 10_000;

/** How deep JSON, and arrays that are flattened, may nest. */
export const NESTING_MAX = 64;

/** What a native that calls the contract back weighs against `meter.depth`, in words: its own frame and the engine's. */
export const NATIVE_FRAME = 128;

const PROTOTYPES_MAX = 64;

/** What the engine keeps for an object with a prototype of its own, or without one: a shape, or a table of properties. */
const PROTOTYPE_BYTES = 288;

/** What an element of an array takes. */
const ELEMENT_BYTES = 8;

/** No call is given so many steps; host code has more. */
const METERED_STEPS = 2 ** 29;

/** Whether a contract's call is being counted, as opposed to host code. */
export const isMetered = (): boolean => meter.steps < METERED_STEPS;

/** Returns a text that a native made, charged by its length. Host code's are as long as they are. @throws Exhausted */
export const boundedText = (text: string): string => (isMetered() ? bounded(text) : text);

/** Returns a length if an array may have it. @throws RangeError */
export const boundedLength = (length: number): number => {
  if (length > ARRAY_LENGTH_MAX && isMetered())
    throw new RangeError(`an array of more than ${ARRAY_LENGTH_MAX} elements`);
  return length;
};

/**
 * Must be called before a property is set in a way that syntax does not fix: the length of an array reserves memory,
 * and an element beyond the bound would lengthen it as well. @throws RangeError
 */
export const checkPut = (target: unknown, key: unknown, value: unknown): void => {
  if (!isArray(target)) return;
  if (key === "length") {
    if (typeof value === "number") allocate(ELEMENT_BYTES * max(boundedLength(value) - target.length, 0));
    else if (value !== undefined) throw new TypeError("the length of an array must be a number");
  } else if (typeof key !== "symbol" && NativeNumber(key) >= ARRAY_LENGTH_MAX)
    boundedLength(NativeNumber(key) + 1);
};

/**
 * Returns an object if it may be a prototype: a property that is missing is looked for in all its chain. Charges what it takes
 * to have one. @throws TypeError, Exhausted
 */
export const boundedPrototype = <T>(prototype: T): T => {
  allocate(PROTOTYPE_BYTES);
  let links = 0;
  for (let link: unknown = prototype; isObject(link); link = getPrototypeOf(link))
    if (++links > PROTOTYPES_MAX) throw new TypeError(`a chain of more than ${PROTOTYPES_MAX} prototypes`);
  return prototype;
};

export const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";

/**
 * Returns the elements of an array-like object as an array, each read once, and its length as well: one that is asked
 * twice could answer differently. @throws TypeError, RangeError
 */
export const elementsOf = (list: unknown, lengthMax: number): unknown[] => {
  if (!isObject(list)) throw new TypeError("a list is an object");
  const length = lengthOfLike(list);
  if (length > lengthMax && isMetered()) throw new RangeError(`a list of more than ${lengthMax} elements`);
  charge(length);
  if (isArray(list)) return list;
  const elements: unknown[] = [];
  for (let index = 0; index < length; index++) elements[index] = (list as Record<number, unknown>)[index];
  return elements;
};

/** Returns the length of an array-like object, as ECMAScript's LengthOfArrayLike does. */
export const lengthOfLike = (list: object): number => {
  if (isArray(list)) return list.length;
  const length = trunc(NativeNumber((list as { length?: unknown }).length)) || 0;
  return min(max(length, 0), NativeNumber.MAX_SAFE_INTEGER);
};
