import type { Bytes } from "@dure/crypto";
import { decodeText } from "./text.ts";

/** Why bytes were refused. Thrown by Reader and caught by `decode`; it never leaves this package. */
class DecodeError extends Error {}

/**
 * Reads the canonical encoding of specs/encoding.md, strictly. Every length is bounded before anything is allocated.
 * `fixed` and `bytes` return views of the input: what was received is kept, not copied.
 */
export class Reader {
  readonly #bytes: Bytes;
  #offset = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  fail(message: string): never {
    throw new DecodeError(`${message} at byte ${this.#offset}`);
  }

  #take(count: number): number {
    if (count > this.remaining) this.fail(`${count} bytes are due but ${this.remaining} are left`);
    const offset = this.#offset;
    this.#offset += count;
    return offset;
  }

  #at(offset: number): number {
    return this.#bytes[offset] as number;
  }

  // By hand: a view of its own for each of the many small things that are read would cost more than the reading.
  #uint32(at: number): number {
    return (
      ((this.#at(at) << 24) | (this.#at(at + 1) << 16) | (this.#at(at + 2) << 8) | this.#at(at + 3)) >>> 0
    );
  }

  u8(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  u16(): number {
    const offset = this.#take(2);
    return (this.#at(offset) << 8) | this.#at(offset + 1);
  }

  u32(): number {
    return this.#uint32(this.#take(4));
  }

  u64(): number {
    const offset = this.#take(8);
    const high = this.#uint32(offset);
    if (high > 0x1fffff) this.fail("an integer is above 2^53 - 1");
    return high * 0x100000000 + this.#uint32(offset + 4);
  }

  flag(): boolean {
    const value = this.u8();
    if (value > 1) this.fail("a flag is neither 0 nor 1");
    return value === 1;
  }

  /** The next byte, which must be `value`: a version or kind. */
  expect(value: number, what: string): void {
    const found = this.u8();
    if (found !== value) this.fail(`${what} is ${found}, not ${value}`);
  }

  fixed(length: number): Bytes {
    const offset = this.#take(length);
    return this.#bytes.subarray(offset, offset + length);
  }

  /** Passes over bytes of a known length. */
  skip(length: number): void {
    this.#take(length);
  }

  bytes(max: number): Bytes {
    return this.fixed(this.#length(max));
  }

  /** Passes over bytes and the length that stands before them. */
  skipBytes(max: number): void {
    this.#take(this.#length(max));
  }

  #length(max: number): number {
    const length = this.u32();
    if (length > max) this.fail(`a length of ${length} is above ${max}`);
    return length;
  }

  text(): string {
    const text = decodeText(this.fixed(this.u8()));
    return text ?? this.fail("text is not UTF-8");
  }

  /** A count in two bytes of items of at least `bytesMin` each, so that a count cannot promise more than is there. */
  count16(bytesMin: number): number {
    return this.#counted(this.u16(), bytesMin);
  }

  count32(bytesMin: number): number {
    return this.#counted(this.u32(), bytesMin);
  }

  #counted(count: number, bytesMin: number): number {
    if (count * bytesMin > this.remaining) this.fail(`${count} items do not fit in what is left`);
    return count;
  }

  /** What was read since `offset`, as received. */
  since(offset: number): Bytes {
    return this.#bytes.subarray(offset, this.#offset);
  }
}

/** The answer of every decoder: a value, or why the bytes were refused. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** Runs a reading function over all of `bytes`: trailing bytes are refused. Never throws on any input. */
export const decode = <T>(bytes: Bytes, read: (reader: Reader) => T): Decoded<T> => {
  const reader = new Reader(bytes);
  try {
    const value = read(reader);
    if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes too many`);
    return { ok: true, value };
  } catch (error) {
    if (error instanceof DecodeError) return { ok: false, message: error.message };
    throw error;
  }
};
