import { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";
import { hash, heightParameter, text, words } from "../parameter.ts";
import { Refusal } from "../refusal.ts";
import { type Route, route } from "../route.ts";
import { type Cursor, cursorBefore, parseCursor } from "./cursor.ts";
import { EVENT_TYPES, type EventType } from "./event.ts";
import { eventStream } from "./stream.ts";

/** Readers at a time: each is an open connection and a read of the ledger per height. */
const READERS_MAX = 256;

const USUAL: readonly EventType[] = ["block", "transaction", "score", "executed"];

/** What the reader had last: by the header that browsers send when they come back, or the parameter. */
const resumed = (request: FastifyRequest, parameter: string | undefined): Cursor | undefined => {
  const header = request.headers["last-event-id"];
  const given = typeof header === "string" && header !== "" ? header : parameter;
  if (given === undefined) return undefined;
  const cursor = parseCursor(given);
  if (cursor === undefined)
    throw new Refusal("REQUEST_MALFORMED", "the cursor is no event's id: those read like 12.11.3");
  return cursor;
};

/** The route of the event stream. `stopping` aborts when the peer closes: then every stream ends. */
export const eventsRoute = (stopping: AbortSignal): Route => {
  let readers = 0;
  return route({
    method: "GET",
    path: "/events",
    summary: "Blocks, transactions and SCORE events as server-sent events, resumable from any height or id.",
    query: {
      from: heightParameter("the first height wanted; by default what comes after the head"),
      cursor: text("the id of the last event had, as Last-Event-ID, which wins over it", 64),
      types: words("which events", EVENT_TYPES, USUAL),
      score: text("transactions and events of this SCORE alone", 64),
      sender: hash("transactions and events of this sender alone"),
    },
    answer: "text/event-stream",
    codes: ["TOO_MANY_WAITING"],
    handle: ({ channel, query, request, reply }) => {
      const { from, types, score, sender } = query;
      const cursor = resumed(request, query.cursor) ?? cursorBefore(from ?? channel.height() + 1);
      if (readers >= READERS_MAX)
        throw new Refusal("TOO_MANY_WAITING", "too many readers follow this peer's events: ask another peer");
      readers += 1;
      const gone = new AbortController();
      reply.raw.once("close", () => {
        readers -= 1;
        gone.abort();
      });
      const stream = Readable.from(
        eventStream({
          channel,
          cursor,
          filter: { types, score, sender },
          stopping: AbortSignal.any([gone.signal, stopping]),
        }),
        { highWaterMark: 1 },
      );
      return reply
        .type("text/event-stream")
        .header("cache-control", "no-store")
        .header("x-accel-buffering", "no")
        .send(stream);
    },
  });
};
