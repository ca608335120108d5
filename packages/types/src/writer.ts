import type { Bytes } from "@dure/crypto";
import { encodeText } from "./text.ts";

/**
 * Writes the canonical encoding of specs/encoding.md: big-endian, fixed widths, length-prefixed. It asserts the
 * bounds of what it is given, since writing something unreadable is a bug of ours.
 */
export class Writer {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  #reserve(count: number): number {
    const offset = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, offset));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return offset;
  }

  #check(value: number, max: number): void {
    if (!Number.isSafeInteger(value) || value < 0 || value > max)
      throw new RangeError(`${value} is not in 0..${max}`);
  }

  u8(value: number): this {
    this.#check(value, 0xff);
    const offset = this.#reserve(1);
    this.#bytes[offset] = value;
    return this;
  }

  u16(value: number): this {
    this.#check(value, 0xffff);
    const offset = this.#reserve(2);
    this.#view.setUint16(offset, value);
    return this;
  }

  u32(value: number): this {
    this.#check(value, 0xffffffff);
    const offset = this.#reserve(4);
    this.#view.setUint32(offset, value);
    return this;
  }

  /** Eight bytes; values up to 2^53 - 1. */
  u64(value: number): this {
    this.#check(value, Number.MAX_SAFE_INTEGER);
    const offset = this.#reserve(8);
    this.#view.setUint32(offset, Math.floor(value / 0x100000000));
    this.#view.setUint32(offset + 4, value >>> 0);
    return this;
  }

  flag(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  /** Bytes whose length the reader knows. */
  fixed(bytes: Bytes, length: number): this {
    if (bytes.length !== length) throw new RangeError(`${bytes.length} bytes where ${length} are due`);
    const offset = this.#reserve(length);
    this.#bytes.set(bytes, offset);
    return this;
  }

  /** Bytes after their length in four bytes. */
  bytes(bytes: Bytes): this {
    this.u32(bytes.length);
    return this.fixed(bytes, bytes.length);
  }

  /** UTF-8 text of at most 255 bytes after its length in one byte. */
  text(text: string): this {
    const bytes = encodeText(text);
    this.u8(bytes.length);
    return this.fixed(bytes, bytes.length);
  }

  /** What was written, in bytes of its own. */
  finish(): Bytes {
    return this.#bytes.slice(0, this.#length);
  }
}
