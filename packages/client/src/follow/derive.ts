import type { BlockFacts } from "@dure/ledger/proof";
import { callOf, type Receipt, type Transaction } from "@dure/types";
import type { Client } from "../client.ts";
import { summaryOf } from "../get-block.ts";
import type { Cursor } from "./cursor.ts";
import type { BlockEvent, ExecutedEvent, ScoreEvent, TransactionEvent } from "./event.ts";

type Derived = {
  readonly event: BlockEvent | TransactionEvent | ScoreEvent | ExecutedEvent;
  readonly sender?: string;
  readonly cursor: Cursor;
};

const transactionEvent = (client: Client, transaction: Transaction, receipt: Receipt): TransactionEvent => {
  const { id, sender } = transaction;
  const { height, index, code, message, result } = receipt;
  const call = callOf(transaction, client.trust.config.defaultScore);
  return {
    type: "transaction",
    id,
    height,
    index,
    sender,
    score: call?.score ?? transaction.score,
    method: call?.method ?? null,
    code,
    message,
    result: JSON.parse(result) as unknown,
  };
};

const scoreEvents = ({ transactionId, height, index, events }: Receipt): readonly ScoreEvent[] =>
  events.map(({ score, name, data }, event) => ({
    type: "score",
    transactionId,
    height,
    index,
    event,
    score,
    name,
    data: JSON.parse(data) as unknown,
  }));

/**
 * The events of a verified block, in the order and with the cursors that every peer gives them. Undefined where the
 * block was not executed yet.
 */
export const eventsOf = (client: Client, facts: BlockFacts): readonly Derived[] | undefined => {
  const { transactions, receipts, execution, header } = facts;
  if (transactions === undefined || receipts === undefined || execution === undefined) return undefined;
  const { height } = header;
  const items = transactions.flatMap((transaction, index) => {
    const receipt = receipts[index] as Receipt;
    const { sender } = transaction;
    return [
      { event: transactionEvent(client, transaction, receipt), sender },
      ...scoreEvents(receipt).map((event) => ({ event, sender })),
    ];
  });
  return [
    {
      event: { type: "block", ...summaryOf(client, facts), finalMs: null },
      cursor: { final: height, executed: height - 1, items: 0 },
    },
    ...items.map((item, at) => ({
      ...item,
      cursor: { final: height, executed: height - 1, items: at + 1 },
    })),
    {
      event: {
        type: "executed",
        height,
        stateRoot: execution.stateRoot ?? "",
        receiptsRoot: execution.receiptsRoot,
        transactionCount: transactions.length,
      } as ExecutedEvent,
      cursor: { final: height, executed: height, items: 0 },
    },
  ];
};
