import type { ChannelView } from "../../channel/view.ts";
import type { Cursor } from "./cursor.ts";
import { blockEvent, executedEvents, type StreamEvent } from "./event.ts";

/** An event, and the cursor of a reader who has had it. */
export type Told = { readonly event: StreamEvent; readonly cursor: Cursor };

/** The channel's data cannot be read here, now: the reader should go on at another peer, or later. */
export class Unreadable extends Error {}

/**
 * What a reader is told next: the events of one block or height, or none where the chain ends. What was executed comes
 * before what is merely final, so that a reader who is far behind meets both in step; no height is told as executed
 * before it was told as final.
 */
export const readNext = async (channel: ChannelView, cursor: Cursor): Promise<readonly Told[]> => {
  const height = cursor.executed + 1;
  if (height <= cursor.final && height <= channel.executedHeight()) {
    const block = await channel.block(height);
    const executed = channel.executed(height);
    if (block === undefined || executed === undefined)
      throw new Unreadable(`block ${height} is damaged on this peer's disk and being fetched again`);
    const events = executedEvents(block, executed, channel.defaultScore);
    const told = events.map((event, at) => ({
      event,
      cursor:
        at === events.length - 1 ? { ...cursor, executed: height, items: 0 } : { ...cursor, items: at + 1 },
    }));
    return told.slice(cursor.items);
  }
  if (cursor.final >= channel.height()) return [];
  const header = await channel.header(cursor.final + 1);
  if (header === undefined)
    throw new Unreadable(`block ${cursor.final + 1} is damaged on this peer's disk and being fetched again`);
  const next = { ...cursor, final: cursor.final + 1 };
  return [{ event: blockEvent(header, channel.moves.committedAtMs(next.final)), cursor: next }];
};
