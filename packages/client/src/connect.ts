import type { CryptoSuite } from "@dure/crypto";
import { trustOf } from "@dure/ledger/proof";
import type { Client } from "./client.ts";
import { ClientError } from "./error.ts";

export type ConnectOptions = {
  /** The text of the channel's genesis document: your own copy, for everything is verified by it. */
  readonly genesis: string;
  /** REST addresses of peers, such as `http://127.0.0.1:9000`: asked in this order, the next where one fails. */
  readonly peers: readonly string[];
  /** For each request, in ms; 30 seconds unless given. */
  readonly timeoutMs?: number;
  /** The cryptography; libsodium's wasm unless given. On Node `@dure/crypto/sodium` is several times faster. */
  readonly suite?: CryptoSuite;
  /** In place of the global one. */
  readonly fetch?: typeof fetch;
};

const addressOf = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ClientError(
      "INPUT_INVALID",
      `${text} is no peer's address: it reads like http://127.0.0.1:9000`,
    );
  return url.origin;
};

/**
 * A client of one channel. Contacts no peer. Throws ClientError `GENESIS_INVALID` or `INPUT_INVALID`.
 *
 * @example
 * const client = await connect({ genesis, peers: ["http://127.0.0.1:9000", "http://127.0.0.1:9100"] });
 * console.log(client.channel, client.channelId);
 */
export const connect = async (options: ConnectOptions): Promise<Client> => {
  const { genesis, timeoutMs = 30_000 } = options;
  if (options.peers.length === 0) throw new ClientError("INPUT_INVALID", "name at least one peer");
  const peers = options.peers.map((text) => ({ url: addressOf(text), failedAtMs: 0, hasLied: false }));
  const suite = options.suite ?? (await (await import("@dure/crypto/wasm")).createWasmSuite());
  const trusted = trustOf(suite, genesis);
  if (!trusted.ok)
    throw new ClientError("GENESIS_INVALID", `the genesis document is refused: ${trusted.message}`);
  const { trust } = trusted;
  return {
    channelId: trust.channelId,
    channel: trust.config.name,
    suite,
    trust,
    peers,
    timeoutMs,
    fetch: options.fetch ?? ((...parts) => fetch(...parts)),
    seen: { height: 0 },
  };
};
