import type { Client, Peer } from "./client.ts";
import { ClientError } from "./error.ts";
import { type Answer, request } from "./request.ts";

/** Of these another peer may do better: one that is gone, lies, is behind, is too busy, or lacks something. */
const ANOTHER_MAY = new Set([
  "PEER_UNREACHABLE",
  "PEER_ANSWER",
  "PEER_LIED",
  "PEER_BEHIND",
  "PROOF_NOT_READY",
  "TX_UNKNOWN",
  "BLOCK_UNKNOWN",
  "BLOCK_PRUNED",
  "CHANNEL_UNKNOWN",
  "NOT_FOUND",
]);

const isPassedOn = (error: unknown): error is ClientError =>
  error instanceof ClientError &&
  (ANOTHER_MAY.has(error.code) || error.status === 429 || (error.status ?? 0) >= 500);

/** Those who lied last, then those who failed, the longest ago first; else in the order given. */
export const byHealth = (peers: readonly Peer[]): readonly Peer[] =>
  [...peers].sort((a, b) => Number(a.hasLied) - Number(b.hasLied) || a.failedAtMs - b.failedAtMs);

/**
 * Does something with the first peer that can, the healthiest first. A peer whose answer does not stand is set aside
 * and the next one is asked; when none is left, the last error is thrown.
 */
export const withAnyPeer = async <T>(client: Client, work: (peer: Peer) => Promise<T>): Promise<T> => {
  let last: ClientError | undefined;
  for (const peer of byHealth(client.peers)) {
    try {
      const result = await work(peer);
      peer.failedAtMs = 0;
      return result;
    } catch (error) {
      if (!isPassedOn(error)) throw error;
      if (error.code === "PEER_LIED") peer.hasLied = true;
      peer.failedAtMs = Date.now();
      // What a lying peer did matters more than that others are merely gone.
      if (last?.code !== "PEER_LIED") last = error;
    }
  }
  throw last ?? new ClientError("PEER_UNREACHABLE", "there is no peer to ask");
};

/** Parameters of a path; undefined ones are left out. Every request names the channel. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The path with its parameters and the channel's id, so that a peer of another channel refuses. */
export const pathOf = (client: Client, path: string, query: Query = {}): string => {
  const given = Object.entries({ channel: client.channelId, ...query }).filter(
    ([, value]) => value !== undefined,
  );
  return `/api/v2${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
};

/** Options of verbs that ask peers. */
export type AskOptions = {
  /** Ends the verb with ClientError `ABORTED` when it aborts. */
  readonly signal?: AbortSignal | undefined;
};

/** One request to one peer of the client, with its time-out. */
export const ask = (
  client: Client,
  peer: Peer,
  path: string,
  { signal }: AskOptions = {},
  body?: unknown,
): Promise<Answer> =>
  request(
    { url: peer.url, timeoutMs: client.timeoutMs, signal, fetch: client.fetch },
    path,
    body === undefined ? undefined : { bytes: JSON.stringify(body), contentType: "application/json" },
  );
