/** Texts that are put together piece by piece, and conversions of what a contract passes. */
import { TEXT_CHARS_MAX } from "../../bounds.ts";
import { bounded, charge } from "../meter.ts";

export type Text = {
  readonly add: (piece: string) => void;
  /** Returns the whole. */
  readonly done: () => string;
};

/** Returns an empty text to add to. It is never longer than a text may be by more than one piece. @throws Exhausted */
export const startText = (): Text => {
  let text = "";
  return {
    add: (piece) => {
      charge(8);
      text += piece;
      if (text.length > TEXT_CHARS_MAX) bounded(text);
    },
    done: () => bounded(text),
  };
};

/** Returns a value as text, as the language converts it. It may run the contract's code. */
export const toText = (value: unknown): string => (typeof value === "string" ? value : `${value as string}`);

/** Returns a value as an index: a whole number from 0 on. */
export const toIndex = (value: unknown): number => {
  const number = Math.trunc(+(value as number));
  return number > 0 ? Math.min(number, Number.MAX_SAFE_INTEGER) : 0;
};
