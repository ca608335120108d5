/** Reads characters of a text in either direction, as code units or as code points. */
import { type CharSet, contains } from "./char-set.ts";
import { canonicalize } from "./folding.ts";
import { BACKWARD, type Program, UNICODE } from "./program.ts";

const isLead = (unit: number): boolean => (unit & 0xfc00) === 0xd800;
const isTrail = (unit: number): boolean => (unit & 0xfc00) === 0xdc00;

/** Whether a position lies between the halves of a surrogate pair. */
export const splitsPair = (text: string, position: number): boolean =>
  position > 0 &&
  position < text.length &&
  isTrail(text.charCodeAt(position)) &&
  isLead(text.charCodeAt(position - 1));

/** Whether a code unit ends a line. */
export const isLineEnd = (unit: number): boolean =>
  unit === 0x0a || unit === 0x0d || unit === 0x2028 || unit === 0x2029;

/** Returns the position after a character of a set, in the direction of the mode; -1 if there is none. */
export const step = (text: string, position: number, set: CharSet, mode: number): number => {
  const isBackward = (mode & BACKWARD) !== 0;
  if (isBackward ? position === 0 : position === text.length) return -1;
  const next = isBackward ? position - 1 : position + 1;
  if ((mode & UNICODE) !== 0 && splitsPair(text, next)) {
    const first = isBackward ? position - 2 : position;
    return contains(set, text.codePointAt(first)!) ? (isBackward ? first : first + 2) : -1;
  }
  return contains(set, text.charCodeAt(isBackward ? next : position)) ? next : -1;
};

/** Returns the position before the last character that was taken in the direction of the mode. */
export const stepBack = (text: string, position: number, mode: number): number => {
  const isBackward = (mode & BACKWARD) !== 0;
  const next = isBackward ? position + 1 : position - 1;
  if ((mode & UNICODE) === 0 || !splitsPair(text, next)) return next;
  return isBackward ? position + 2 : position - 2;
};

/** Returns the position after the text of first to last once more, in the direction of the mode; -1 if it is not there. */
export const sameAt = (
  { ignoreCase, unicode }: Program,
  text: string,
  first: number,
  last: number,
  position: number,
  mode: number,
): number => {
  const isBackward = (mode & BACKWARD) !== 0;
  const from = isBackward ? position - (last - first) : position;
  const end = from + last - first;
  if (from < 0 || end > text.length) return -1;
  if (unicode && (splitsPair(text, from) || splitsPair(text, end))) return -1;
  for (let index = first; index < last; index++) {
    const other = from + index - first;
    if (text.charCodeAt(index) === text.charCodeAt(other)) continue;
    if (!ignoreCase || !isOneUnderCase(text, index, other, unicode)) return -1;
  }
  return isBackward ? from : end;
};

/** Whether the characters at two positions, at the second half of a pair perhaps, are one under the flag i. */
const isOneUnderCase = (text: string, index: number, other: number, unicode: boolean): boolean => {
  const read = (position: number): number =>
    !unicode
      ? text.charCodeAt(position)
      : text.codePointAt(splitsPair(text, position) ? position - 1 : position)!;
  return canonicalize(read(index), unicode) === canonicalize(read(other), unicode);
};
