import { InvalidArgumentError } from "commander";
import { CliError } from "./error.ts";

/** A parser of whole numbers within bounds, for commander. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`give a whole number from ${least} to ${most}.`);
  };

/** A TCP port that others can be told; 0 would mean another one at each start. */
export const port = wholeNumber(1, 65_535);

/** A parser of one of several words, for commander. */
export const oneOf =
  <T extends string>(...words: readonly T[]) =>
  (text: string): T => {
    const word = words.find((each) => each === text);
    if (word !== undefined) return word;
    throw new InvalidArgumentError(`give one of ${words.join(", ")}.`);
  };

/** A height, such as `5000`, or how far it is ahead of the latest block, such as `+5`; for commander. */
export const heightText = (text: string): string => {
  if (/^\+?[1-9]\d{0,14}$/.test(text)) return text;
  throw new InvalidArgumentError("give a height such as 5000, or +5 for five blocks from now.");
};

/** Gathers an option that may be given several times, for commander. */
export const gather = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  text,
];

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration such as `90s`, `15m`, `1h` or `7d`, in milliseconds, for commander. */
export const durationMs = (text: string): number => {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError("give a duration such as 90s, 15m, 1h or 7d.");
  return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
};

/** The JSON value of an argument. Throws CliError `NOT_JSON`, with what to do about shells and their quotes. */
export const jsonValue = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError(
      "NOT_JSON",
      `${what} is not JSON: ${text.slice(0, 60)}. Put it in single quotes, such as '{"user_id":"alice"}'`,
      { cause },
    );
  }
};

/** The JSON object of an argument; an empty one if it is not given. */
export const jsonObject = (text: string | undefined, what: string): Readonly<Record<string, unknown>> => {
  const value = text === undefined ? {} : jsonValue(text, what);
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new CliError("NOT_JSON", `${what} is not a JSON object: give one such as '{"user_id":"alice"}'`);
};
