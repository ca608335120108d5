import type { Json, JsonObject } from "./json.ts";
import { refuse } from "./refusal.ts";

/** How many characters a text parameter may have unless the caller says otherwise. */
export const TEXT_CHARS_MAX = 4096;

/** Returns the parameter `name`, a text that is not empty. @throws Refusal */
export const textParam = (params: JsonObject, name: string, charsMax = TEXT_CHARS_MAX): string =>
  text(own(params, name), name, charsMax);

/** Returns the parameter `name`, a list of texts that are not empty. @throws Refusal */
export const textsParam = (params: JsonObject, name: string, itemsMax = 1000): readonly string[] => {
  const value = own(params, name);
  if (!Array.isArray(value)) return refuse(`${name} must be a list of texts`);
  if (value.length > itemsMax) return refuse(`${name} must have at most ${itemsMax} items`);
  return value.map((item: unknown, index) => text(item, `${name}[${index}]`, TEXT_CHARS_MAX));
};

/** Returns the parameter `name`, a safe integer from min to max. @throws Refusal */
export const integerParam = (
  params: JsonObject,
  name: string,
  min: number = Number.MIN_SAFE_INTEGER,
  max: number = Number.MAX_SAFE_INTEGER,
): number => {
  const value = own(params, name);
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return refuse(`${name} must be an integer`);
  if (value < min || value > max) return refuse(`${name} must be from ${min} to ${max}`);
  return value;
};

// Only own keys count: `params.constructor` is a function that the client never sent.
const own = (params: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(params, name) ? params[name] : undefined;

const text = (value: unknown, what: string, charsMax: number): string => {
  if (typeof value !== "string" || value === "") return refuse(`${what} must be a text`);
  if (value.length > charsMax) return refuse(`${what} must have at most ${charsMax} characters`);
  return value;
};
