import type { Bytes } from "@dure/crypto";

/** True if both hold the same bytes. Not constant in time: for public data only. */
export const equalBytes = (a: Bytes, b: Bytes): boolean => {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** Lexicographic order of bytes: negative, zero or positive. */
export const compareBytes = (a: Bytes, b: Bytes): number => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
};

/** The parts one after the other in new bytes. */
export const concatBytes = (parts: readonly Bytes[]): Bytes => {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
};
