import { ClientError } from "../error.ts";

/**
 * How much a follower has had, as `F.E.I`: blocks up to F as final, heights up to E wholly as executed, and I items of
 * the height after that. The same on every peer, so a follower goes on exactly where it stopped.
 */
export type Cursor = { readonly final: number; readonly executed: number; readonly items: number };

const FORM = /^(\d{1,16})\.(\d{1,16})\.(\d{1,16})$/;

/** Reads a cursor; undefined if the text is none. */
export const readCursor = (text: string): Cursor | undefined => {
  const [, final, executed, items] = FORM.exec(text) ?? [];
  if (final === undefined || executed === undefined || items === undefined) return undefined;
  const cursor = { final: Number(final), executed: Number(executed), items: Number(items) };
  return Number.isSafeInteger(cursor.final) && cursor.executed <= cursor.final ? cursor : undefined;
};

/** The same for a caller's. Throws ClientError `INPUT_INVALID`. */
export const parseCursor = (text: string): Cursor => {
  const cursor = readCursor(text);
  if (cursor === undefined)
    throw new ClientError("INPUT_INVALID", `${text} is no cursor: take the one of an event`);
  return cursor;
};

export const formatCursor = ({ final, executed, items }: Cursor): string => `${final}.${executed}.${items}`;

/** Whether one comes after another: events only ever move it forwards. */
export const isAfter = (one: Cursor, other: Cursor): boolean =>
  one.final >= other.final &&
  (one.executed > other.executed || (one.executed === other.executed && one.items >= other.items)) &&
  formatCursor(one) !== formatCursor(other);

/** The cursor of a follower who wants everything from a height on. */
export const cursorBefore = (height: number): Cursor => ({
  final: Math.max(0, height - 1),
  executed: Math.max(0, height - 1),
  items: 0,
});
