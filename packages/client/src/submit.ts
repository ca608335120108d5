import type { Bytes } from "@dure/crypto";
import type { Hash } from "@dure/types";
import { withAnyPeer } from "./any-peer.ts";
import type { Client } from "./client.ts";
import { ClientError } from "./error.ts";
import { idOf, type TransactionAnswer } from "./get-transaction.ts";
import { type Submitted, submitManyTo } from "./submit-to.ts";
import { type WaitOptions, wait } from "./wait.ts";

/** A peer that has the very same bytes already says so: then there is nothing to do but to wait. */
const IS_THERE = new Set(["TX_DUPLICATE", "TX_REPLAYED"]);

/** How long one peer waits for the outcome before it is asked for the proof. */
const WAIT_MS = 5_000;

const isThere = ({ status, code }: Submitted): boolean => status !== "refused" || IS_THERE.has(code ?? "");

/** Submits to one peer after the other until one takes them; each answer is what that peer said. */
const submitToAny = (
  client: Client,
  transactions: readonly Bytes[],
  certificates: readonly Bytes[],
  { until = "executed", signal, timeoutMs = client.timeoutMs }: WaitOptions,
): Promise<readonly Submitted[]> =>
  withAnyPeer(client, async (peer) => {
    const target = { url: peer.url, timeoutMs: client.timeoutMs, signal, fetch: client.fetch };
    const options = { channel: client.channelId, until, waitMs: Math.min(WAIT_MS, timeoutMs) };
    try {
      return await submitManyTo(target, transactions, certificates, options);
    } catch (error) {
      // One transaction alone is refused by the request's own status.
      if (transactions.length === 1 && error instanceof ClientError && IS_THERE.has(error.code))
        return [{ id: undefined, status: "refused", code: error.code, message: error.message }];
      throw error;
    }
  });

/**
 * Submits a signed transaction and waits until it is executed (or final), verified from the genesis. Sending the same
 * bytes again, to whichever peer, is safe: they are executed at most once. Throws ClientError with the code of a peer's
 * refusal, or `TIMED_OUT`.
 *
 * @example
 * const bytes = sign(client, alice, { score: "token", method: "transfer", params: { to: "bob@devnet", amount: "1" } });
 * const executed = await submit(client, bytes, alice.certificate);
 * console.log(executed.id, executed.height);
 */
export const submit = async (
  client: Client,
  transaction: Bytes,
  certificate: Bytes,
  options: WaitOptions = {},
): Promise<Exclude<TransactionAnswer, { readonly status: "accepted" }>> => {
  const id = idOf(client, transaction);
  await submitToAny(client, [transaction], [certificate], options);
  return wait(client, id, options);
};

/** What became of one of many: verified, or why it was refused or is not known. */
export type SubmittedOne =
  | Exclude<TransactionAnswer, { readonly status: "accepted" }>
  | { readonly id: Hash; readonly status: "refused"; readonly code: string; readonly message: string };

/** How many proofs are asked for at a time. */
const AT_A_TIME = 16;

/**
 * Submits many at once, up to 1,000, which costs the peers far less than one by one, and gives what became of each, in
 * order: verified, or refused with a code. Throws ClientError where the request as a whole failed.
 *
 * @example
 * const call = { score: "token", method: "transfer", params: { to: "bob@devnet", amount: "1" } };
 * const many = [sign(client, alice, call), sign(client, alice, call)];
 * const results = await submitMany(client, many, [alice.certificate]);
 * console.log(results.map(({ status }) => status));
 */
export const submitMany = async (
  client: Client,
  transactions: readonly Bytes[],
  certificates: readonly Bytes[],
  options: WaitOptions = {},
): Promise<readonly SubmittedOne[]> => {
  const ids = transactions.map((bytes) => idOf(client, bytes));
  const answers = await submitToAny(client, transactions, certificates, options);
  const results: SubmittedOne[] = [];
  const settle = async (id: Hash, answer: Submitted | undefined): Promise<SubmittedOne> => {
    if (answer !== undefined && !isThere(answer))
      return { id, status: "refused", code: answer.code ?? "PEER_REFUSED", message: answer.message ?? "" };
    try {
      return await wait(client, id, options);
    } catch (error) {
      if (!(error instanceof ClientError) || error.code === "ABORTED") throw error;
      return { id, status: "refused", code: error.code, message: error.message };
    }
  };
  for (let from = 0; from < ids.length; from += AT_A_TIME) {
    const some = ids.slice(from, from + AT_A_TIME);
    results.push(...(await Promise.all(some.map((id, at) => settle(id, answers[from + at])))));
  }
  return results;
};
