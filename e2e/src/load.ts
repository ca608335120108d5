import { type Submitted, submitManyTo } from "@dure/client";
import type { Client } from "./signer.ts";
import { transactionId } from "./signer.ts";

/** One round of submissions goes out this often. */
const TICK_MS = 50;
/** Rounds under way to one peer; above it the peer is left out, so that a slow one is not drowned. */
const UNDER_WAY_MAX = 60;
const WAIT_MS = 10_000;

export type Load = {
  /** Ids whose final receipt a peer returned: what was promised. */
  readonly acknowledged: ReadonlySet<string>;
  /** Ids that were sent, whatever became of them. */
  readonly sent: ReadonlySet<string>;
  /** Receipts with another code than 0. */
  readonly failed: readonly Submitted[];
  /** Stops sending, and resolves when all answers are in. */
  readonly stop: () => Promise<{ readonly perSecond: number }>;
};

/**
 * Submits signed transactions to the live peers in turn, so many per second in all, each waiting for its receipt. Every
 * tenth goes to two peers at once: it must still stand once. A peer that dies costs its waiting answers and no more.
 */
export const startLoad = (options: {
  readonly perSecond: number;
  readonly client: Client;
  readonly make: (client: Client) => Uint8Array;
  /** URLs of the peers that live now. */
  readonly live: () => readonly string[];
}): Load => {
  const { perSecond, client, make, live } = options;
  const acknowledged = new Set<string>();
  const sent = new Set<string>();
  const failed: Submitted[] = [];
  const underWay = new Map<string, number>();
  const waiting = new Set<Promise<void>>();
  const startedMs = Date.now();
  let turn = 0;

  const submitTo = async (url: string, transactions: readonly Uint8Array[]): Promise<void> => {
    underWay.set(url, (underWay.get(url) ?? 0) + 1);
    try {
      const peer = { url, timeoutMs: WAIT_MS + 5_000 };
      const options = { until: "executed", waitMs: WAIT_MS } as const;
      const answers = await submitManyTo(peer, transactions, [client.signer.certificate], options);
      for (const answer of answers) {
        if (answer.status !== "executed" || answer.id === undefined) continue;
        acknowledged.add(answer.id);
        if (answer.receipt?.code !== 0) failed.push(answer);
      }
    } catch {
      // The peer was killed, or refuses for now: nothing was acknowledged.
    } finally {
      underWay.set(url, (underWay.get(url) ?? 1) - 1);
    }
  };

  const send = (url: string, transactions: readonly Uint8Array[]): void => {
    const answer: Promise<void> = submitTo(url, transactions).finally(() => waiting.delete(answer));
    waiting.add(answer);
  };

  const tick = (): void => {
    const urls = live().filter((url) => (underWay.get(url) ?? 0) < UNDER_WAY_MAX);
    const url = urls[turn++ % Math.max(1, urls.length)];
    if (url === undefined) return;
    const transactions = Array.from({ length: Math.ceil((perSecond * TICK_MS) / 1_000) }, () => make(client));
    for (const bytes of transactions) sent.add(transactionId(bytes));
    send(url, transactions);
    const other = urls[turn % urls.length];
    if (turn % 10 === 0 && other !== undefined && other !== url) send(other, transactions);
  };

  const timer = setInterval(tick, TICK_MS);
  return {
    acknowledged,
    sent,
    failed,
    stop: async () => {
      clearInterval(timer);
      const seconds = (Date.now() - startedMs) / 1_000;
      while (waiting.size > 0) await Promise.all(waiting);
      return { perSecond: Math.round(sent.size / seconds) };
    },
  };
};
