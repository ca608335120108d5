import { type Hash, parseHash } from "@dure/types";
import { Refusal } from "./refusal.ts";

/**
 * A parameter of a path or query: how it is read, and how the API's description shows it, in one value, so that neither
 * can be true without the other.
 */
export type Parameter<T> = {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly description: string;
  readonly isRequired: boolean;
  /** Throws Refusal `REQUEST_MALFORMED`. */
  readonly read: (text: string | undefined, name: string) => T;
};

const malformed = (name: string, is: string): Refusal => new Refusal("REQUEST_MALFORMED", `${name} is ${is}`);

/** A whole number in plain digits; `otherwise` where it is left out. */
export const whole = <T>(
  description: string,
  { min, max, otherwise }: { readonly min: number; readonly max: number; readonly otherwise: T },
): Parameter<number | T> => ({
  description,
  isRequired: false,
  schema: {
    type: "integer",
    minimum: min,
    maximum: max,
    ...(otherwise !== undefined && { default: otherwise }),
  },
  read: (text, name) => {
    if (text === undefined) return otherwise;
    const value = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw malformed(name, `a whole number from ${min} to ${max}`);
  },
});

/** Any height; undefined where it is left out. */
export const heightParameter = (description: string): Parameter<number | undefined> =>
  whole(description, { min: 0, max: Number.MAX_SAFE_INTEGER, otherwise: undefined });

/** One of a few words, the first of them where it is left out. */
export const choice = <const T extends readonly [string, ...string[]]>(
  description: string,
  words: T,
): Parameter<T[number]> => ({
  description,
  isRequired: false,
  schema: { type: "string", enum: words, default: words[0] },
  read: (text, name) => {
    const word = words.find((each) => each === (text ?? words[0]));
    if (word === undefined) throw malformed(name, `one of ${words.join(", ")}`);
    return word;
  },
});

/** `true` or `false`, which it is where it is left out. */
export const flag = (description: string): Parameter<boolean> => ({
  description,
  isRequired: false,
  schema: { type: "boolean", default: false },
  read: (text, name) => {
    if (text !== undefined && text !== "true" && text !== "false") throw malformed(name, "true or false");
    return text === "true";
  },
});

/** Some of a few words with commas between; all of the `usual` ones where it is left out. */
export const words = <const T extends string>(
  description: string,
  known: readonly T[],
  usual: readonly T[],
): Parameter<ReadonlySet<T>> => ({
  description,
  isRequired: false,
  schema: { type: "string", default: usual.join(","), examples: [known.join(",")] },
  read: (text, name) => {
    const given = text === undefined ? usual : text.split(",");
    const chosen = given.map((word) => known.find((each) => each === word));
    if (chosen.includes(undefined)) throw malformed(name, `a list of ${known.join(", ")}, with commas`);
    return new Set(chosen as readonly T[]);
  },
});

/** A text of bounded length; undefined where it is left out. */
export const text = (description: string, charactersMax: number): Parameter<string | undefined> => ({
  description,
  isRequired: false,
  schema: { type: "string", maxLength: charactersMax },
  read: (given, name) => {
    if (given !== undefined && given.length > charactersMax)
      throw malformed(name, `at most ${charactersMax} characters long`);
    return given;
  },
});

/** The same where it may not be left out. */
export const requiredText = (description: string, charactersMax: number): Parameter<string> => ({
  ...text(description, charactersMax),
  isRequired: true,
  schema: { type: "string", minLength: 1, maxLength: charactersMax },
  read: (given, name) => {
    if (given !== undefined && given !== "" && given.length <= charactersMax) return given;
    throw malformed(name, `a text of 1 to ${charactersMax} characters`);
  },
});

const HASH_SCHEMA = { type: "string", pattern: "^[0-9a-f]{64}$" };

/** A hash in 64 lower-case hexadecimal digits; undefined where it is left out. */
export const hash = (description: string): Parameter<Hash | undefined> => ({
  description,
  isRequired: false,
  schema: HASH_SCHEMA,
  read: (given, name) => {
    const parsed = given === undefined ? undefined : parseHash(given);
    if (given !== undefined && parsed === undefined) throw malformed(name, "64 hexadecimal digits");
    return parsed;
  },
});

/** The same where it may not be left out. */
export const requiredHash = (description: string): Parameter<Hash> => ({
  description,
  isRequired: true,
  schema: HASH_SCHEMA,
  read: (given, name) => {
    const parsed = given === undefined ? undefined : parseHash(given);
    if (parsed === undefined) throw malformed(name, "64 hexadecimal digits");
    return parsed;
  },
});

export type Which = Hash | number | "last";

/** Which block: a height, a hash, or `last`. */
export const which: Parameter<Which> = {
  description: "a height, a block's hash, or `last`",
  isRequired: true,
  schema: { type: "string", pattern: "^(last|0|[1-9][0-9]{0,15}|[0-9a-f]{64})$" },
  read: (given = "") => {
    if (given === "last") return given;
    const height = /^(0|[1-9]\d{0,15})$/.test(given) ? Number(given) : undefined;
    const found = height !== undefined && Number.isSafeInteger(height) ? height : parseHash(given);
    if (found === undefined)
      throw new Refusal("REQUEST_MALFORMED", "a block is named by its height, its hash or 'last'");
    return found;
  },
};
