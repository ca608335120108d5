import { isWellFormed, type JsonObject } from "@dure/score";
import { isAuthorsCode, MESSAGE_CHARS_MAX } from "../bounds.ts";
import type { Code } from "../outcome.ts";
import { closeError } from "./closed-error.ts";
import { isEngines } from "./natives/error.ts";
import { freeze } from "./pristine.ts";

/** What a thrown value says. `engineLimit`: not the contract but the engine gave up. */
export type Failure = {
  readonly code: Code;
  readonly message: string;
  readonly details: JsonObject | undefined;
  readonly diagnostic: string;
  readonly engineLimit: boolean;
};

/**
 * Thrown where a contract calls a suspended SCORE. It may catch this; if it does not, its own call ends with code 9100.
 * What cannot be made by a contract, nor changed, tells it from what a contract throws.
 */
export class SuspendedRefusal extends Error {
  override readonly name = "Refusal";
  readonly code = 9100;
  readonly #isGenuine = true;

  constructor(message: string) {
    super(message);
    freeze(this);
  }

  static is(thrown: unknown): thrown is SuspendedRefusal {
    return isObject(thrown) && #isGenuine in thrown && thrown.#isGenuine;
  }
}
closeError(SuspendedRefusal);

/**
 * Returns what to make of a value that a contract threw, without running any of its code.
 *
 * The message of an Error, or of a class that extends it, is the contract's own and goes into the receipt.
 * A TypeError and its siblings may come from the engine, whose wording differs between versions: of these
 * the receipt names the type alone, and the wording is left for logs.
 */
export const failureOf = (thrown: unknown): Failure => {
  if (SuspendedRefusal.is(thrown))
    return {
      code: thrown.code,
      message: thrown.message,
      details: undefined,
      diagnostic: "",
      engineLimit: false,
    };
  const wording = cut(typeof thrown === "string" ? thrown : textOf(thrown, "message"));
  const type = isObject(thrown) ? NATIVE.get(Object.getPrototypeOf(thrown)) : undefined;
  if (type !== undefined)
    return {
      code: 9000,
      message: `the method threw a ${type}`,
      details: undefined,
      diagnostic: cut(`${type}: ${advised(wording)}`),
      engineLimit: type === "RangeError" && isEngines(thrown as object) && ENGINE_LIMIT.test(wording),
    };
  const own = isObject(thrown) ? Object.getOwnPropertyDescriptor(thrown, "details")?.value : undefined;
  const chosen = isObject(thrown) ? Object.getOwnPropertyDescriptor(thrown, "code")?.value : undefined;
  const isRefusal = chosen === 9000 || (typeof chosen === "number" && isAuthorsCode(chosen));
  return {
    code: isRefusal && Number.isInteger(chosen) ? chosen : 9000,
    message: wording || "the method threw without a message",
    details: isRefusal && isObject(own) ? (own as JsonObject) : undefined,
    diagnostic: "",
    engineLimit: false,
  };
};

/** What the realm says of a clock and of chance, in words that help an author. */
const advised = (wording: string): string => {
  if (!wording.startsWith("secure mode ")) return wording;
  return wording.includes("Math")
    ? "there is no Math.random: all peers must come to the same result"
    : "there is no clock: take ctx.block.timestampMs, and give Date what it is to show";
};

/** Returns a text as a receipt can carry it: whole characters, at most MESSAGE_CHARS_MAX code units. */
export const cut = (text: string): string => {
  const whole = isWellFormed(text) ? text : text.replace(/\p{Cs}/gu, "\ufffd");
  return whole.length <= MESSAGE_CHARS_MAX
    ? whole
    : whole.slice(0, MESSAGE_CHARS_MAX).replace(/[\ud800-\udbff]$/, "");
};

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const NATIVE = new Map<unknown, string>(
  [TypeError, RangeError, ReferenceError, SyntaxError, EvalError, URIError, AggregateError].map((type) => [
    type.prototype,
    type.name,
  ]),
);

// Limits of the engine and not of the language: another version could have gone on. Whole messages: some quote a value.
const ENGINE_LIMIT =
  /^(Maximum call stack size exceeded|Invalid string length|(Map|Set|Maximum BigInt|BigInt) (maximum )?size exceeded|BigInt too big.*|Array buffer allocation failed)$/;

// Through the descriptor: a getter of a hostile contract must not run here.
const textOf = (value: unknown, key: string): string => {
  const text: unknown = isObject(value) ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
  return typeof text === "string" ? text : "";
};
