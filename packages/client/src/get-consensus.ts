import { type AskOptions, ask, pathOf, withAnyPeer } from "./any-peer.ts";
import type { Client } from "./client.ts";
import type { Answer } from "./request.ts";

/**
 * Who leads in which view, and the last message of each validator, as one peer saw them. Nothing of it is proven.
 *
 * @example
 * const consensus = await getConsensus(client);
 * console.log("view", consensus["view"], "is led by", consensus["leaderId"]);
 */
export const getConsensus = (client: Client, options: AskOptions = {}): Promise<Answer> =>
  withAnyPeer(client, (peer) => ask(client, peer, pathOf(client, "/consensus"), options));
