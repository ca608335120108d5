import type { Activation, Call, Outcome, ScoreHost, Suspended } from "@dure/score-host";
import { callOf, type Hash, type Header, RECEIPT_CODE, type Receipt, type Transaction } from "@dure/types";
import type { Identities } from "./identities.ts";
import { organisationsOf } from "./organisations.ts";

export type Executed = {
  readonly receipts: readonly Receipt[];
  /** Per transaction, the writes of its call. */
  readonly writes: readonly Outcome["writes"][];
  /** What came of the block's activations, in order. */
  readonly activations: readonly Outcome[];
  /** What methods threw that no receipt carries, in the engine's words: for the log alone. */
  readonly thrown: readonly Thrown[];
};

type Thrown = Pick<Call, "txId" | "score" | "method"> & { readonly diagnostic: string };

const NO_WRITES: Outcome["writes"] = [];
const NOTHING = { activations: [], calls: [] } as const;

const receiptOf = (
  transaction: Transaction,
  height: number,
  index: number,
  outcome: Outcome | undefined,
): Receipt => ({
  transactionId: transaction.id,
  height,
  index,
  code: outcome?.code ?? RECEIPT_CODE.success,
  message: outcome?.message ?? "",
  result: outcome?.result ?? "null",
  events: outcome?.events ?? [],
});

/** What a block is executed by, beside itself: all of it the same on every peer. */
export type Surroundings = {
  /** Senders as the configuration of the block's epoch judges them. */
  readonly identities: Identities;
  readonly defaultScore: string;
  /** What the block activates before its first call. */
  readonly activations: readonly Activation[];
  /** What is suspended as the block begins. */
  readonly suspended: readonly Suspended[];
};

/**
 * Executes a block's activations and transactions in order and gives their receipts and writes. A transaction that calls no SCORE is
 * data: its receipt says success. Throws ScoreHostError when execution halts; then nothing of the block counts.
 */
export const executeBlock = async (
  host: ScoreHost,
  { identities, defaultScore, activations, suspended }: Surroundings,
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
    const { name, organisation, roles, attributes } = identity;
    const found = { id: sender, name, organisation, roles, attributes };
    senders.set(sender, found);
    return found;
  };
  block.transactions.forEach((transaction, index) => {
    const call = callOf(transaction, defaultScore);
    if (call === undefined) return;
    calls.push({ index, txId: transaction.id, ...call, sender: senderOf(transaction) });
  });
  const organisations = organisationsOf(identities.config);
  const outcomes =
    calls.length + activations.length === 0
      ? NOTHING
      : await host.execute({ height, timestampMs, organisations, activations, suspended, calls }, read);
  const thrown = calls.flatMap(({ txId, score, method }, at): Thrown[] => {
    const diagnostic = outcomes.calls[at]?.diagnostic;
    return diagnostic === undefined ? [] : [{ txId, score, method, diagnostic }];
  });
  const byIndex = new Map(calls.map((call, at) => [call.index, outcomes.calls[at]]));
  return {
    receipts: block.transactions.map((transaction, index) =>
      receiptOf(transaction, height, index, byIndex.get(index)),
    ),
    writes: block.transactions.map((_, index) => byIndex.get(index)?.writes ?? NO_WRITES),
    activations: outcomes.activations,
    thrown,
  };
};
