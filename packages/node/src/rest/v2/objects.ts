import type { Hash, Receipt, Transaction } from "@dure/types";
import type { HeaderView } from "../../channel/view.ts";

/** A receipt as v2 shows it: texts of JSON are parsed. */
export const receiptObject = ({ height, index, code, message, result, events }: Receipt) => ({
  height,
  index,
  code,
  message,
  result: JSON.parse(result) as unknown,
  events: events.map((event) => ({ ...event, data: JSON.parse(event.data) as unknown })),
});

/** What the sender signed, and nothing that came of it. */
export const transactionObject = ({ sender, score, expiryMs, bytes }: Transaction) => ({
  sender,
  score,
  expiryMs,
  bytes: Buffer.from(bytes).toString("base64"),
});

/** A block without its data. */
export const blockSummary = ({ id, header, proposerId }: HeaderView) => ({
  id: id as Hash,
  height: header.height,
  view: header.view,
  epoch: header.epoch,
  parentId: header.parentId,
  timestampMs: header.timestampMs,
  proposer: proposerId,
  bodyRoot: header.bodyRoot,
  executionHeight: header.execution?.height ?? 0,
  transactionCount: header.transactionCount,
});
