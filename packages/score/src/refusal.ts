import type { JsonObject } from "./json.ts";

/** Thrown by `refuse`. The transaction's receipt gets code 9000 and this message; nothing it wrote stays. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code = 9000;
  readonly details: JsonObject | undefined;

  constructor(message: string, details?: JsonObject) {
    super(message);
    this.details = details;
  }
}

/**
 * Refuses the call: its writes and events are undone, and its receipt says code 9000 with this message.
 * `details`, if given, become the receipt's result, so that a program need not parse the message.
 *
 * @throws Refusal, always.
 */
export const refuse = (message: string, details?: JsonObject): never => {
  throw new Refusal(message, details);
};
