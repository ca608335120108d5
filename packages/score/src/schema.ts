/**
 * Schemas: what a parameter or result is, said once. A schema checks and reads untrusted JSON, gives the
 * TypeScript type of what it reads, and describes itself as JSON Schema for the API description.
 *
 * Import it as a namespace, `import * as t from "@dure/score/schema"`: a contract's text then holds the kinds
 * that it uses and no others.
 */
import { AMOUNT_MAX, amount as readAmount } from "./amount.ts";
import { type Decimal, decimal as readDecimal } from "./decimal.ts";
import type { Json, JsonObject, JsonSchema } from "./json.ts";
import { refuse } from "./refusal.ts";

/** T is what a method gets, Wire the JSON that a client sends or a result carries. */
export type Schema<T, Wire = unknown> = {
  /** Returns the value that a method gets; `path` names it in messages, like `lines[3].amount`. @throws Refusal */
  read(value: Json | undefined, path: string): T;
  describe(): JsonSchema;
  /** Whether the client may leave it out. */
  readonly optional?: boolean;
  /** For types alone: never there. */
  readonly wire?: Wire;
};

type Optional<T, Wire> = Schema<T, Wire> & { readonly optional: true };

export type Shape = { readonly [name: string]: Schema<unknown> };

/** What a method gets of a schema. */
export type Read<S> = S extends Schema<infer T> ? T : never;
/** The JSON of a schema: what a client sends, and what results and the state hold. */
export type Wire<S> = S extends Schema<unknown, infer W> ? W : never;

type Flat<T> = { [K in keyof T]: T[K] };
/** The names whose value may be missing: optional ones without a default when read, all optional ones in JSON. */
type Absent<S extends Shape> = {
  [K in keyof S]: S[K] extends { readonly optional: true }
    ? undefined extends Read<S[K]>
      ? K
      : never
    : never;
}[keyof S];
type Leavable<S extends Shape> = {
  [K in keyof S]: S[K] extends { readonly optional: true } ? K : never;
}[keyof S];

/** What a method gets of a table of schemas. An optional value that was left out is no key of it. */
export type Values<S extends Shape> = Flat<
  { readonly [K in Exclude<keyof S, Absent<S>>]: Read<S[K]> } & {
    readonly [K in Absent<S>]?: Exclude<Read<S[K]>, undefined>;
  }
>;
/** The JSON of a table of schemas. */
export type WireValues<S extends Shape> = Flat<
  { readonly [K in Exclude<keyof S, Leavable<S>>]: Wire<S[K]> } & {
    readonly [K in Leavable<S>]?: Wire<S[K]>;
  }
>;

// Made once: a contract's module is evaluated for every call, its schemas with it.
const HASH = /^[0-9a-f]*$/;
const IDENTITY = /^[a-z0-9.-]+@[a-z0-9-]+$/;

const wrong = (path: string, expected: string): never =>
  refuse(`${path} must be ${expected}`, { path, expected });

const within = (what: string, min: number | bigint | undefined, max: number | bigint | undefined): string => {
  if (min === undefined) return max === undefined ? what : `${what} of at most ${max}`;
  return max === undefined ? `${what} of at least ${min}` : `${what} from ${min} to ${max}`;
};

/** A text of `min` (1) to `max` (4096) characters, counted in UTF-16 code units. */
export const text = (
  options: {
    readonly min?: number;
    readonly max?: number;
    /** Without the flags g and y. Write ^ and $ to match the whole text. */
    readonly pattern?: RegExp;
    /** What a message says was expected, such as `a currency code`. */
    readonly expected?: string;
  } = {},
): Schema<string, string> => {
  const { min = 1, max = 4096, pattern } = options;
  return {
    read: (value, path) =>
      typeof value === "string" &&
      value.length >= min &&
      value.length <= max &&
      (pattern === undefined || pattern.test(value))
        ? value
        : wrong(path, options.expected ?? `a text of ${min} to ${max} characters`),
    describe: () => ({
      type: "string",
      minLength: min,
      maxLength: max,
      ...(pattern !== undefined && { pattern: pattern.source }),
    }),
  };
};

/** A SHA-256 digest: 64 lower-case hexadecimal digits. */
export const hash = (): Schema<string, string> =>
  text({ min: 64, max: 64, pattern: HASH, expected: "a hash of 64 lower-case hexadecimal digits" });

/** A certified name, `name@organisation`. */
export const identity = (): Schema<string, string> =>
  text({
    min: 3,
    max: 128,
    pattern: IDENTITY,
    expected: "an identity, name@organisation",
  });

/** A safe integer. */
export const integer = (
  options: { readonly min?: number; readonly max?: number } = {},
): Schema<number, number> => {
  const { min, max } = options;
  const least = min ?? Number.MIN_SAFE_INTEGER;
  const most = max ?? Number.MAX_SAFE_INTEGER;
  return {
    read: (value, path) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
        ? (value as number)
        : wrong(path, within("an integer", min, max)),
    describe: () => ({ type: "integer", minimum: least, maximum: most }),
  };
};

/** An amount of the smallest unit, read as a BigInt: a text of digits, or a safe integer from a client. */
export const amount = (
  options: { readonly min?: bigint; readonly max?: bigint } = {},
): Schema<bigint, string> => {
  const { min, max } = options;
  return {
    read: (value, path) => {
      const read = readAmount(value, path);
      return read >= (min ?? 0n) && read <= (max ?? AMOUNT_MAX)
        ? read
        : wrong(path, within("an amount", min, max));
    },
    describe: () => ({ type: "string", pattern: "^(?:0|[1-9][0-9]{0,77})$" }),
  };
};

