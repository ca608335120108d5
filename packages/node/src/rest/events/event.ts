import { callOf, type Hash, type Receipt, type Transaction } from "@dure/types";
import { z } from "zod";
import type { BlockView, ExecutedView, HeaderView } from "../../channel/view.ts";
import { BlockSummary } from "../shape.ts";
import { blockSummary } from "../v2/objects.ts";

export const EVENT_TYPES = ["block", "transaction", "score", "executed", "consensus"] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** One event of the stream, its data as JSON text. `sender` and `score` are what filters look at. */
export type StreamEvent = {
  readonly type: Exclude<EventType, "consensus">;
  readonly data: string;
  readonly sender?: Hash;
  readonly score?: string;
};

const HashText = BlockSummary.shape.id;
const Whole = BlockSummary.shape.height;

/** The shapes of the events' data, by type. */
export const EVENT_SHAPES = {
  block: BlockSummary.extend({ finalMs: Whole.nullable() }),
  transaction: z.object({
    id: HashText,
    height: Whole,
    index: Whole,
    sender: HashText,
    score: z.string(),
    method: z.string().nullable(),
    code: Whole,
    message: z.string(),
    result: z.unknown(),
  }),
  score: z.object({
    transactionId: HashText,
    height: Whole,
    index: Whole,
    event: Whole,
    score: z.string(),
    name: z.string(),
    data: z.unknown(),
  }),
  executed: z.object({ height: Whole, stateRoot: HashText, receiptsRoot: HashText, transactionCount: Whole }),
  consensus: z.object({ view: Whole, leaderId: z.string(), height: Whole, executedHeight: Whole }),
  error: z.object({ code: z.string(), message: z.string() }),
} as const;

/** A block is final. `committedAtMs`: when this peer committed it, if that was while it ran. */
export const blockEvent = (header: HeaderView, committedAtMs: number | undefined): StreamEvent => ({
  type: "block",
  data: JSON.stringify({
    ...blockSummary(header),
    finalMs: committedAtMs === undefined ? null : Math.max(0, committedAtMs - header.header.timestampMs),
  }),
});

const transactionEvent = (
  transaction: Transaction,
  { height, index, code, message, result }: Receipt,
  defaultScore: string,
): StreamEvent => {
  const { id, sender } = transaction;
  const call = callOf(transaction, defaultScore);
  const score = call?.score ?? transaction.score;
  const parsed = JSON.parse(result) as unknown;
  const method = call?.method ?? null;
  const data = { id, height, index, sender, score, method, code, message, result: parsed };
  return { type: "transaction", sender, score, data: JSON.stringify(data) };
};

const scoreEvents = (
  sender: Hash,
  { transactionId, height, index, events }: Receipt,
): readonly StreamEvent[] =>
  events.map(({ score, name, data }, event) => ({
    type: "score",
    sender,
    score,
    data: JSON.stringify({
      transactionId,
      height,
      index,
      event,
      score,
      name,
      data: JSON.parse(data) as unknown,
    }),
  }));

/** All events of an executed height, in their order: each transaction with what it emitted, then the height itself. */
export const executedEvents = (
  { header, transactions }: BlockView,
  { receipts, stateRoot, receiptsRoot }: ExecutedView,
  defaultScore: string,
): readonly StreamEvent[] => [
  ...transactions.flatMap((transaction, index) => {
    const receipt = receipts[index];
    if (receipt === undefined) return [];
    return [
      transactionEvent(transaction, receipt, defaultScore),
      ...scoreEvents(transaction.sender, receipt),
    ];
  }),
  {
    type: "executed",
    data: JSON.stringify({
      height: header.height,
      stateRoot,
      receiptsRoot,
      transactionCount: transactions.length,
    }),
  },
];
