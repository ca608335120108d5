import { types } from "node:util";
import { isObject } from "./limits.ts";
import { primitiveOf } from "./number.ts";
import { replaceConstructor, replaceMethods } from "./replace.ts";

const NativeDate = Date;
const { apply, construct } = Reflect;
const { isNaN: isNaNumber } = Number;
const { getTime, getUTCFullYear, setTime, setUTCFullYear, toISOString } = Date.prototype;
const { UTC } = Date;
const { trunc } = Math;
const { isDate } = types;

/**
 * Replaces the global `Date`, before SES makes one of its own from it. Engines read texts of any form, each its own; this
 * one reads `YYYY-MM-DDTHH:mm:ss.sssZ` and takes every other text for an invalid date. Whatever the machine's time zone is,
 * its dates are in UTC.
 */
export const installDate = (): void => {
  replaceConstructor("Date", function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return apply(NativeDate, undefined, []);
    const given =
      args.length === 1 ? [timeOf(args[0])] : args.length === 0 ? [] : [apply(UTC, undefined, args)];
    return construct(NativeDate, given, new.target);
  });
  replaceMethods(Date.prototype, methodsInUtc());
};

const named = (name: string): Method => (Date.prototype as unknown as Record<string, Method>)[name]!;

/** A getter in UTC for that of the machine's time zone. */
const getterOf = (part: string): Method => {
  const native = named(`getUTC${part}`);
  return {
    get(this: unknown): unknown {
      return apply(native, this, []);
    },
  }.get;
};

/** A setter in UTC. Engines differ in what they convert where the date is invalid; here it is every argument, in order. */
const setterOf = (part: string): Method => {
  const native = named(`setUTC${part}`);
  return {
    set(this: unknown, ...args: unknown[]): unknown {
      const time = apply(getTime, this, []);
      const numbers: number[] = [];
      for (let at = 0; at < args.length && at < native.length; at++) numbers[at] = +(args[at] as number);
      // What a conversion made of the date meanwhile does not count.
      apply(setTime, this, [time]);
      return apply(native, this, numbers);
    },
  }.set;
};

/** The methods of the machine's time zone give what those of UTC give. */
const methodsInUtc = (): object => {
  const methods: Record<string, Method> = {};
  for (const part of ZONED) methods[`get${part}`] = getterOf(part);
  for (const part of SET) {
    methods[`set${part}`] = setterOf(part);
    methods[`setUTC${part}`] = setterOf(part);
  }
  return {
    ...methods,
    getYear(this: Date): number {
      return apply(getUTCFullYear, this, []) - 1900;
    },
    setYear(this: Date, given: unknown): number {
      apply(getTime, this, []);
      const year = +(given as number);
      const whole = trunc(year);
      return apply(setUTCFullYear, this, [whole >= 0 && whole <= 99 ? 1900 + whole : year]);
    },
  };
};

type Method = (this: unknown, ...args: unknown[]) => unknown;

const SET = "Date FullYear Hours Milliseconds Minutes Month Seconds".split(" ");
const ZONED = [...SET, "Day"];

const timeOf = (value: unknown): number => {
  if (!isObject(value)) return timeOfPrimitive(value);
  return isDate(value) ? apply(getTime, value, []) : timeOfPrimitive(primitiveOf(value, "default"));
};

const timeOfPrimitive = (value: unknown): number =>
  typeof value === "string" ? timeOfText(value) : +(value as number);

const ISO_LENGTH = "YYYY-MM-DDTHH:mm:ss.sssZ".length;

const timeOfText = (text: string): number => {
  if (text.length !== ISO_LENGTH) return Number.NaN;
  const date = new NativeDate(text);
  const time = apply(getTime, date, []);
  // Whatever else an engine can make of it, it does not print the same.
  return !isNaNumber(time) && apply(toISOString, date, []) === text ? time : Number.NaN;
};
