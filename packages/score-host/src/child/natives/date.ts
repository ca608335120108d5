import { types } from "node:util";
import { isObject } from "./limits.ts";
import { primitiveOf } from "./number.ts";
import { replaceConstructor } from "./replace.ts";

const NativeDate = Date;
const { apply, construct } = Reflect;
const { isNaN: isNaNumber } = Number;
const { getTime, toISOString } = Date.prototype;
const { isDate } = types;

/**
 * Replaces the global `Date`, before SES makes one of its own from it. Engines read texts of any form, each its own; this
 * one reads `YYYY-MM-DDTHH:mm:ss.sssZ` and takes every other text for an invalid date.
 */
export const installDate = (): void =>
  replaceConstructor("Date", function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return apply(NativeDate, undefined, []);
    return construct(NativeDate, args.length === 1 ? [timeOf(args[0])] : args, new.target);
  });

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
