import type { Events } from "../answers.ts";
import type { Cell } from "./cell.ts";

/** A transaction that was sent from this page. Spans are ms since it was sent, as measured here. */
export type Sent = {
  readonly id: string;
  /** `performance.now()` when it was sent. */
  readonly sentMs: number;
  readonly acceptedAfterMs: number;
  readonly finalAfterMs: number | undefined;
  readonly executedAfterMs: number | undefined;
  readonly height: number | undefined;
  /** The receipt's code and message. */
  readonly code: number | undefined;
  readonly message: string | undefined;
};

/** How far a transaction has come, from whoever says so first. */
export type Progress =
  | { readonly stage: "final"; readonly height: number }
  | {
      readonly stage: "executed";
      readonly height: number;
      readonly code: number;
      readonly message: string;
    };

export type SentLog = {
  readonly add: (id: string, sentMs: number, nowMs: number) => void;
  /** A block became final; its arrival dates the finality of the transactions in it. */
  readonly block: (height: number, nowMs: number) => void;
  readonly transaction: (event: Events["transaction"], nowMs: number) => void;
  readonly progress: (id: string, progress: Progress, nowMs: number) => void;
};

const SENT_MAX = 3;
const ARRIVALS_MAX = 256;

/** Follows the page's own transactions, the latest few, newest first. */
export const createSentLog = (cell: Cell<readonly Sent[]>): SentLog => {
  const arrivals = new Map<number, number>();
  const progress = (id: string, told: Progress, nowMs: number): void => {
    const change = (sent: Sent): Sent => {
      if (sent.id !== id || sent.executedAfterMs !== undefined) return sent;
      const finalMs = arrivals.get(told.height) ?? nowMs;
      const finalAfterMs = sent.finalAfterMs ?? Math.max(0, finalMs - sent.sentMs);
      // A block may be told sooner than the answer that it was accepted arrives: it was, by then at the latest.
      const acceptedAfterMs = Math.min(sent.acceptedAfterMs, finalAfterMs);
      const final = { ...sent, acceptedAfterMs, finalAfterMs, height: told.height };
      if (told.stage === "final") return final;
      const { code, message } = told;
      return { ...final, code, message, executedAfterMs: Math.max(finalAfterMs, nowMs - sent.sentMs) };
    };
    cell.set(cell.get().map(change));
  };
  // Events of transactions that were executed before the answer with their id arrived.
  const early = new Map<string, { readonly told: Progress; readonly nowMs: number }>();
  return {
    add: (id, sentMs, nowMs) => {
      const sent: Sent = {
        id,
        sentMs,
        acceptedAfterMs: nowMs - sentMs,
        finalAfterMs: undefined,
        executedAfterMs: undefined,
        height: undefined,
        code: undefined,
        message: undefined,
      };
      cell.set([sent, ...cell.get().filter((other) => other.id !== id)].slice(0, SENT_MAX));
      const already = early.get(id);
      if (already !== undefined) progress(id, already.told, already.nowMs);
    },
    block: (height, nowMs) => {
      arrivals.set(height, nowMs);
      for (const oldest of arrivals.keys()) {
        if (arrivals.size <= ARRIVALS_MAX) break;
        arrivals.delete(oldest);
      }
    },
    transaction: ({ id, height, code, message }, nowMs) => {
      const told = { stage: "executed", height, code, message } as const;
      if (cell.get().some((sent) => sent.id === id)) {
        progress(id, told, nowMs);
        return;
      }
      early.set(id, { told, nowMs });
      for (const oldest of early.keys()) {
        if (early.size <= ARRIVALS_MAX) break;
        early.delete(oldest);
      }
    },
    progress,
  };
};
