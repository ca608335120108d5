import { type AskOptions, ask, byHealth, pathOf, withAnyPeer } from "./any-peer.ts";
import type { Client, Peer } from "./client.ts";
import { ClientError } from "./error.ts";
import type { Call } from "./make-transaction.ts";
import { pause } from "./pause.ts";

/** A SCORE's answer. */
export type QueryAnswer = {
  /** 0: success; 9000: the SCORE refused; 9100: it gave no answer in time. */
  readonly code: number;
  readonly message: string;
  readonly result: unknown;
  /** The height whose state it read. */
  readonly height: number;
};

export type QueryOptions = AskOptions & {
  /** How many peers must give the same answer at the same height; 1 unless given. */
  readonly agree?: number;
};

const PAUSE_MS = 50;

const queryPeer = async (
  client: Client,
  peer: Peer,
  call: Call,
  options: AskOptions,
): Promise<QueryAnswer> => {
  const answer = await ask(client, peer, pathOf(client, "/query"), options, call);
  const { code, message, result, height } = answer;
  if (typeof code !== "number" || typeof message !== "string" || typeof height !== "number")
    throw new ClientError("PEER_ANSWER", `${peer.url} gave no answer of a query`, { peer: peer.url });
  return { code, message, result, height };
};

const agreed = async (
  client: Client,
  call: Call,
  agree: number,
  options: AskOptions,
): Promise<QueryAnswer> => {
  const deadlineMs = Date.now() + client.timeoutMs;
  const votes = new Map<string, { readonly answer: QueryAnswer; readonly peers: Set<string> }>();
  while (Date.now() < deadlineMs) {
    const settled = await Promise.allSettled(
      byHealth(client.peers).map(async (peer) => ({
        peer,
        answer: await queryPeer(client, peer, call, options),
      })),
    );
    for (const outcome of settled) {
      if (outcome.status === "rejected") continue;
      const { peer, answer } = outcome.value;
      const key = JSON.stringify([answer.height, answer.code, answer.message, answer.result]);
      const vote = votes.get(key) ?? { answer, peers: new Set() };
      votes.set(key, vote);
      vote.peers.add(peer.url);
      if (vote.peers.size >= agree) return answer;
    }
    // Peers that are a block apart agree a moment later; only the newest answers are worth keeping.
    for (const key of [...votes.keys()].slice(0, -4 * client.peers.length)) votes.delete(key);
    await pause(PAUSE_MS, options.signal);
  }
  throw new ClientError("PEERS_DISAGREE", `no ${agree} of ${client.peers.length} peers gave the same answer`);
};

/**
 * Asks a SCORE. Its answer is computed by the peer that is asked and cannot be proven: where it matters, let `agree`
 * peers of different organisations say the same, or read the state by key. Throws ClientError `PEERS_DISAGREE`.
 *
 * @example
 * const balance = await query(client, { score: "token", method: "balance", params: { holder: "bob@devnet" } });
 * console.log(balance.result);
 */
export const query = (client: Client, call: Call, options: QueryOptions = {}): Promise<QueryAnswer> => {
  const { agree = 1, signal } = options;
  if (!Number.isInteger(agree) || agree < 1 || agree > client.peers.length)
    throw new ClientError("INPUT_INVALID", `agree is from 1 to the number of peers, ${client.peers.length}`);
  return agree === 1
    ? withAnyPeer(client, (peer) => queryPeer(client, peer, call, { signal }))
    : agreed(client, call, agree, { signal });
};
