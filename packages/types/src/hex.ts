import type { Bytes } from "@dure/crypto";
import { asciiText } from "./text.ts";

/** The character codes of the sixteen digits. */
const DIGITS = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));

/** Where texts are put together: as one flat string each, instead of a chain of pairs that is flattened later. */
const codes = new Uint8Array(256);

/** The value of each character code that is a lower-case hexadecimal digit; -1 for the others up to `f`. */
const VALUES: readonly number[] = Array.from({ length: 103 }, (_, code) =>
  "0123456789abcdef".indexOf(String.fromCharCode(code)),
);

/** Lower-case hexadecimal text of bytes. */
export const toHex = (bytes: Bytes): string => {
  const into = bytes.length * 2 <= codes.length ? codes : new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    into[2 * i] = DIGITS[byte >> 4] as number;
    into[2 * i + 1] = DIGITS[byte & 15] as number;
  }
  return asciiText(into, bytes.length * 2);
};

const valueAt = (text: string, at: number): number => VALUES[text.charCodeAt(at)] ?? -1;

/** Reads the bytes of a text of `length` times two digits into others at an offset; false if it is not such text. */
export const readHex = (text: string, into: Bytes, offset: number, length: number): boolean => {
  if (text.length !== length * 2) return false;
  for (let i = 0; i < length; i++) {
    const high = valueAt(text, 2 * i);
    const low = valueAt(text, 2 * i + 1);
    if (high < 0 || low < 0) return false;
    into[offset + i] = (high << 4) | low;
  }
  return true;
};

/** Bytes of lower-case hexadecimal text, or undefined if it is not such text (or not of `length` bytes). */
export const fromHex = (text: string, length?: number): Bytes | undefined => {
  if (text.length % 2 !== 0) return undefined;
  if (length !== undefined && text.length !== length * 2) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  return readHex(text, bytes, 0, bytes.length) ? bytes : undefined;
};
