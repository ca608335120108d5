import type { Hash } from "@dure/types";
import type { AskOptions } from "./any-peer.ts";
import { byHealth } from "./any-peer.ts";
import type { Client, Peer } from "./client.ts";
import { ClientError } from "./error.ts";
import { hashFrom, type TransactionAnswer, transactionFrom } from "./get-transaction.ts";
import { pause } from "./pause.ts";

export type WaitOptions = AskOptions & {
  /** `executed` unless given. */
  readonly until?: "final" | "executed";
  /** For all of it, in ms; the client's for a request unless given. */
  readonly timeoutMs?: number;
};

/** Between two rounds over the peers. */
const PAUSE_MS = { first: 20, factor: 1.6, max: 1_000 } as const;

/** What one peer shows; undefined where it has nothing to show, whatever the reason. */
const tryPeer = async (
  client: Client,
  peer: Peer,
  id: Hash,
  options: AskOptions,
): Promise<TransactionAnswer | ClientError> => {
  try {
    const answer = await transactionFrom(client, peer, id, options);
    peer.failedAtMs = 0;
    return answer;
  } catch (error) {
    if (!(error instanceof ClientError) || error.code === "ABORTED") throw error;
    if (error.code === "PEER_LIED") peer.hasLied = true;
    if (error.code !== "TX_UNKNOWN" && error.code !== "PROOF_NOT_READY") peer.failedAtMs = Date.now();
    return error;
  }
};

/**
 * Waits until a transaction is executed, or final, and that is verified from the genesis. Every round asks all peers, so
 * that none can withhold it alone. Throws ClientError `TIMED_OUT`: it may still become final until its expiry.
 *
 * @example
 * const executed = await wait(client, id, { timeoutMs: 10_000 });
 * console.log(executed.status, executed.height);
 */
export const wait = async (
  client: Client,
  id: string,
  { until = "executed", timeoutMs = client.timeoutMs, signal }: WaitOptions = {},
): Promise<Exclude<TransactionAnswer, { readonly status: "accepted" }>> => {
  const hash = hashFrom(id, "a transaction's id");
  const deadlineMs = Date.now() + timeoutMs;
  let last: TransactionAnswer | ClientError | undefined;
  for (let pauseMs: number = PAUSE_MS.first; ; pauseMs = Math.min(PAUSE_MS.max, pauseMs * PAUSE_MS.factor)) {
    for (const peer of byHealth(client.peers)) {
      last = await tryPeer(client, peer, hash, { signal });
      if (last instanceof ClientError || last.status === "accepted") continue;
      if (last.status === "executed" || until === "final") return last;
    }
    if (Date.now() + pauseMs >= deadlineMs) break;
    await pause(pauseMs, signal);
  }
  const state = last instanceof ClientError ? last.message : `it is ${last?.status}`;
  throw new ClientError("TIMED_OUT", `transaction ${hash} was not ${until} in time: ${state}`, {
    cause: last,
  });
};
