import type { Bytes } from "@dure/crypto";
import { toBase64 } from "@dure/types";
import { ClientError } from "./error.ts";
import type { ReceiptAnswer } from "./receipt.ts";
import { type PeerOptions, request } from "./request.ts";

/** What to wait for: the peer's acceptance, the synced commit, or the receipt. */
export type Until = "accepted" | "final" | "executed";

export type SubmitOptions = {
  readonly channel?: string;
  /** `executed` unless given. */
  readonly until?: Until;
  /** How long the peer waits for it. */
  readonly waitMs?: number;
};

/** One transaction's answer. */
export type Submitted = {
  /** The transaction's id; undefined where it was refused before it had one. */
  readonly id: string | undefined;
  readonly status: "accepted" | "final" | "executed" | "refused";
  /** Why it was refused. */
  readonly code?: string;
  readonly message?: string;
  readonly receipt?: ReceiptAnswer;
};

/**
 * Submits signed transactions, one or many, with the certificates of their senders, and waits as asked. One answer per
 * transaction, in order; a refusal is an answer. Throws ClientError where the request as a whole failed.
 */
export const submitManyTo = async (
  peer: PeerOptions,
  transactions: readonly Bytes[],
  certificates: readonly Bytes[],
  options: SubmitOptions = {},
): Promise<readonly Submitted[]> => {
  const { channel, until = "executed", waitMs } = options;
  const query = new URLSearchParams({ wait: until });
  if (channel !== undefined) query.set("channel", channel);
  if (waitMs !== undefined) query.set("waitMs", String(waitMs));
  const body = { transactions: transactions.map(toBase64), certificates: certificates.map(toBase64) };
  const answer = await request(peer, `/api/v2/transactions?${query}`, {
    bytes: JSON.stringify(body),
    contentType: "application/json",
  });
  const results = answer["transactions"];
  if (!Array.isArray(results) || results.length !== transactions.length) {
    throw new ClientError("PEER_ANSWER", "the peer did not answer for each transaction");
  }
  return results as readonly Submitted[];
};

/** The same for one transaction; a refusal is thrown with the peer's code. */
export const submitTo = async (
  peer: PeerOptions,
  transaction: Bytes,
  certificate: Bytes,
  options: SubmitOptions = {},
): Promise<Submitted> => {
  const [answer] = await submitManyTo(peer, [transaction], [certificate], options);
  if (answer === undefined || answer.status === "refused") {
    throw new ClientError(answer?.code ?? "PEER_ANSWER", answer?.message ?? "the peer gave no answer");
  }
  return answer;
};
