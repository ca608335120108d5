import type { Call, Outcome, ScoreHost } from "@dure/score-host";
import { callOf, type Hash, type Header, RECEIPT_CODE, type Receipt, type Transaction } from "@dure/types";
import type { Identities } from "./identities.ts";

export type Executed = {
  readonly receipts: readonly Receipt[];
  /** Per transaction, the writes of its call. */
  readonly writes: readonly Outcome["writes"][];
};

const NO_WRITES: Outcome["writes"] = [];

const receiptOf = (
  transaction: Transaction,
  height: number,
  index: number,
  outcome: Outcome | undefined,
  score: string,
): Receipt => ({
  transactionId: transaction.id,
  height,
  index,
  code: outcome?.code ?? RECEIPT_CODE.success,
  message: outcome?.message ?? "",
  result: outcome?.result ?? "null",
  events: (outcome?.events ?? []).map((event) => ({ score, ...event })),
});

/**
 * Executes a block's transactions in order and gives their receipts and writes. A transaction that calls no SCORE is
 * data: its receipt says success. Throws ScoreHostError when execution halts; then nothing of the block counts.
 */
export const executeBlock = async (
  host: ScoreHost,
  identities: Identities,
  defaultScore: string,
  block: { readonly header: Header; readonly transactions: readonly Transaction[] },
  read: Parameters<ScoreHost["execute"]>[1],
): Promise<Executed> => {
  const { height, timestampMs } = block.header;
  const calls: Call[] = [];
  const senders = new Map<Hash, Call["sender"]>();
  const senderOf = ({ id, sender }: Transaction): Call["sender"] => {
    const known = senders.get(sender);
    if (known !== undefined) return known;
    const identity = identities.identityOf(sender);
    // A receipt that depended on what this node has forgotten would be another than everyone else's.
    if (identity === undefined)
      throw new Error(`the sender of transaction ${id} is not known here: its block was not learned`);
    const { name, organisation, roles } = identity;
    const found = { id: sender, name, organisation, roles, attributes: {} };
    senders.set(sender, found);
    return found;
  };
  block.transactions.forEach((transaction, index) => {
    const call = callOf(transaction, defaultScore);
    if (call === undefined) return;
    calls.push({ index, txId: transaction.id, ...call, sender: senderOf(transaction) });
  });
  const outcomes = calls.length === 0 ? [] : await host.execute({ height, timestampMs, calls }, read);
  const byIndex = new Map(
    calls.map((call, at) => [call.index, { outcome: outcomes[at], score: call.score }]),
  );
  return {
    receipts: block.transactions.map((transaction, index) => {
      const executed = byIndex.get(index);
      return receiptOf(transaction, height, index, executed?.outcome, executed?.score ?? "");
    }),
    writes: block.transactions.map((_, index) => byIndex.get(index)?.outcome?.writes ?? NO_WRITES),
  };
};
