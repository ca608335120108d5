import type { Bytes } from "@dure/crypto";

/** Base64 (RFC 4648, section 4, padded) without Node or the DOM: the pure packages have neither. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The value of each character code that is a digit; -1 for the others up to `z`. */
const VALUES: readonly number[] = Array.from({ length: 123 }, (_, code) =>
  ALPHABET.indexOf(String.fromCharCode(code)),
);

/** Characters written as one string at a time: concatenating each alone would cost a rope of as many nodes. */
const CHUNK = 4096;

/** Padded base64 text of bytes. */
export const toBase64 = (bytes: Bytes): string => {
  const parts: string[] = [];
  let codes: number[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] as number) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    codes.push(ALPHABET.charCodeAt(group >> 18), ALPHABET.charCodeAt((group >> 12) & 63));
    codes.push(left > 1 ? ALPHABET.charCodeAt((group >> 6) & 63) : 61);
    codes.push(left > 2 ? ALPHABET.charCodeAt(group & 63) : 61);
    if (codes.length < CHUNK) continue;
    parts.push(String.fromCharCode(...codes));
    codes = [];
  }
  parts.push(String.fromCharCode(...codes));
  return parts.join("");
};

const paddingOf = (text: string): number => (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);

/**
 * The bytes of padded base64 text, or undefined if it is not such text. The bits that the last digit does not need must
 * be zero, so that bytes have one text. Linear, without a regular expression, whose stack long text would exhaust.
 */
export const fromBase64 = (text: string): Bytes | undefined => {
  if (text.length % 4 !== 0) return undefined;
  const digits = text.length - paddingOf(text);
  const bytes = new Uint8Array(Math.floor((digits * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < digits; i++) {
    const value = VALUES[text.charCodeAt(i)] ?? -1;
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >> bits) & 0xff;
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
};
