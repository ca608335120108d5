import type { Receipt } from "@dure/types";

/** The result of an executed transaction, with its JSON parsed. */
export type ReceiptAnswer = {
  readonly height: number;
  readonly index: number;
  /** 0: success; 9000: the SCORE refused, and `message` says why; 9100: no SCORE could answer. */
  readonly code: number;
  readonly message: string;
  readonly result: unknown;
  readonly events: readonly { readonly score: string; readonly name: string; readonly data: unknown }[];
};

/** A receipt as applications read it. */
export const receiptAnswer = ({ height, index, code, message, result, events }: Receipt): ReceiptAnswer => ({
  height,
  index,
  code,
  message,
  result: JSON.parse(result) as unknown,
  events: events.map(({ score, name, data }) => ({ score, name, data: JSON.parse(data) as unknown })),
});
