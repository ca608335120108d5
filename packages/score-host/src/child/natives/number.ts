/** Numbers and BigInts: what reads them from text, and what writes them in other bases than ten. */
import { charge, enter, leave } from "../meter.ts";
import { integerOf } from "./array.ts";
import { boundedText, isMetered, isObject, NATIVE_FRAME } from "./limits.ts";
import { replaceConstructor, replaceMethods } from "./replace.ts";

const { apply, construct } = Reflect;
const { isFinite: isFiniteNumber, isSafeInteger } = Number;
const NativeNumber = Number;
const NativeBigInt = BigInt;
const native = {
  asIntN: BigInt.asIntN,
  asUintN: BigInt.asUintN,
  bigintToString: BigInt.prototype.toString,
  isFinite,
  isNaN,
  parseFloat,
  parseInt,
  toString: Number.prototype.toString,
  valueOf: Number.prototype.valueOf,
};

/** How many characters a BigInt is read from, about 8,300 bits. */
const BIGINT_CHARS_MAX = 2_500;
const BIGINT_BITS_MAX = 8_192;

/** Replaces the global `Number` and `BigInt`, and the functions that read numbers. */
export const installNumber = (): void => {
  replaceMethods(globalThis, readers);
  replaceMethods(Number, { parseFloat: readers.parseFloat, parseInt: readers.parseInt });
  replaceMethods(Number.prototype, numberMethods);
  replaceConstructor("Number", function (this: unknown, ...args: unknown[]): unknown {
    const [value] = args;
    if (new.target !== undefined) return construct(NativeNumber, args, new.target);
    if (typeof value === "number") return value;
    if (typeof value === "string") charge(value.length >> 3);
    return args.length === 0 ? 0 : NativeNumber(value);
  });
  replaceMethods(BigInt.prototype, {
    toString(this: unknown, radix?: number): string {
      charge(16);
      return boundedText(apply(native.bigintToString, this, [radix]));
    },
  });
  replaceMethods(BigInt, bigintStatics);
  replaceConstructor("BigInt", function (this: unknown, value: unknown): bigint {
    if (new.target !== undefined) throw new TypeError("BigInt is no constructor");
    const read = isObject(value) ? primitiveOf(value) : value;
    if (typeof read === "string") {
      charge(read.length);
      if (read.length > BIGINT_CHARS_MAX && isMetered())
        throw new RangeError(`a BigInt is read from at most ${BIGINT_CHARS_MAX} characters`);
    }
    return NativeBigInt(read as string);
  });
};

const readers = {
  isFinite(value: unknown): boolean {
    return native.isFinite(charged(value) as number);
  },

  isNaN(value: unknown): boolean {
    return native.isNaN(charged(value) as number);
  },

  parseFloat(value: unknown): number {
    return native.parseFloat(charged(value) as string);
  },

  parseInt(value: unknown, radix?: number): number {
    return native.parseInt(charged(value) as string, radix);
  },
};

const charged = (value: unknown): unknown => {
  if (typeof value === "string") charge(value.length >> 3);
  return value;
};

const numberMethods = {
  /** Fractions in another base than ten are rounded differently by different engines: these are refused. */
  toString(this: unknown, radix?: unknown): string {
    const value = apply(native.valueOf, this, []);
    const base = radix === undefined ? 10 : integerOf(radix);
    if (base === 10) return apply(native.toString, value, []);
    if (base < 2 || base > 36) throw new RangeError("the base of a number is from 2 to 36");
    if (!isSafeInteger(value) && isFiniteNumber(value))
      throw new RangeError("only safe integers are written in another base than ten");
    return apply(native.toString, value, [base]);
  },
};

const bits = (value: unknown): number => {
  const count = integerOf(value);
  if (count < 0 || (count > BIGINT_BITS_MAX && isMetered()))
    throw new RangeError(`a BigInt is cut to at most ${BIGINT_BITS_MAX} bits`);
  charge(16);
  return count;
};

const bigintStatics = {
  asIntN(count: unknown, value: bigint): bigint {
    return native.asIntN(bits(count), value);
  },

  asUintN(count: unknown, value: bigint): bigint {
    return native.asUintN(bits(count), value);
  },
};

const toPrimitive = Date.prototype[Symbol.toPrimitive];

/** Returns a value as a primitive, a number rather than a text, as ECMAScript's ToPrimitive does. @throws TypeError */
export const primitiveOf = (value: object, hint: "number" | "default" = "number"): unknown => {
  const exotic = (value as { [Symbol.toPrimitive]?: unknown })[Symbol.toPrimitive] ?? undefined;
  if (exotic !== undefined && typeof exotic !== "function")
    throw new TypeError("a conversion to a primitive is no function");
  enter(NATIVE_FRAME);
  let primitive: unknown;
  try {
    // A date's own method is the ordinary conversion, for any object that it is called on.
    primitive = exotic === undefined ? apply(toPrimitive, value, ["number"]) : apply(exotic, value, [hint]);
  } finally {
    leave(NATIVE_FRAME);
  }
  if (isObject(primitive)) throw new TypeError("a conversion to a primitive gave an object");
  return primitive;
};
