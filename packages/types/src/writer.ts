import type { Bytes } from "@dure/crypto";
import { readHex } from "./hex.ts";
import { encodeText } from "./text.ts";

type Scratch = { readonly bytes: Uint8Array; readonly view: DataView };

/** Most of what is written fits; what grows beyond it is not kept. */
const SCRATCH_BYTES = 1024;
const SPARE_MAX = 16;
/** Scratches of writers that have finished: making one costs more than most of what is written into it. */
const spare: Scratch[] = [];

const scratchOf = (length: number): Scratch => {
  const bytes = new Uint8Array(length);
  return { bytes, view: new DataView(bytes.buffer) };
};

/** Of a writer that has finished: it takes another at its next word. */
const EMPTY = scratchOf(0);

/**
 * Writes the canonical encoding of specs/encoding.md: big-endian, fixed widths, length-prefixed. It asserts the
 * bounds of what it is given, since writing something unreadable is a bug of ours.
 */
export class Writer {
  #scratch = spare.pop() ?? scratchOf(SCRATCH_BYTES);
  #length = 0;

  #reserve(count: number): number {
    const offset = this.#length;
    this.#length += count;
    const { bytes } = this.#scratch;
    if (this.#length > bytes.length) {
      this.#scratch = scratchOf(Math.max(this.#length, bytes.length * 2));
      this.#scratch.bytes.set(bytes.subarray(0, offset));
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
    this.#scratch.bytes[offset] = value;
    return this;
  }

  u16(value: number): this {
    this.#check(value, 0xffff);
    const offset = this.#reserve(2);
    this.#scratch.view.setUint16(offset, value);
    return this;
  }

  u32(value: number): this {
    this.#check(value, 0xffffffff);
    const offset = this.#reserve(4);
    this.#scratch.view.setUint32(offset, value);
    return this;
  }

  /** Eight bytes; values up to 2^53 - 1. */
  u64(value: number): this {
    this.#check(value, Number.MAX_SAFE_INTEGER);
    const offset = this.#reserve(8);
    const { view } = this.#scratch;
    view.setUint32(offset, Math.floor(value / 0x100000000));
    view.setUint32(offset + 4, value >>> 0);
    return this;
  }

  flag(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  /** Bytes whose length the reader knows. */
  fixed(bytes: Bytes, length: number): this {
    if (bytes.length !== length) throw new RangeError(`${bytes.length} bytes where ${length} are due`);
    const offset = this.#reserve(length);
    this.#scratch.bytes.set(bytes, offset);
    return this;
  }

  /** Bytes that stand as lower-case hexadecimal text, whose length in bytes the reader knows. */
  hex(text: string, length: number): this {
    const offset = this.#reserve(length);
    if (!readHex(text, this.#scratch.bytes, offset, length))
      throw new RangeError(`${length} bytes in lower-case hexadecimal digits are due`);
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

  /** What was written, in bytes of its own. The writer begins anew. */
  finish(): Bytes {
    const written = this.#scratch.bytes.slice(0, this.#length);
    if (this.#scratch.bytes.length === SCRATCH_BYTES && spare.length < SPARE_MAX) {
      spare.push(this.#scratch);
      this.#scratch = EMPTY;
    }
    this.#length = 0;
    return written;
  }
}
