import type { ProofDocument, TransactionFacts } from "@dure/ledger/proof";
import {
  callOf,
  decodeTransaction,
  fromBase64,
  type Hash,
  parseHash,
  payloadValue,
  type Transaction,
} from "@dure/types";
import { type AskOptions, ask, pathOf, withAnyPeer } from "./any-peer.ts";
import type { Client, Peer } from "./client.ts";
import { ClientError } from "./error.ts";
import { type ReceiptAnswer, receiptAnswer } from "./receipt.ts";
import type { Answer } from "./request.ts";
import { lied, saw, verified } from "./verified.ts";

/** What its sender signed. */
type Signed = {
  readonly id: Hash;
  /** The id of the sender's certificate: its SHA-256 under a tag. */
  readonly sender: Hash;
  readonly expiryMs: number;
  /** The JSON value of its payload; undefined where it is none. */
  readonly payload: unknown;
  /** What it calls; undefined: it is data for the record. */
  readonly call: { readonly score: string; readonly method: string } | undefined;
};

type Placed = Signed & {
  readonly height: number;
  readonly index: number;
  readonly blockId: Hash;
  /** The block's time, in ms since the epoch. */
  readonly timestampMs: number;
  /** Verified; to be kept for others, such as with `dure verify`. */
  readonly proof: ProofDocument;
};

/**
 * A transaction as far as it has come. `accepted` is what one peer says; that it is final, and its receipt, were
 * verified from the genesis.
 */
export type TransactionAnswer =
  | (Signed & { readonly status: "accepted" })
  | (Placed & { readonly status: "final" })
  | (Placed & { readonly status: "executed"; readonly receipt: ReceiptAnswer });

const TRANSACTION_BYTES_MAX = 1 << 20;

/** A transaction's id as its bytes give it. Throws ClientError `INPUT_INVALID`. */
export const idOf = (client: Client, bytes: Uint8Array): Hash => {
  const decoded = decodeTransaction(client.suite, bytes, TRANSACTION_BYTES_MAX);
  if (!decoded.ok)
    throw new ClientError("INPUT_INVALID", `these are no transaction's bytes: ${decoded.message}`);
  if (decoded.value.channelId !== client.channelId)
    throw new ClientError("INPUT_INVALID", "the transaction was signed for another channel");
  return decoded.value.id;
};

/** An id that a caller gave. Throws ClientError `INPUT_INVALID`. */
export const hashFrom = (text: string, what: string): Hash => {
  const hash = parseHash(text);
  if (hash === undefined)
    throw new ClientError("INPUT_INVALID", `${what} has 64 lower-case hexadecimal digits`);
  return hash;
};

const signedOf = (client: Client, transaction: Transaction): Signed => {
  const { id, sender, expiryMs, payload } = transaction;
  const call = callOf(transaction, client.trust.config.defaultScore);
  return {
    id,
    sender,
    expiryMs,
    payload: payloadValue(payload)?.value,
    call: call && { score: call.score, method: call.method },
  };
};

const acceptedOf = (client: Client, peer: Peer, id: Hash, answer: Answer): TransactionAnswer => {
  const bytes = typeof answer["bytes"] === "string" ? fromBase64(answer["bytes"]) : undefined;
  const decoded = bytes && decodeTransaction(client.suite, bytes, TRANSACTION_BYTES_MAX);
  if (decoded?.ok !== true || decoded.value.id !== id)
    throw lied(peer, "it gave the bytes of another transaction");
  return { status: "accepted", ...signedOf(client, decoded.value) };
};

const placedOf = (client: Client, facts: TransactionFacts, proof: ProofDocument): TransactionAnswer => {
  const { height, index, blockId, timestampMs, transaction, receipt } = facts;
  const placed = { ...signedOf(client, transaction), height, index, blockId, timestampMs, proof };
  if (receipt === undefined) return { status: "final", ...placed };
  saw(client, height);
  return { status: "executed", ...placed, receipt: receiptAnswer(receipt) };
};

/** The same from one peer of the client. */
export const transactionFrom = async (
  client: Client,
  peer: Peer,
  id: Hash,
  options: AskOptions = {},
): Promise<TransactionAnswer> => {
  const answer = await ask(client, peer, pathOf(client, `/transactions/${id}`, { proof: true }), options);
  if (answer["status"] === "accepted" && answer["proof"] === undefined)
    return acceptedOf(client, peer, id, answer);
  const facts = verified(client, peer, "transaction", answer["proof"]);
  if (facts.id !== id) throw lied(peer, "it proved another transaction");
  if (answer["status"] === "executed" && facts.receipt === undefined)
    throw lied(peer, "it says executed, and its proof shows no receipt");
  return placedOf(client, facts, answer["proof"] as ProofDocument);
};

/**
 * A transaction, with its receipt once it is executed, verified from the genesis. Throws ClientError `TX_UNKNOWN` where
 * no peer knows it.
 *
 * @example
 * const found = await getTransaction(client, id);
 * if (found.status === "executed") console.log(found.receipt.result, "in block", found.height);
 */
export const getTransaction = (
  client: Client,
  id: string,
  options: AskOptions = {},
): Promise<TransactionAnswer> => {
  const hash = hashFrom(id, "a transaction's id");
  return withAnyPeer(client, (peer) => transactionFrom(client, peer, hash, options));
};
