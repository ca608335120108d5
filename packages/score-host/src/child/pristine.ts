/**
 * The engine's own functions as they are before the realm is cut down and its natives replaced: what host code works
 * with, so that its own work is not charged. Imported before anything that changes the realm.
 */
export const parseText: (text: string) => unknown = JSON.parse;
export const quote: (value: unknown) => string = JSON.stringify;
export const { ownKeys, getPrototypeOf, getOwnPropertyDescriptor } = Reflect;
export const { freeze, isFrozen } = Object;
export const { isArray } = Array;
export const isFiniteNumber: (value: number) => boolean = Number.isFinite;
const uncurried = <This, Rest extends unknown[], Result>(
  method: (this: This, ...rest: Rest) => Result,
): ((self: This, ...rest: Rest) => Result) => Function.prototype.call.bind(method) as never;
/** Adds an item to an array: much faster than by its next index, where the prototype of arrays is frozen. */
export const append: <T>(array: T[], item: T) => unknown = uncurried(Array.prototype.push) as never;
export const sortTexts: (texts: string[]) => string[] = uncurried(Array.prototype.sort) as never;
export const codeUnit: (text: string, at: number) => number = uncurried(String.prototype.charCodeAt);
const exec = uncurried(RegExp.prototype.exec) as (pattern: RegExp, text: string) => unknown;
/** Whether a pattern of the host's own, without state, is in a text. */
export const matches = (pattern: RegExp, text: string): boolean => exec(pattern, text) !== null;

type Next = (iterator: object) => unknown;
const nextOf = (iterator: object): Next =>
  uncurried((getPrototypeOf(iterator) as { next: () => unknown }).next) as never;
/** What the iterators of arrays and of texts go on by. */
export const nextOfArray: Next = nextOf([][Symbol.iterator]());
export const nextOfText: Next = nextOf(""[Symbol.iterator]());

type Visit = (entry: unknown, key: unknown) => void;
export const visitMap: (map: object, visit: Visit) => void = uncurried(Map.prototype.forEach) as never;
export const visitSet: (set: object, visit: Visit) => void = uncurried(Set.prototype.forEach) as never;
