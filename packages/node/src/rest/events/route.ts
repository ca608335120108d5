import { Readable } from "node:stream";
import { Kept } from "../../channel/kept.ts";
import type { ChannelView } from "../../channel/view.ts";
import { hash, heightParameter, text, words } from "../parameter.ts";
import { Refusal } from "../refusal.ts";
import { type Route, route } from "../route.ts";
import { cursorBefore } from "./cursor.ts";
import { cursorParameter } from "./cursor-parameter.ts";
import { EVENT_TYPES, type EventType, type StreamEvent } from "./event.ts";
import { eventsOf, type Source } from "./read.ts";
import { eventStream } from "./stream.ts";

/** Readers at a time: each is an open connection and up to two pieces of text. */
const READERS_MAX = 256;
/** Heights whose events are kept: those who follow the tip want the same ones. */
const HEIGHTS_MAX = 8;

const USUAL: readonly EventType[] = ["block", "transaction", "score", "executed"];

/** A channel as its streams read it: the events of a height are made once for all who want them. */
const sourceOf = (channel: ChannelView): Source => {
  const heights = new Kept<readonly StreamEvent[]>(HEIGHTS_MAX);
  const make = eventsOf(channel);
  return { ...channel, executedEvents: (height) => heights.get(height, () => make(height)) };
};

export type EventsOptions = {
  /** Aborts when the peer closes: then every stream ends. */
  readonly stopping: AbortSignal;
  /** A stream failed for a reason of our own. */
  readonly onInternal: (error: unknown) => void;
};

/** The route of the event stream. */
export const eventsRoute = ({ stopping, onInternal }: EventsOptions): Route => {
  const sources = new WeakMap<ChannelView, Source>();
  const readers = new Set<AbortController>();
  stopping.addEventListener("abort", () => {
    for (const reader of readers) reader.abort();
  });
  return route({
    method: "GET",
    path: "/events",
    summary:
      "Blocks, transactions and SCORE events as server-sent events, resumable from any height or id; the data of each type is described under `components.schemas` as `Event-TYPE`.",
    headers: {
      "last-event-id": cursorParameter("the id of the last event had; wins over `cursor` and `from`"),
    },
    query: {
      from: heightParameter("the first height wanted; by default what comes after the head"),
      cursor: cursorParameter("the id of the last event had; wins over `from`"),
      types: words("which events", EVENT_TYPES, USUAL),
      score: text("transactions and events of this SCORE alone", 64),
      sender: hash("transactions and events of this sender alone"),
    },
    answer: "text/event-stream",
    codes: ["TOO_MANY_WAITING"],
    handle: ({ channel, headers, query, reply }) => {
      const { from, types, score, sender } = query;
      const cursor = headers["last-event-id"] ?? query.cursor ?? cursorBefore(from ?? channel.height() + 1);
      if (readers.size >= READERS_MAX || stopping.aborted)
        throw new Refusal("TOO_MANY_WAITING", "too many readers follow this peer's events: ask another peer");
      const source = sources.get(channel) ?? sourceOf(channel);
      sources.set(channel, source);
      const gone = new AbortController();
      const filter = { types, score, sender };
      const stream = Readable.from(
        eventStream({ source, cursor, filter, stopping: gone.signal, onInternal }),
        { highWaterMark: 1 },
      );
      readers.add(gone);
      const leave = (): void => {
        readers.delete(gone);
        gone.abort();
      };
      // One that is gone before its answer begins closes no more.
      if (reply.raw.destroyed || reply.raw.closed) leave();
      else reply.raw.once("close", leave);
      return reply
        .type("text/event-stream")
        .header("cache-control", "no-store")
        .header("x-accel-buffering", "no")
        .send(stream);
    },
  });
};
