import type { Hash } from "@dure/types";
import { type Cursor, formatCursor } from "./cursor.ts";
import type { EventType, StreamEvent } from "./event.ts";
import { readNext, type Source } from "./read.ts";

/** What a reader wants to see; the cursor counts the rest as well. */
export type Filter = {
  readonly types: ReadonlySet<EventType>;
  readonly score: string | undefined;
  readonly sender: Hash | undefined;
};

/** A part of the stream, maybe empty, and the cursor of a reader who has had it. */
export type Piece = { readonly text: string; readonly cursor: Cursor };

/** Pieces end at about this length: a reader that stalls makes the peer hold two of them, and nothing else. */
const PIECE_LENGTH = 1 << 18;

const isWanted = ({ types, score, sender }: Filter, event: StreamEvent): boolean => {
  if (!types.has(event.type)) return false;
  if (event.type !== "transaction" && event.type !== "score") return true;
  return (score === undefined || event.score === score) && (sender === undefined || event.sender === sender);
};

/** One event as the wire has it; `data` is JSON text, which has no line breaks. */
export const frame = (type: string, data: string, id?: string): string =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${type}\ndata: ${data}\n\n`;

/** What comes after a cursor, as far as one piece goes; undefined where there is nothing for now. Throws Unreadable. */
export const nextPiece = async (source: Source, from: Cursor, filter: Filter): Promise<Piece | undefined> => {
  const next = await readNext(source, from, filter.types);
  if (next === undefined) return undefined;
  let text = "";
  for (const { event, cursor } of next.told) {
    if (isWanted(filter, event)) text += frame(event.type, event.data, formatCursor(cursor));
    if (text.length >= PIECE_LENGTH) return { text, cursor };
  }
  return { text, cursor: next.cursor };
};
