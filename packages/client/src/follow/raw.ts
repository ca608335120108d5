import { byHealth, pathOf } from "../any-peer.ts";
import type { Client, Peer } from "../client.ts";
import { ClientError } from "../error.ts";
import { pause } from "../pause.ts";
import { type Cursor, formatCursor, isAfter, readCursor } from "./cursor.ts";
import { EVENT_TYPES, type EventType, type FollowEvent, type FollowOptions } from "./event.ts";
import { createPatience } from "./patience.ts";
import { type Message, readStream } from "./read-stream.ts";

const bad = (peer: Peer, what: string): ClientError =>
  new ClientError("PEER_ANSWER", `${peer.url} ${what}`, { peer: peer.url });

const dataOf = (peer: Peer, { data }: Message): object => {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below.
  }
  throw bad(peer, "sent an event that is no JSON object");
};

const typeOf = ({ type }: Message): EventType | undefined => EVENT_TYPES.find((known) => known === type);

/** Where an event leaves the follower; it must be further than before, or the stream repeats itself. */
const advanced = (peer: Peer, before: Cursor | undefined, { id }: Message): Cursor => {
  const cursor = readCursor(id);
  if (cursor === undefined) throw bad(peer, "sent an event without its cursor");
  if (before !== undefined && !isAfter(cursor, before))
    throw bad(peer, "sent an event that it had sent before");
  return cursor;
};

/**
 * The events as peers tell them, one connection after the other, each event once. Never ends but by the signal: when a
 * peer fails, the next one is asked from where the last stopped.
 */
export async function* rawEvents(
  client: Client,
  { from, types, score, sender, signal, ...rest }: FollowOptions & { readonly signal: AbortSignal },
): AsyncGenerator<FollowEvent> {
  const patience = createPatience();
  let cursor = rest.cursor === undefined ? undefined : readCursor(rest.cursor);
  let turn = 0;
  while (!signal.aborted) {
    const peers = byHealth(client.peers);
    const peer = peers[turn % peers.length] as Peer;
    const path = pathOf(client, "/events", {
      ...(cursor === undefined ? { from } : { cursor: formatCursor(cursor) }),
      types: types?.join(","),
      score,
      sender,
    });
    try {
      for await (const message of readStream(client, peer, path, signal)) {
        peer.failedAtMs = 0;
        patience.renew();
        const type = message === undefined ? undefined : typeOf(message);
        if (message === undefined || type === undefined) continue;
        const data = dataOf(peer, message);
        if (type !== "consensus") cursor = advanced(peer, cursor, message);
        yield { ...data, type, cursor: cursor === undefined ? "" : formatCursor(cursor) } as FollowEvent;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ClientError)) throw error;
      // Refused for what was asked: no other peer would take it.
      if (error.status === 400) throw error;
      peer.failedAtMs = Date.now();
      turn = 0;
      await pause(patience.next(), signal).catch(() => undefined);
    }
  }
}
