import { createParser } from "eventsource-parser";
import type { Client, Peer } from "../client.ts";
import { ClientError } from "../error.ts";

/** One message of a peer's event stream, not yet looked at. */
export type Message = { readonly id: string; readonly type: string; readonly data: string };

/** A peer says something every ten seconds; one that is silent for longer than this is gone. */
const SILENCE_MS = 25_000;
/** One message is never longer. */
const MESSAGE_LENGTH_MAX = 8 << 20;

const unreachable = (peer: Peer, why: string, cause?: unknown): ClientError =>
  new ClientError("PEER_UNREACHABLE", `the event stream of ${peer.url} ended: ${why}`, {
    peer: peer.url,
    cause,
  });

const open = async (client: Client, peer: Peer, path: string, signal: AbortSignal): Promise<Response> => {
  try {
    return await client.fetch(new URL(path, peer.url), { signal, headers: { accept: "text/event-stream" } });
  } catch (cause) {
    throw unreachable(peer, "it gives no answer", cause);
  }
};

/**
 * The messages of one connection to a peer's event stream, until it ends, which throws ClientError: `PEER_UNREACHABLE`,
 * or `PEER_ANSWER` for what is no event stream. `undefined` is given for each piece that held no message, so that the
 * caller notices that the peer is alive.
 */
export async function* readStream(
  client: Client,
  peer: Peer,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Message | undefined> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), client.timeoutMs);
  const response = await open(client, peer, path, AbortSignal.any([signal, silence.signal])).catch(
    (error) => {
      clearTimeout(timer);
      throw error;
    },
  );
  const reader = response.body?.getReader();
  try {
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (!response.ok || !isStream || reader === undefined)
      throw new ClientError("PEER_ANSWER", `${peer.url} gave no event stream: status ${response.status}`, {
        status: response.status,
        peer: peer.url,
      });
    const messages: Message[] = [];
    let length = 0;
    const parser = createParser({
      onEvent: ({ id = "", event = "message", data }) => {
        length = 0;
        messages.push({ id, type: event, data });
      },
    });
    const decoder = new TextDecoder();
    for (;;) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw unreachable(peer, "the connection broke", cause);
      });
      if (done) throw unreachable(peer, "the peer closed it");
      length += value.length;
      parser.feed(decoder.decode(value, { stream: true }));
      if (messages.length === 0) {
        if (length > MESSAGE_LENGTH_MAX)
          throw new ClientError("PEER_ANSWER", `${peer.url} sends a message without an end`, {
            peer: peer.url,
          });
        yield undefined;
      }
      yield* messages.splice(0);
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
    await reader?.cancel().catch(() => undefined);
  }
}
