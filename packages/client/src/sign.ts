import type { Bytes } from "@dure/crypto";
import type { Client } from "./client.ts";
import { ClientError } from "./error.ts";
import { type Call, makeCall, makeTransaction, type Signer } from "./make-transaction.ts";

export type SignOptions = {
  /** How long the transaction may still be included, in ms; a minute unless given. */
  readonly lifeMs?: number;
};

const LIFE_MS = 60_000;
const SALT_BYTES = 16;

const isCall = (content: object): content is Call =>
  "method" in content && typeof content.method === "string";

/**
 * A transaction signed here, for this client's channel: a call, or any JSON value under `data`. Its bytes are final: keep
 * them to send them again. Throws ClientError `INPUT_INVALID` for a life longer than the channel allows.
 *
 * @example
 * const bytes = sign(client, alice, { data: { invoice: 17 } });
 * console.log(bytes.length);
 */
export const sign = (
  client: Client,
  signer: Signer,
  content: Call | { readonly data: unknown },
  { lifeMs = LIFE_MS }: SignOptions = {},
): Bytes => {
  const { longestLifeMs } = client.trust.config.limits;
  if (!(lifeMs > 0 && lifeMs <= longestLifeMs))
    throw new ClientError("INPUT_INVALID", `lifeMs is from 1 to ${longestLifeMs} in this channel`);
  const options = {
    suite: client.suite,
    channelId: client.channelId,
    signer,
    salt: crypto.getRandomValues(new Uint8Array(SALT_BYTES)),
    expiryMs: Date.now() + Math.floor(lifeMs),
  };
  return isCall(content) ? makeCall(options, content) : makeTransaction(options, "", { data: content.data });
};
