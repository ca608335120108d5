import { randomBytes } from "node:crypto";
import type { Hash } from "@dure/types";

/** Half of an id: two that share it are as far out of reach as two keys that do. */
const WORDS = 4;
const DIGITS = 8;
const SLOTS_MIN = 1 << 10;
/** Slots stay this empty, so that a search ends within a few steps. */
const FULL = 0.6;

/** Odd, and known to this process alone: nobody can make ids that crowd one place. */
const [FIRST_FACTOR, SECOND_FACTOR] = [
  randomBytes(4).readUInt32LE(0) | 1,
  randomBytes(4).readUInt32LE(0) | 1,
];

const NINE = 0x39;
const ZERO = 0x30;
const TEN_LESS_A = 0x57;

/** Reads the first digits of an id into words. */
const readWords = (id: Hash, words: Uint32Array): void => {
  for (let word = 0; word < WORDS; word++) {
    let value = 0;
    for (let at = word * DIGITS; at < (word + 1) * DIGITS; at++) {
      const code = id.charCodeAt(at);
      value = (value << 4) | (code <= NINE ? code - ZERO : code - TEN_LESS_A);
    }
    words[word] = value;
  }
};

/**
 * A set of ids in sixteen bytes and a little for each, without an object for any: millions are remembered while their
 * transactions are alive. It only grows.
 */
export class IdSet {
  #table = new Uint32Array(SLOTS_MIN * WORDS);
  #slots = SLOTS_MIN;
  #size = 0;
  readonly #words = new Uint32Array(WORDS);

  get size(): number {
    return this.#size;
  }

  has(id: Hash): boolean {
    readWords(id, this.#words);
    return this.#find(this.#table, this.#words, 0).isThere;
  }

  add(id: Hash): void {
    readWords(id, this.#words);
    const { offset, isThere } = this.#find(this.#table, this.#words, 0);
    if (isThere) return;
    this.#table.set(this.#words, offset);
    this.#size += 1;
    if (this.#size > this.#slots * FULL) this.#grow();
  }

  /** Where the words at an offset stand in the table, or the empty slot where they would. */
  #find(
    table: Uint32Array,
    words: Uint32Array,
    from: number,
  ): { readonly offset: number; readonly isThere: boolean } {
    const mask = this.#slots - 1;
    // The upper bits of the sum: every bit of both words has a say in them, the lower ones' would be the words' own.
    const mixed =
      Math.imul(words[from] as number, FIRST_FACTOR) + Math.imul(words[from + 1] as number, SECOND_FACTOR);
    const start = (mixed >>> 0) >>> Math.clz32(mask);
    for (let slot = start; ; slot = (slot + 1) & mask) {
      const offset = slot * WORDS;
      let isSame = true;
      let isEmpty = true;
      for (let word = 0; word < WORDS; word++) {
        const found = table[offset + word];
        if (found !== words[from + word]) isSame = false;
        if (found !== 0) isEmpty = false;
      }
      if (isSame || isEmpty) return { offset, isThere: isSame && !isEmpty };
    }
  }

  #grow(): void {
    const old = this.#table;
    this.#slots *= 2;
    const table = new Uint32Array(this.#slots * WORDS);
    for (let from = 0; from < old.length; from += WORDS) {
      const isEmpty = !old.subarray(from, from + WORDS).some((word) => word !== 0);
      if (!isEmpty) table.set(old.subarray(from, from + WORDS), this.#find(table, old, from).offset);
    }
    this.#table = table;
  }
}
