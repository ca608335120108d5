import { DEPTH_MAX, TEXT_CHARS_MAX } from "../bounds.ts";

/** Thrown at the first charge beyond a bound, and at every later one of the same call. */
export class Exhausted extends Error {
  override readonly name = "Exhausted";
}

/** What the running call has left, and its depth. Host code runs with it at its largest. */
export const meter: { steps: number; bytes: number; depth: number } = {
  steps: Number.MAX_SAFE_INTEGER,
  bytes: Number.MAX_SAFE_INTEGER,
  depth: 0,
};

/** @throws Exhausted, always, and makes every later charge do so. */
export const exhaust = (): never => {
  meter.steps = -1;
  throw new Exhausted("the call is exhausted");
};

/** Charges steps. @throws Exhausted */
export const charge = (steps: number): void => {
  meter.steps -= steps;
  if (meter.steps < 0) exhaust();
};

/** Charges bytes of memory. @throws Exhausted */
export const allocate = (bytes: number): void => {
  meter.bytes -= bytes;
  if (meter.bytes < 0) exhaust();
};

/** Counts a frame of a native that calls the contract back: `leave` must follow in a `finally`. @throws Exhausted */
export const enter = (weight: number): void => {
  meter.depth += weight;
  if (meter.depth > DEPTH_MAX) exhaust();
};

export const leave = (weight: number): void => {
  meter.depth -= weight;
};

/** Returns a text that a native made, charged by its length. @throws Exhausted, also beyond TEXT_CHARS_MAX */
export const bounded = (text: string): string => {
  const { length } = text;
  charge(length >> 5);
  allocate(length * 2);
  return length > TEXT_CHARS_MAX ? exhaust() : text;
};
