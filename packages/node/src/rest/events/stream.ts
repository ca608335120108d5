import { type Cursor, formatCursor } from "./cursor.ts";
import { type Filter, frame, nextPiece } from "./piece.ts";
import { type Source, Unreadable } from "./read.ts";
import { createWake } from "./wake.ts";
import { createWatch, NO_WATCH } from "./watch.ts";

export type StreamOptions = {
  readonly source: Source;
  readonly cursor: Cursor;
  readonly filter: Filter;
  /** Aborts when the reader is gone, or the peer closes. */
  readonly stopping: AbortSignal;
  /** The stream failed for a reason of our own. */
  readonly onInternal: (error: unknown) => void;
};

/** A reader hears something at least this often, and its cursor with it, even where its filter keeps all back. */
const HEARTBEAT_MS = 10_000;

const now = (): number => performance.now();

const stillHere = (cursor: Cursor): string => `id: ${formatCursor(cursor)}\n: still here\n\n`;

const lastWord = (error: unknown, onInternal: (error: unknown) => void): string => {
  const isTold = error instanceof Unreadable;
  if (!isTold) onInternal(error);
  const { code, message } = isTold
    ? error
    : { code: "INTERNAL", message: "the peer failed to read on: its log says why" };
  return frame("error", JSON.stringify({ code, message }));
};

/**
 * The stream as text, made only as fast as the reader takes it: what a slow reader has not taken is read from the ledger
 * when it does, and is held nowhere. Ends when the signal aborts.
 */
export async function* eventStream(options: StreamOptions): AsyncGenerator<string> {
  const { source, filter, stopping, onInternal } = options;
  const wake = createWake((listener) => source.moves.listen(listener), stopping);
  const watch = filter.types.has("consensus") ? createWatch(source.position, now) : NO_WATCH;
  let { cursor } = options;
  let saidAtMs = now();
  try {
    // What stands at the beginning makes a browser report the stream as open, and says how soon to come again.
    yield `retry: 1000\nid: ${formatCursor(cursor)}\n: dure\n\n`;
    while (!stopping.aborted) {
      const position = watch.look();
      const piece = await nextPiece(source, cursor, filter);
      cursor = piece?.cursor ?? cursor;
      const said = position + (piece?.text ?? "");
      const isQuiet = said === "" && now() - saidAtMs >= HEARTBEAT_MS;
      if (said !== "" || isQuiet) {
        saidAtMs = now();
        yield isQuiet ? stillHere(cursor) : said;
      }
      if (piece === undefined)
        await wake.sleep(Math.max(1, Math.min(watch.dueMs(), saidAtMs + HEARTBEAT_MS - now())));
    }
  } catch (error) {
    if (!stopping.aborted) yield lastWord(error, onInternal);
  } finally {
    wake.close();
  }
}
