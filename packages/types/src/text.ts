import type { Bytes } from "@dure/crypto";

/**
 * UTF-8 without Node or the DOM: the pure packages have neither. Only well-formed text passes, both ways, so that
 * bytes and text stand for each other one to one.
 */

const encodePoint = (point: number, out: number[]): void => {
  if (point < 0x80) out.push(point);
  else if (point < 0x800) out.push(0xc0 | (point >> 6), 0x80 | (point & 63));
  else if (point < 0x10000) out.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  else
    out.push(
      0xf0 | (point >> 18),
      0x80 | ((point >> 12) & 63),
      0x80 | ((point >> 6) & 63),
      0x80 | (point & 63),
    );
};

/** UTF-8 bytes of a text. Throws RangeError on a lone surrogate, which has no UTF-8. */
export const encodeText = (text: string): Bytes => {
  const out: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    if (point >= 0xd800 && point <= 0xdfff) throw new RangeError("text has a lone surrogate");
    encodePoint(point, out);
  }
  return Uint8Array.from(out);
};

/** Least code point that needs a sequence of 2, 3, 4 bytes: a longer form of a smaller one is refused. */
const LEAST = [0, 0, 0x80, 0x800, 0x10000] as const;

const sequenceLength = (lead: number): number =>
  lead < 0x80
    ? 1
    : lead >= 0xc2 && lead < 0xe0
      ? 2
      : lead >= 0xe0 && lead < 0xf0
        ? 3
        : lead >= 0xf0 && lead < 0xf5
          ? 4
          : 0;

/** The text of UTF-8 bytes, or undefined if they are not well-formed (overlong, surrogate, truncated, too great). */
export const decodeText = (bytes: Bytes): string | undefined => {
  const parts: string[] = [];
  let units: number[] = [];
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i] as number;
    const length = sequenceLength(lead);
    if (length === 0 || i + length > bytes.length) return undefined;
    let point = length === 1 ? lead : lead & (0x7f >> length);
    for (let j = 1; j < length; j++) {
      const byte = bytes[i + j] as number;
      if ((byte & 0xc0) !== 0x80) return undefined;
      point = (point << 6) | (byte & 63);
    }
    if (point < (LEAST[length] as number) || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
      return undefined;
    units.push(point);
    if (units.length === 4096) {
      parts.push(String.fromCodePoint(...units));
      units = [];
    }
    i += length;
  }
  parts.push(String.fromCodePoint(...units));
  return parts.join("");
};
