import type { Hash } from "@dure/types";
import type { ChannelView } from "../../channel/view.ts";
import { type Cursor, formatCursor } from "./cursor.ts";
import type { EventType, StreamEvent } from "./event.ts";
import { readNext, Unreadable } from "./read.ts";
import { createWake } from "./wake.ts";

/** What a reader wants to see; the cursor counts the rest as well. */
export type Filter = {
  readonly types: ReadonlySet<EventType>;
  readonly score: string | undefined;
  readonly sender: Hash | undefined;
};

export type StreamOptions = {
  readonly channel: ChannelView;
  readonly cursor: Cursor;
  readonly filter: Filter;
  /** Aborts when the reader is gone, or the peer closes. */
  readonly stopping: AbortSignal;
};

const HEARTBEAT_MS = 10_000;
/** Between two `consensus` events at least. */
const CONSENSUS_MS = 100;
/** After so many events that the filter kept back, the reader learns the cursor all the same. */
const SILENT_MAX = 1_000;
/** A height's events are told in pieces of about this length: a reader that stalls holds no more than one. */
const PIECE_LENGTH = 1 << 20;

const isWanted = ({ types, score, sender }: Filter, event: StreamEvent): boolean => {
  if (!types.has(event.type)) return false;
  if (event.type !== "transaction" && event.type !== "score") return true;
  return (score === undefined || event.score === score) && (sender === undefined || event.sender === sender);
};

const frame = (type: string, data: unknown, id?: string): string =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

const consensusFrame = (channel: ChannelView): string => {
  const { view, leaderId, height, executedHeight } = channel.consensus();
  return frame("consensus", { view, leaderId, height, executedHeight });
};

/**
 * The stream as text, made only as fast as the reader takes it: what a slow reader has not taken is read from the ledger
 * when it does, and is held nowhere. Ends when the signal aborts.
 */
export async function* eventStream({
  channel,
  filter,
  stopping,
  ...from
}: StreamOptions): AsyncGenerator<string> {
  const wake = createWake((listener) => channel.moves.listen(listener), stopping);
  let { cursor } = from;
  let silent = 0;
  let consensus = "";
  let consensusAtMs = 0;
  try {
    // What stands at the beginning makes a browser report the stream as open, and says how soon to come again.
    yield `retry: 1000\nid: ${formatCursor(cursor)}\n: dure\n\n`;
    while (!stopping.aborted) {
      if (filter.types.has("consensus") && performance.now() - consensusAtMs >= CONSENSUS_MS) {
        const next = consensusFrame(channel);
        if (next !== consensus) {
          consensus = next;
          consensusAtMs = performance.now();
          yield next;
        }
      }
      const told = await readNext(channel, cursor);
      let text = "";
      for (const { event, cursor: next } of told) {
        cursor = next;
        silent += 1;
        if (!isWanted(filter, event)) continue;
        text += frame(event.type, event.data, formatCursor(next));
        silent = 0;
        if (text.length >= PIECE_LENGTH) break;
      }
      if (silent >= SILENT_MAX) {
        text += `id: ${formatCursor(cursor)}\n: still here\n\n`;
        silent = 0;
      }
      if (text !== "") yield text;
      if (told.length > 0) continue;
      const isWatching = filter.types.has("consensus");
      const moved = await wake.sleep(HEARTBEAT_MS);
      if (!moved) yield `id: ${formatCursor(cursor)}\n: still here\n\n`;
      else if (isWatching && !stopping.aborted)
        await pause(CONSENSUS_MS - (performance.now() - consensusAtMs));
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    yield frame("error", { code: "BLOCK_UNKNOWN", message: error.message });
  } finally {
    wake.close();
  }
}

const pause = (ms: number): Promise<void> =>
  ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
