import type { Client } from "./client.ts";
import { ClientError } from "./error.ts";
import type { TransactionAnswer } from "./get-transaction.ts";
import type { Call, Signer } from "./make-transaction.ts";
import { type SignOptions, sign } from "./sign.ts";
import { submit } from "./submit.ts";
import type { WaitOptions } from "./wait.ts";

/**
 * Calls a SCORE's method in a transaction signed here, and gives its receipt, verified from the genesis. A SCORE that
 * refuses is no error: the receipt's code is then 9000, and its message says why. Throws as `submit` does.
 *
 * @example
 * const paid = await call(client, alice, { score: "token", method: "transfer", params: { to: "bob@devnet", amount: "5" } });
 * if (paid.receipt.code !== 0) throw new Error(paid.receipt.message);
 * console.log("paid in block", paid.height);
 */
export const call = async (
  client: Client,
  signer: Signer,
  content: Call,
  options: SignOptions & Omit<WaitOptions, "until"> = {},
): Promise<Extract<TransactionAnswer, { readonly status: "executed" }>> => {
  const executed = await submit(client, sign(client, signer, content, options), signer.certificate, options);
  if (executed.status === "executed") return executed;
  throw new ClientError("TIMED_OUT", `transaction ${executed.id} is final and was not executed in time`);
};
