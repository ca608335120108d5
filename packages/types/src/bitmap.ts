import type { Bytes } from "@dure/crypto";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/**
 * Sets of indexes below a count that both sides know, as ceil(count / 8) bytes, lowest bit first. The reader refuses
 * bits at or above the count, so that a set has one encoding and no index is ever out of range.
 */
export const writeBitmap = (writer: Writer, count: number, indexes: Iterable<number>): Writer => {
  const bytes = new Uint8Array(Math.ceil(count / 8));
  for (const index of indexes) {
    if (!Number.isInteger(index) || index < 0 || index >= count)
      throw new RangeError(`index ${index} is not below ${count}`);
    bytes[index >> 3] = (bytes[index >> 3] as number) | (1 << (index & 7));
  }
  return writer.fixed(bytes, bytes.length);
};

const isSet = (bytes: Bytes, index: number): boolean =>
  (((bytes[index >> 3] as number) >> (index & 7)) & 1) === 1;

/** The indexes in the bitmap, ascending. */
export const readBitmap = (reader: Reader, count: number): readonly number[] => {
  const bytes = reader.fixed(Math.ceil(count / 8));
  const indexes: number[] = [];
  for (let index = 0; index < bytes.length * 8; index++) {
    if (!isSet(bytes, index)) continue;
    if (index >= count) reader.fail(`a bitmap of ${count} names ${index}`);
    indexes.push(index);
  }
  return indexes;
};
