import { type AskOptions, ask, pathOf, withAnyPeer } from "./any-peer.ts";
import type { Client } from "./client.ts";
import type { Answer } from "./request.ts";

/**
 * How a peer says that it stands: heights, links, what stands still and why. Nothing of it is proven: for knowing a
 * peer's health, not the chain's content.
 *
 * @example
 * const status = await getStatus(client);
 * console.log(status["peerId"], status["height"]);
 */
export const getStatus = (client: Client, options: AskOptions = {}): Promise<Answer> =>
  withAnyPeer(client, (peer) => ask(client, peer, pathOf(client, "/status"), options));
