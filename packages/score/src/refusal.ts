import type { JsonObject } from "./json.ts";

/** The code of a refusal that names none, and of whatever else a contract throws. */
const CODE_DEFAULT = 9000;
/** The codes that a contract may give its refusals, both included. All others are the ledger's. */
export const REFUSAL_CODE_MIN = 1000;
export const REFUSAL_CODE_MAX = 8999;

/** Thrown by `refuse`. The transaction's receipt gets its code and message; nothing that the call wrote stays. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** 1000 to 8999 if the contract chose one, otherwise 9000. */
  readonly code: number;
  readonly details: JsonObject | undefined;

  constructor(message: string, details?: JsonObject, code: number = CODE_DEFAULT) {
    super(message);
    this.details = details;
    this.code = isOwnCode(code) ? code : CODE_DEFAULT;
  }
}

const isOwnCode = (code: number): boolean =>
  Number.isInteger(code) && code >= REFUSAL_CODE_MIN && code <= REFUSAL_CODE_MAX;

/**
 * Refuses the call: its writes and events are undone, and its receipt says `code` with this message.
 * `details`, if given, become the receipt's result, so that a program need not parse the message. A code is
 * the contract's own, from 1000 to 8999; any other number counts as 9000.
 *
 * @example
 * const errors = { INSUFFICIENT: 1001 } as const;
 * refuse("the balance is too small", { balance: "3" }, errors.INSUFFICIENT);
 *
 * @throws Refusal, always.
 */
export const refuse = (message: string, details?: JsonObject, code?: number): never => {
  throw new Refusal(message, details, code);
};

/**
 * Returns whether a caught value is a refusal: of this contract, or of another one that `ctx.call` or
 * `ctx.ask` ran. Another contract's refusal is of another class, so `instanceof` would not know it.
 */
export const isRefusal = (thrown: unknown): thrown is Refusal =>
  thrown instanceof Error && thrown.name === "Refusal" && "code" in thrown && typeof thrown.code === "number";
