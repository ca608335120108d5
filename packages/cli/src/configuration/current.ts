import { request } from "@dure/client/request";
import { type Hash, parseHash } from "@dure/types";
import { inChannel, type PeerOptions, peerOf } from "../acting-peer.ts";
import { CliError } from "../error.ts";

/** A validator as `GET /api/v2/configuration` shows it. */
export type ValidatorAnswer = {
  readonly id: string;
  readonly publicKey: string;
  readonly weight: number;
  readonly group?: string;
};

/** What a peer says of its channel: where it asked, and what holds there now. */
export type Current = {
  readonly url: string;
  readonly channelId: Hash;
  readonly epoch: number;
  readonly validators: readonly ValidatorAnswer[];
  /** The whole answer. */
  readonly answer: Readonly<Record<string, unknown>>;
};

/**
 * The configuration that holds at a peer. It is the peer's word: what is signed by it names epoch and channel, so that a
 * false one makes a change that counts nowhere.
 *
 * @throws CliError `PEER_ANSWER`; ClientError where the peer gives no answer.
 */
export const currentOf = async (options: PeerOptions): Promise<Current> => {
  const url = await peerOf(options);
  const answer = await request({ url }, inChannel("/api/v2/configuration", options.channel));
  const status = await request({ url }, inChannel("/api/v2/status", options.channel));
  const channelId = parseHash(String(status["channelId"]));
  const { epoch, validators } = answer;
  if (channelId === undefined || typeof epoch !== "number" || !Array.isArray(validators))
    throw new CliError("PEER_ANSWER", `${url} did not tell its configuration: is it a peer of dure?`);
  return { url, channelId, epoch, validators: validators as readonly ValidatorAnswer[], answer };
};
