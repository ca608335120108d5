import { addAmounts, amount, amountText, subtractAmounts } from "./amount.ts";
import { collectionName } from "./collection.ts";
import { refuse } from "./refusal.ts";
import type { ReadableState, State } from "./state.ts";

export type Counter = {
  /** Returns the count, 0 before the first change. */
  get(): number;
  /** Adds 1 and returns the new count: 1 at first. */
  next(): number;
  /** Adds a safe integer, which may be negative, and returns the new count. @throws Refusal beyond safe integers */
  add(by: number): number;
};

/** Returns a named count of safe integers. It never wraps and is never rounded. */
export const counter = (readable: ReadableState, name: string): Counter => {
  const state = readable as State;
  const key = collectionName(name);
  const get = (): number => state.get<number>(key) ?? 0;
  const add = (by: number): number => {
    const sum = get() + by;
    if (!Number.isSafeInteger(by) || !Number.isSafeInteger(sum))
      return refuse(`${name} must be a safe integer`);
    state.set(key, sum);
    return sum;
  };
  return { get, add, next: () => add(1) };
};

export type Total = {
  get(): bigint;
  /** Adds an amount and returns the new total. @throws Refusal beyond AMOUNT_MAX */
  add(by: bigint): bigint;
  /** Takes an amount off and returns the new total. @throws Refusal below zero */
  subtract(by: bigint): bigint;
};

/** Returns a named total of amounts, 0 to 2^256 - 1. It never wraps or goes below zero. */
export const total = (readable: ReadableState, name: string): Total => {
  const state = readable as State;
  const key = collectionName(name);
  const get = (): bigint => amount(state.get(key) ?? "0", name);
  const put = (value: bigint): bigint => {
    state.set(key, amountText(value, name));
    return value;
  };
  return {
    get,
    add: (by) => put(addAmounts(get(), by, name)),
    subtract: (by) => put(subtractAmounts(get(), by, name)),
  };
};
