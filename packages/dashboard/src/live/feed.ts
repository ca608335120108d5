import type { BlockSummary, Events, TransactionAnswer } from "../answers.ts";
import { readPayload } from "../chain/payload.ts";
import { median } from "./median.ts";
import { createRecent } from "./recent.ts";

/** A block as the list shows it. */
export type BlockRow = BlockSummary & { readonly finalMs: number | null };

/** An executed transaction as the list shows it. */
export type TransactionRow = {
  readonly id: string;
  readonly height: number;
  readonly index: number;
  readonly score: string;
  /** The method called; null for data. */
  readonly method: string | null;
  readonly code: number;
};

/** What the feed shows now; a part that did not change is the same object as before. */
export type FeedView = {
  readonly blocks: readonly BlockRow[];
  readonly transactions: readonly TransactionRow[];
  readonly height: number;
  readonly executedHeight: number;
  /** Transactions in the chain, as far as it was told. */
  readonly transactionCount: number;
  /** The median of the latest blocks' time to finality; undefined before the first that was seen live. */
  readonly finalMs: number | undefined;
};

export type Feed = {
  /** Starts over from what a peer shows of the chain: its latest blocks, newest first. */
  readonly begin: (
    blocks: readonly BlockSummary[],
    status: {
      readonly height: number;
      readonly executedHeight: number;
      readonly transactionCount: number;
    },
  ) => void;
  /** Transactions that were executed before the page was opened, in their order. */
  readonly fill: (transactions: readonly TransactionAnswer[]) => void;
  readonly block: (event: Events["block"]) => void;
  readonly transaction: (event: Events["transaction"]) => void;
  readonly executed: (event: Events["executed"]) => void;
  readonly view: () => FeedView;
};

const ROWS_MAX = 15;
const LATENCIES_MAX = 50;

/** The feed of blocks and transactions: bounded, and cheap to tell of thousands a second. */
export const createFeed = (): Feed => {
  const blocks = createRecent<BlockRow>(ROWS_MAX);
  const transactions = createRecent<TransactionRow>(ROWS_MAX);
  const latencies = createRecent<number>(LATENCIES_MAX);
  let [height, executedHeight, transactionCount] = [0, 0, 0];
  return {
    begin: (latest, status) => {
      blocks.clear();
      transactions.clear();
      for (const block of latest.slice(0, ROWS_MAX).reverse()) blocks.push({ ...block, finalMs: null });
      ({ height, executedHeight, transactionCount } = status);
    },
    fill: (older) => {
      if (transactions.list().length > 0) return;
      for (const { id, score, bytes, receipt } of older.slice(-ROWS_MAX))
        if (receipt !== undefined)
          transactions.push({
            id,
            score,
            method: readPayload(bytes).method ?? null,
            height: receipt.height,
            index: receipt.index,
            code: receipt.code,
          });
    },
    block: (event) => {
      if (event.height <= height) return;
      blocks.push(event);
      if (event.finalMs !== null) latencies.push(event.finalMs);
      height = event.height;
      transactionCount += event.transactionCount;
    },
    transaction: ({ id, height, index, score, method, code }) =>
      transactions.push({ id, height, index, score, method, code }),
    executed: (event) => {
      executedHeight = Math.max(executedHeight, event.height);
    },
    view: () => ({
      blocks: blocks.list(),
      transactions: transactions.list(),
      height,
      executedHeight,
      transactionCount,
      finalMs: median(latencies.list()),
    }),
  };
};
