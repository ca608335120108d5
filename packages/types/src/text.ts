import type { Bytes } from "@dure/crypto";

/**
 * UTF-8 by the Encoding Standard, which every JavaScript runtime has: Node.js, browsers and workers alike. Its types come
 * with Node's and the DOM's, which the pure packages go without. Only well-formed text passes, both ways, so that bytes
 * and text stand for each other one to one.
 */
declare class TextDecoder {
  constructor(label: "utf-8", options: { readonly fatal: true; readonly ignoreBOM: true });
  decode(bytes: Bytes): string;
}
declare class TextEncoder {
  encode(text: string): Bytes;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

const LONE_SURROGATE = /\p{Surrogate}/u;

/** UTF-8 bytes of a text. Throws RangeError on a lone surrogate, which has no UTF-8. */
export const encodeText = (text: string): Bytes => {
  if (LONE_SURROGATE.test(text)) throw new RangeError("text has a lone surrogate");
  return encoder.encode(text);
};

/** The text of UTF-8 bytes, or undefined if they are not well-formed (overlong, surrogate, truncated, too great). */
export const decodeText = (bytes: Bytes): string | undefined => {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
};

/** The text of the first `length` bytes, which the caller knows to be ASCII. */
export const asciiText = (bytes: Bytes, length: number): string => decoder.decode(bytes.subarray(0, length));
