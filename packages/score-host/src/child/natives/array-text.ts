import { TEXT_CHARS_MAX } from "../../bounds.ts";
import { charge, enter, leave } from "../meter.ts";
import { type List, lengthOf } from "./array.ts";
import { boundedText, isMetered, isObject, NATIVE_FRAME } from "./limits.ts";

const { apply } = Reflect;
const { isArray } = Array;
const objectToString = Object.prototype.toString;

/** The arrays that are being joined, innermost last. One that holds itself is left out there, as engines do. */
const joining: List[] = [];
let depth = 0;

export const arrayText = {
  join(this: List, separator?: unknown): string {
    const length = lengthOf(this);
    for (let index = 0; index < depth; index++) if (joining[index] === this) return "";
    const between = separator === undefined ? "," : `${separator as string}`;
    enter(NATIVE_FRAME);
    joining[depth++] = this;
    try {
      let text = "";
      for (let index = 0; index < length; index++) {
        const value = this[index];
        if (index > 0) text += between;
        if (value !== undefined && value !== null) text += typeof value === "string" ? value : pieceOf(value);
        if (text.length > TEXT_CHARS_MAX && isMetered()) return boundedText(text);
      }
      return boundedText(text);
    } finally {
      depth--;
      joining.length = depth;
      leave(NATIVE_FRAME);
    }
  },

  toString(this: unknown): string {
    const join: unknown = isObject(this) ? (this as { join?: unknown }).join : undefined;
    if (typeof join === "function") return apply(join, this, []);
    charge(1);
    return apply(objectToString, this, []);
  },
};

// An array of arrays calls `toString`, and with it the contract's own, if it has one.
const pieceOf = (value: unknown): string =>
  isArray(value) && value.toString === Array.prototype.toString ? value.join() : `${value as string}`;
