/** Sets of characters: code points, or code units where a pattern is not a Unicode one. */

/** First and last members of each range, two by two, ascending, neither overlapping nor adjoining. */
export type Ranges = readonly number[];

/** `low[c]` is 1 for the members below 256; of the others the ranges tell. */
export type CharSet = { readonly low: Uint8Array; readonly ranges: Ranges };

const LAST = 0x10ffff;

export const DIGIT: Ranges = [0x30, 0x39];
export const WORD: Ranges = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
export const SPACE: Ranges = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f,
  0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff,
];
export const LINE_END: Ranges = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029];

/** Returns the ranges of any pairs of first and last members. */
export const normalize = (pairs: Ranges): Ranges => {
  const sorted: (readonly [number, number])[] = [];
  for (let index = 0; index < pairs.length; index += 2) sorted.push([pairs[index]!, pairs[index + 1]!]);
  sorted.sort((a, b) => a[0] - b[0]);
  const ranges: number[] = [];
  for (const [first, last] of sorted) {
    const end = ranges.length - 1;
    if (end > 0 && first <= ranges[end]! + 1) ranges[end] = Math.max(ranges[end]!, last);
    else ranges.push(first, last);
  }
  return ranges;
};

/** Returns the ranges of all other characters. */
export const invert = (ranges: Ranges): Ranges => {
  const inverse: number[] = [];
  let next = 0;
  for (let index = 0; index < ranges.length; index += 2) {
    if (next < ranges[index]!) inverse.push(next, ranges[index]! - 1);
    next = ranges[index + 1]! + 1;
  }
  if (next <= LAST) inverse.push(next, LAST);
  return inverse;
};

/** Returns the set of normalized ranges. */
export const charSet = (ranges: Ranges): CharSet => {
  const low = new Uint8Array(256);
  for (let index = 0; index < ranges.length; index += 2)
    for (let char = ranges[index]!; char <= ranges[index + 1]! && char < 256; char++) low[char] = 1;
  return { low, ranges };
};

/** Tells whether a character is a member. */
export const contains = ({ low, ranges }: CharSet, char: number): boolean => {
  if (char < 256) return low[char] === 1;
  let from = 0;
  let to = ranges.length >> 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (ranges[2 * middle + 1]! < char) from = middle + 1;
    else to = middle;
  }
  return 2 * from < ranges.length && ranges[2 * from]! <= char;
};
