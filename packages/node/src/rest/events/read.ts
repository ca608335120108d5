import type { ChannelView } from "../../channel/view.ts";
import type { Cursor } from "./cursor.ts";
import { blockEvent, type EventType, executedEvents, type StreamEvent } from "./event.ts";

/** What a stream needs of its channel. */
export type Source = Pick<
  ChannelView,
  | "height"
  | "executedHeight"
  | "executionStop"
  | "header"
  | "moves"
  | "position"
  | "baseHeight"
  | "resultsFrom"
> & {
  /** All events of an executed height, in their order; undefined where they cannot be read. */
  readonly executedEvents: (height: number) => Promise<readonly StreamEvent[] | undefined>;
};

/** An event, and the cursor of a reader who has had it. */
export type Told = { readonly event: StreamEvent; readonly cursor: Cursor };

/** What a reader is told next, and its cursor after it, or after what was passed over. Undefined: nothing for now. */
export type Next = { readonly told: readonly Told[]; readonly cursor: Cursor } | undefined;

/** The stream cannot go on here and now: `code` and the message say whether elsewhere, or later. */
export class Unreadable extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const damaged = (height: number): Unreadable =>
  new Unreadable("BLOCK_UNKNOWN", `block ${height} is damaged on this peer's disk and being fetched again`);

const pruned = (height: number, from: number): Unreadable =>
  new Unreadable(
    "BLOCK_PRUNED",
    `what happened at height ${height} is not kept here, but from ${from} on: follow from there, or ask a peer that keeps all`,
  );

/** The events of a channel's heights, for readers of one server. */
export const eventsOf =
  (channel: Pick<ChannelView, "block" | "executed" | "defaultScore">) =>
  async (height: number): Promise<readonly StreamEvent[] | undefined> => {
    const block = await channel.block(height);
    const executed = channel.executed(height);
    return block && executed && executedEvents(block, executed, channel.defaultScore);
  };

/** Types whose events come of executed heights. */
const OF_EXECUTED = ["transaction", "score", "executed"] as const;

const nextExecuted = async (source: Source, cursor: Cursor): Promise<Next> => {
  const height = cursor.executed + 1;
  if (height < source.resultsFrom()) throw pruned(height, source.resultsFrom());
  const events = await source.executedEvents(height);
  if (events === undefined) throw damaged(height);
  if (cursor.items >= events.length)
    throw new Unreadable(
      "REQUEST_MALFORMED",
      `the cursor is no event's id: height ${height} has no item ${cursor.items}`,
    );
  const after = { ...cursor, executed: height, items: 0 };
  const told = events.map((event, at) => ({
    event,
    cursor: at === events.length - 1 ? after : { ...cursor, items: at + 1 },
  }));
  return { told: told.slice(cursor.items), cursor: after };
};

const nextFinal = async (source: Source, cursor: Cursor): Promise<Next> => {
  const final = cursor.final + 1;
  if (final <= source.baseHeight()) throw pruned(final, source.baseHeight() + 1);
  const header = await source.header(final);
  if (header === undefined) throw damaged(final);
  const after = { ...cursor, final };
  const event = blockEvent(header, source.moves.committedAtMs(final));
  return { told: [{ event, cursor: after }], cursor: after };
};

/**
 * What a reader is told next: the events of one block or height. What was executed comes before what is merely final, so
 * that a reader who is far behind meets both in step; no height is told as executed before it was told as final. Of
 * what a reader wants nothing of, nothing is read. Throws Unreadable.
 */
export const readNext = async (
  source: Source,
  cursor: Cursor,
  types: ReadonlySet<EventType>,
): Promise<Next> => {
  const wantsExecuted = OF_EXECUTED.some((type) => types.has(type));
  const stop = source.executionStop();
  const executable = Math.min(source.executedHeight(), (stop?.height ?? Infinity) - 1);
  const executed = Math.min(cursor.final, executable);
  if (executed > cursor.executed)
    return wantsExecuted
      ? nextExecuted(source, cursor)
      : { told: [], cursor: { ...cursor, executed, items: 0 } };
  const final = source.height();
  if (final > cursor.final)
    return types.has("block") ? nextFinal(source, cursor) : { told: [], cursor: { ...cursor, final } };
  if (stop !== undefined && wantsExecuted)
    throw new Unreadable(
      "EXECUTION_HALTED",
      `this peer tells no results from height ${stop.height} on: ${stop.why}`,
    );
  return undefined;
};
