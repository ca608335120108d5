/** The methods of arrays that look for a value. Texts of one length are compared character by character, at a charge. */
import { charge } from "../meter.ts";
import { integerOf, type List, lengthOf, positionOf } from "./array.ts";

/** Charges what comparing two values may cost beyond a step. */
const chargeComparison = (value: unknown, sought: unknown): void => {
  if (typeof value === "string" && typeof sought === "string" && value.length === sought.length)
    charge(value.length >> 5);
};

export const arraySearch = {
  indexOf(this: List, sought: unknown, from?: unknown): number {
    const length = lengthOf(this);
    if (length === 0) return -1;
    for (let index = positionOf(from, length, 0); index < length; index++) {
      const value = this[index];
      chargeComparison(value, sought);
      if (value === sought && (sought !== undefined || index in this)) return index;
    }
    return -1;
  },

  lastIndexOf(this: List, sought: unknown, ...from: unknown[]): number {
    const length = lengthOf(this);
    if (length === 0) return -1;
    const start = from.length === 0 ? length - 1 : integerOf(from[0]);
    for (let index = start < 0 ? length + start : start < length ? start : length - 1; index >= 0; index--) {
      const value = this[index];
      chargeComparison(value, sought);
      if (value === sought && (sought !== undefined || index in this)) return index;
    }
    return -1;
  },

  includes(this: List, sought: unknown, from?: unknown): boolean {
    const length = lengthOf(this);
    if (length === 0) return false;
    for (let index = positionOf(from, length, 0); index < length; index++) {
      const value = this[index];
      chargeComparison(value, sought);
      // NaN alone differs from itself.
      // biome-ignore lint/suspicious/noSelfCompare: it is how SameValueZero finds NaN.
      if (value === sought || (value !== value && sought !== sought)) return true;
    }
    return false;
  },
};
