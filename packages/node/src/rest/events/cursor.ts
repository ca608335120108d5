/**
 * How much of a channel's events a reader has had: blocks up to `final` were told as final, heights up to `executed`
 * wholly told as executed, and `items` events of the height after that. Events are a function of the chain alone, so a
 * cursor means the same on every peer, at any time; items are counted before any filter, so it also outlives a change
 * of filters.
 */
export type Cursor = { readonly final: number; readonly executed: number; readonly items: number };

/** The cursor of a reader who wants everything from a height on. */
export const cursorBefore = (height: number): Cursor => {
  const told = Math.max(0, height - 1);
  return { final: told, executed: told, items: 0 };
};

/** A cursor as text: `F.E.I`. */
export const formatCursor = ({ final, executed, items }: Cursor): string => `${final}.${executed}.${items}`;

const FORM = /^(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})$/;

/** Reads a cursor; undefined if the text is none. Nothing is executed that is not final. */
export const parseCursor = (text: string): Cursor | undefined => {
  const [, final, executed, items] = FORM.exec(text) ?? [];
  if (final === undefined || executed === undefined || items === undefined) return undefined;
  const cursor = { final: Number(final), executed: Number(executed), items: Number(items) };
  const isSafe = Object.values(cursor).every((value) => Number.isSafeInteger(value));
  return isSafe && cursor.executed <= cursor.final ? cursor : undefined;
};
