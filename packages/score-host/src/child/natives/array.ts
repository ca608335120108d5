/** What the methods of arrays have in common. */
import { allocate, charge } from "../meter.ts";
import { guardChange } from "../seal.ts";
import { boundedLength } from "./limits.ts";

const { isArray } = Array;
const { trunc } = Math;
const { defineProperty, getPrototypeOf } = Object;
const { prototype } = Array;
const NativeArray = Array;
const NativeNumber = Number;

export type List = unknown[];
type Constructor = new (length: number) => List;

/**
 * Returns the length of the array that a method was called on, charged: even a search that ends at once may have walked
 * over holes. Objects that are only like arrays are refused, since their length may answer differently every time.
 *
 * @throws TypeError, RangeError
 */
export const lengthOf = (receiver: unknown): number => {
  if (!isArray(receiver))
    throw new TypeError("a method of arrays was called on something else; see Array.from");
  const { length } = receiver;
  charge(length);
  return boundedLength(length);
};

/** Returns a function if it is one. @throws TypeError */
export const callable = <T>(value: T): T => {
  if (typeof value !== "function")
    throw new TypeError("a method needs a function and was given something else");
  return value;
};

/** Returns where a relative position lies in 0 to `length`: negative ones count from the end. */
export const positionOf = (relative: unknown, length: number, absent: number): number => {
  if (relative === undefined) return absent;
  const position = integerOf(relative);
  if (position < 0) return position + length < 0 ? 0 : position + length;
  return position > length ? length : position;
};

/** Returns a value as an integer or an infinity, as ECMAScript's ToIntegerOrInfinity does. */
export const integerOf = (value: unknown): number =>
  trunc(typeof value === "number" ? value : NativeNumber(value as number)) || 0;

/** Returns a new array of the kind that `original` asks for by its constructor's species. */
export const alike = (original: List, length: number): List => {
  allocate(16 + 8 * length);
  let maker: unknown = original.constructor;
  if (maker === Array) return length === 0 ? [] : new NativeArray(length);
  if ((typeof maker === "object" && maker !== null) || typeof maker === "function")
    maker = (maker as unknown as { [Symbol.species]: unknown })[Symbol.species] ?? undefined;
  if (maker === undefined) return new NativeArray(length);
  if (typeof maker !== "function") throw new TypeError("the species of an array is no constructor");
  return guardChange(new (maker as Constructor)(length));
};

/** Whether nothing stands between an index and an element: the prototype of plain arrays is frozen. */
export const isPlain = (list: List): boolean => getPrototypeOf(list) === prototype;

/** Sets an element of a new array, whatever its prototypes say of that index. */
export const put = (list: List, index: number, value: unknown): void => {
  if (isPlain(list)) list[index] = value;
  else defineProperty(list, index, { value, writable: true, enumerable: true, configurable: true });
};
