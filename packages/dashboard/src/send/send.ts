import { ClientError } from "@dure/client";
import type { TransactionAnswer } from "../answers.ts";
import type { Network } from "../live/network.ts";
import { pause } from "../live/pause.ts";
import { ask, askOne } from "../peers/ask.ts";
import { type Content, v1Body } from "./draft.ts";

const POLL_MS = 250;
/** Beyond the life of any transaction that this page makes nothing more can come. */
const FOLLOW_MS = 120_000;

/** Has a peer sign the content in its own name, by REST v1. Resolves with the transaction's id; throws ClientError. */
export const sendByPeer = async ({ directory }: Network, content: Content): Promise<string> => {
  const [url] = directory.pool.urls();
  if (url === undefined) throw new ClientError("PEER_UNREACHABLE", "no peer is known");
  // Not asked of another peer when this one falls silent: that one would sign, and record, a second one.
  const answer = await askOne<{ readonly tx_hash?: unknown; readonly response_code?: unknown }>(
    url,
    "/api/v1/transactions",
    { body: v1Body(content) },
  );
  if (typeof answer.tx_hash !== "string" || String(answer.response_code) !== "0")
    throw new ClientError("PEER_REFUSED", JSON.stringify(answer));
  return answer.tx_hash;
};

/**
 * Takes down that a transaction was accepted, and how far it comes. The event stream tells that to the millisecond;
 * asking besides makes sure, whatever the stream goes through.
 */
export const followSent = async (network: Network, id: string, sentMs: number): Promise<void> => {
  const { sentLog, directory, state } = network;
  sentLog.add(id, sentMs, performance.now());
  const signal = AbortSignal.timeout(FOLLOW_MS);
  const isPending = (): boolean =>
    state.sent.get().some((sent) => sent.id === id && sent.executedAfterMs === undefined);
  while (isPending() && !signal.aborted) {
    await pause(POLL_MS, signal);
    if (!isPending()) return;
    try {
      const { answer } = await ask<TransactionAnswer>(directory.pool, `/api/v2/transactions/${id}`, {
        signal,
      });
      const { status, receipt, height } = answer;
      if (status === "executed" && receipt !== undefined)
        sentLog.progress(id, { stage: "executed", ...receipt }, performance.now());
      else if (status === "final" && height !== undefined)
        sentLog.progress(id, { stage: "final", height }, performance.now());
    } catch {
      // Nobody answers, or nobody knows it yet: asked again.
    }
  }
};
