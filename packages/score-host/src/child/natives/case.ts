/**
 * Case mapping by a fixed rule: that of Unicode 15.0, which is the oldest that an engine of a peer has. Code
 * points that were given a mapping later stay as they are. A later Unicode than 17.0 needs its additions here.
 */
import { bounded } from "../meter.ts";

const nativeUpperCase = Function.prototype.call.bind(String.prototype.toUpperCase) as (
  text: string,
) => string;
const nativeLowerCase = Function.prototype.call.bind(String.prototype.toLowerCase) as (
  text: string,
) => string;

/** First and last code points whose mapping is newer than Unicode 15.0: two by two, ascending. */
const NEWER: readonly number[] = [
  0x019b, 0x019b, 0x0264, 0x0264, 0x1c89, 0x1c8a, 0xa7cb, 0xa7cf, 0xa7d2, 0xa7d5, 0xa7da, 0xa7dc, 0x10d50,
  0x10d85, 0x16ea0, 0x16ed3,
];
const ASCII = /^[\0-\x7f]*$/;

const isNewer = (point: number): boolean => {
  for (let index = 0; index < NEWER.length; index += 2)
    if (point <= NEWER[index + 1]!) return point >= NEWER[index]!;
  return false;
};

const mapPoint = (point: number, map: (text: string) => string): string => {
  const text = String.fromCodePoint(point);
  return isNewer(point) ? text : map(text);
};

/** Returns the upper case of one code point, which may be several; unmetered. */
export const upperCaseOf = (point: number): string => mapPoint(point, nativeUpperCase);

/** Returns the lower case of one code point, which may be several; unmetered. */
export const lowerCaseOf = (point: number): string => mapPoint(point, nativeLowerCase);

const mapText = (text: string, map: (text: string) => string): string => {
  if (ASCII.test(text)) return bounded(map(text));
  // For the work itself: a code point at a time.
  bounded(text);
  let result = "";
  for (const character of text) result += mapPoint(character.codePointAt(0)!, map);
  return bounded(result);
};

/** Returns a text in upper case, each code point by itself. @throws Exhausted */
export const upperCase = (text: string): string => mapText(text, nativeUpperCase);

/** Returns a text in lower case, each code point by itself: a sigma at the end of a word is one as any other. @throws Exhausted */
export const lowerCase = (text: string): string => mapText(text, nativeLowerCase);
