import type { Bytes } from "@dure/crypto";
import { concatBytes } from "./bytes.ts";
import { readHex } from "./hex.ts";
import { encodeText } from "./text.ts";

type Scratch = { readonly bytes: Uint8Array; readonly view: DataView };

/** Most of what is written fits; what grows beyond it is not kept. */
const SCRATCH_BYTES = 1024;
const SPARE_MAX = 16;
/** From this size on bytes are taken by reference: a batch is copied once, into what is sent, or not at all. */
const REFERENCE_BYTES = 4096;
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
  #scratch: Scratch;
  #length = 0;
  /** What stands before the scratch. */
  #parts: Bytes[] = [];

  /** `bytes`: how many will be written, about, where that is many. */
  constructor(bytes = 0) {
    this.#scratch = bytes > SCRATCH_BYTES ? scratchOf(bytes) : (spare.pop() ?? scratchOf(SCRATCH_BYTES));
  }

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

  /** Bytes whose length the reader knows. Large ones are not copied: they must not change afterwards. */
  fixed(bytes: Bytes, length: number): this {
    if (bytes.length !== length) throw new RangeError(`${bytes.length} bytes where ${length} are due`);
    if (length >= REFERENCE_BYTES) {
      this.#cut();
      this.#parts.push(bytes);
      return this;
    }
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

  /** What stands in parts, after its length in four bytes. */
  bytesOf(parts: readonly Bytes[]): this {
    this.u32(parts.reduce((sum, part) => sum + part.length, 0));
    for (const part of parts) this.fixed(part, part.length);
    return this;
  }

  /** UTF-8 text of at most 255 bytes after its length in one byte. */
  text(text: string): this {
    const start = this.#length;
    if (text.length <= 255 && this.u8(text.length).#ascii(text)) return this;
    this.#length = start;
    const bytes = encodeText(text);
    this.u8(bytes.length);
    return this.fixed(bytes, bytes.length);
  }

  /** UTF-8 text of at most `max` bytes after its length in four bytes. Throws RangeError above. */
  longText(text: string, max: number): this {
    if (text.length > max) throw new RangeError(`a text of ${text.length} characters is above ${max} bytes`);
    const start = this.#length;
    this.u32(text.length);
    if (text.length < REFERENCE_BYTES && this.#ascii(text)) return this;
    this.#length = start;
    const bytes = encodeText(text);
    if (bytes.length > max) throw new RangeError(`a text of ${bytes.length} bytes is above ${max}`);
    return this.bytes(bytes);
  }

  /** Writes a text that is ASCII, as most are, without bytes of its own in between; false, and nothing, if it is not. */
  #ascii(text: string): boolean {
    const { length } = text;
    const offset = this.#reserve(length);
    const { bytes } = this.#scratch;
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x7f) {
        this.#length = offset;
        return false;
      }
      bytes[offset + at] = code;
    }
    return true;
  }

  /** Moves what is in the scratch to the parts. */
  #cut(): void {
    if (this.#length === 0) return;
    this.#parts.push(this.#scratch.bytes.slice(0, this.#length));
    this.#length = 0;
  }

  #release(): void {
    this.#length = 0;
    if (this.#scratch.bytes.length !== SCRATCH_BYTES || spare.length >= SPARE_MAX) return;
    spare.push(this.#scratch);
    this.#scratch = EMPTY;
  }

  /** What was written, in bytes of its own. The writer begins anew. */
  finish(): Bytes {
    const parts = this.#parts;
    const last = this.#scratch.bytes.subarray(0, this.#length);
    const written = parts.length === 0 ? last.slice() : concatBytes([...parts, last]);
    this.#parts = [];
    this.#release();
    return written;
  }

  /** What was written, in parts that follow one another: large bytes as they were given. The writer begins anew. */
  parts(): readonly Bytes[] {
    this.#cut();
    const parts = this.#parts;
    this.#parts = [];
    this.#release();
    return parts;
  }

  /** What was written so far, valid until the next word: for what is hashed and not kept. The writer begins anew. */
  take<T>(use: (bytes: Bytes) => T): T {
    const result = use(
      this.#parts.length === 0 ? this.#scratch.bytes.subarray(0, this.#length) : this.finish(),
    );
    this.#release();
    return result;
  }
}