/** An exact decimal text such as `-12.34`, with at most `scale` digits after the point. */
export const decimal = (options: {
  readonly scale: number;
  readonly min?: string;
  readonly max?: string;
}): Schema<Decimal, string> => {
  const { scale, min, max } = options;
  return {
    read: (value, path) => {
      const read = readDecimal(value, scale, path);
      if (min !== undefined && read.units < readDecimal(min, scale).units)
        return wrong(path, `a decimal of at least ${min}`);
      if (max !== undefined && read.units > readDecimal(max, scale).units)
        return wrong(path, `a decimal of at most ${max}`);
      return read;
    },
    describe: () => ({
      type: "string",
      pattern: scale === 0 ? "^-?[0-9]+$" : `^-?[0-9]+(?:\\.[0-9]{1,${scale}})?$`,
    }),
  };
};

export const boolean = (): Schema<boolean, boolean> => ({
  read: (value, path) => (typeof value === "boolean" ? value : wrong(path, "true or false")),
  describe: () => ({ type: "boolean" }),
});

/** One of some texts. */
export const oneOf = <const V extends string>(values: readonly V[]): Schema<V, V> => ({
  read: (value, path) =>
    values.includes(value as V) ? (value as V) : wrong(path, `one of ${values.join(", ")}`),
  describe: () => ({ type: "string", enum: values }),
});

/** A list of `min` (0) to `max` (100) items. */
export const list = <T, W>(
  item: Schema<T, W>,
  options: { readonly min?: number; readonly max?: number } = {},
): Schema<readonly T[], readonly W[]> => {
  const { min = 0, max = 100 } = options;
  return {
    read: (value, path) =>
      Array.isArray(value) && value.length >= min && value.length <= max
        ? value.map((one: Json, index) => item.read(one, `${path}[${index}]`))
        : wrong(path, `a list of ${min} to ${max} items`),
    describe: () => ({ type: "array", items: item.describe(), minItems: min, maxItems: max }),
  };
};

/** An object of at most `max` (100) values under names that the client chooses. */
export const record = <T, W>(
  item: Schema<T, W>,
  options: { readonly max?: number } = {},
): Schema<Readonly<Record<string, T>>, Readonly<Record<string, W>>> => {
  const { max = 100 } = options;
  return {
    read: (value, path) => {
      if (!isObject(value)) return wrong(path, "an object");
      const entries = Object.entries(value);
      if (entries.length > max) return wrong(path, `an object of at most ${max} entries`);
      return Object.fromEntries(entries.map(([name, one]) => [name, item.read(one, `${path}.${name}`)]));
    },
    describe: () => ({ type: "object", additionalProperties: item.describe(), maxProperties: max }),
  };
};

/** An object of exactly these values. */
export const object = <S extends Shape>(shape: S): Schema<Values<S>, WireValues<S>> => ({
  read: (value, path) => readShape(shape, value, path) as Values<S>,
  describe: () => describeShape(shape),
});

/** A value that may be left out; then it is `fallback`, given as JSON, or nothing. */
export const optional: {
  <T, W>(schema: Schema<T, W>): Optional<T | undefined, W>;
  <T, W>(schema: Schema<T, W>, fallback: W): Optional<T, W>;
} = <T, W>(schema: Schema<T, W>, fallback?: W): Optional<T, W> => ({
  optional: true,
  read: (value, path) => {
    const given = value === undefined ? (fallback as Json | undefined) : value;
    return given === undefined ? (undefined as T) : schema.read(given, path);
  },
  describe: () => ({
    ...schema.describe(),
    ...(fallback !== undefined && { default: fallback as Json }),
  }),
});

/** A value or null. */
export const nullable = <T, W>(schema: Schema<T, W>): Schema<T | null, W | null> => ({
  read: (value, path) => (value === null ? null : schema.read(value, path)),
  describe: () => ({ anyOf: [schema.describe(), { type: "null" }] }),
});

/** Any JSON. */
export const json = (): Schema<Json, Json> => ({
  read: (value, path) => (value === undefined ? wrong(path, "given") : value),
  describe: () => ({}),
});

/** The same schema with a sentence for the API description. */
export const described = <S extends Schema<unknown>>(schema: S, description: string): S => ({
  ...schema,
  describe: () => ({ ...schema.describe(), description }),
});

/** The parameters of a method that returns a page (see `Range`): spread them among its own. */
export const page = () => ({
  limit: optional(integer({ min: 1, max: 1000 }), 100),
  after: optional(text()),
  reverse: optional(boolean(), false),
});

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns the values of an object that has what a shape asks for and nothing else. @throws Refusal */
export const readShape = (shape: Shape, value: Json | undefined, path: string): Record<string, unknown> => {
  if (!isObject(value)) return wrong(path === "" ? "params" : path, "an object");
  const before = path === "" ? "" : `${path}.`;
  for (const name of Object.keys(value))
    if (!Object.hasOwn(shape, name))
      refuse(`${before}${name} is not expected`, { path: before + name, expected: "nothing" });
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(shape)) {
    // Only own keys count: `constructor` is a function that the client never sent.
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    const read = shape[name]!.read(given, before + name);
    if (read !== undefined) values[name] = read;
  }
  return values;
};

/** Returns the JSON Schema of an object of a shape. */
export const describeShape = (shape: Shape): JsonSchema => ({
  type: "object",
  properties: Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, schema.describe()])),
  required: Object.keys(shape).filter((name) => shape[name]!.optional !== true),
  additionalProperties: false,
});
