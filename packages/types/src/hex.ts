import type { Bytes } from "@dure/crypto";

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The value of each character code that is a lower-case hexadecimal digit; -1 for the others up to `f`. */
const VALUES: readonly number[] = Array.from({ length: 103 }, (_, code) =>
  "0123456789abcdef".indexOf(String.fromCharCode(code)),
);

/** Lower-case hexadecimal text of bytes. */
export const toHex = (bytes: Bytes): string => {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += PAIRS[bytes[i] as number] as string;
  return text;
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
