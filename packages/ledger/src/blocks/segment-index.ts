import type { Bytes } from "@dure/crypto";
import { type Hash, hashBytes, toHash } from "@dure/types";

/** What is known of a block without reading it. */
export type IndexEntry = {
  readonly offset: number;
  readonly length: number;
  readonly blockId: Hash;
  readonly timestampMs: number;
  /** Greatest height whose execution certificate this block or an ancestor carries, as far as is known; or 0. */
  readonly executionHeight: number;
  readonly hasProof: boolean;
  /** It stands in the segment's file of repairs. */
  readonly isRepair: boolean;
};

export const INDEX_ENTRY_BYTES = 64;
const FLAG = { held: 1, proof: 2, repair: 4 } as const;

/**
 * The places of a segment's blocks by height, 64 bytes each: flags u8, three zeros, offset u32, length u32, timestamp
 * u64, execution height u64, four zeros, block id. A height without the flag `held` is damaged.
 */
export class SegmentIndex {
  readonly first: number;
  #bytes: Buffer;
  #count: number;

  constructor(first: number, bytes: Buffer = Buffer.alloc(0)) {
    if (bytes.length % INDEX_ENTRY_BYTES !== 0) throw new RangeError("an index holds whole entries");
    this.first = first;
    this.#bytes = bytes;
    this.#count = bytes.length / INDEX_ENTRY_BYTES;
  }

  /** The height after the last one that the segment reaches. */
  get next(): number {
    return this.first + this.#count;
  }

  /** The index as its file holds it. */
  get bytes(): Bytes {
    return this.#bytes.subarray(0, this.#count * INDEX_ENTRY_BYTES);
  }

  get(height: number): IndexEntry | undefined {
    if (height < this.first || height >= this.next) return undefined;
    const at = (height - this.first) * INDEX_ENTRY_BYTES;
    const flags = this.#bytes.readUInt8(at);
    if ((flags & FLAG.held) === 0) return undefined;
    return {
      offset: this.#bytes.readUInt32BE(at + 4),
      length: this.#bytes.readUInt32BE(at + 8),
      timestampMs: Number(this.#bytes.readBigUInt64BE(at + 12)),
      executionHeight: Number(this.#bytes.readBigUInt64BE(at + 20)),
      blockId: toHash(this.#bytes.subarray(at + 32, at + 64)),
      hasProof: (flags & FLAG.proof) !== 0,
      isRepair: (flags & FLAG.repair) !== 0,
    };
  }

  /** Sets a height at or above the first; heights passed over count as damaged. */
  set(height: number, entry: IndexEntry): void {
    this.extend(height + 1);
    const at = (height - this.first) * INDEX_ENTRY_BYTES;
    const flags = FLAG.held | (entry.hasProof ? FLAG.proof : 0) | (entry.isRepair ? FLAG.repair : 0);
    this.#bytes.writeUInt8(flags, at);
    this.#bytes.writeUInt32BE(entry.offset, at + 4);
    this.#bytes.writeUInt32BE(entry.length, at + 8);
    this.#bytes.writeBigUInt64BE(BigInt(entry.timestampMs), at + 12);
    this.#bytes.writeBigUInt64BE(BigInt(entry.executionHeight), at + 20);
    this.#bytes.set(hashBytes(entry.blockId), at + 32);
  }

  /** Makes the segment reach up to, not including, `next`. */
  extend(next: number): void {
    const count = next - this.first;
    if (count * INDEX_ENTRY_BYTES > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(count, 2 * this.#count, 64) * INDEX_ENTRY_BYTES);
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.#count = Math.max(this.#count, count);
  }

  /** Forgets the heights from `next` on. */
  cut(next: number): void {
    const count = Math.max(0, Math.min(this.#count, next - this.first));
    this.#bytes.fill(0, count * INDEX_ENTRY_BYTES);
    this.#count = count;
  }

  /** Marks a height as damaged. */
  drop(height: number): void {
    if (height < this.first || height >= this.next) return;
    const at = (height - this.first) * INDEX_ENTRY_BYTES;
    this.#bytes.fill(0, at, at + INDEX_ENTRY_BYTES);
  }

  /** How many heights are not damaged. */
  get heldCount(): number {
    let count = 0;
    for (let at = 0; at < this.#count; at++)
      count += this.#bytes.readUInt8(at * INDEX_ENTRY_BYTES) & FLAG.held;
    return count;
  }

  /** The damaged spans, ascending, both ends included. */
  damage(): readonly HeightSpan[] {
    const spans: HeightSpan[] = [];
    for (let height = this.first; height < this.next; height++) {
      if ((this.#bytes.readUInt8((height - this.first) * INDEX_ENTRY_BYTES) & FLAG.held) !== 0) continue;
      const last = spans.at(-1);
      if (last?.toHeight === height - 1) spans[spans.length - 1] = { ...last, toHeight: height };
      else spans.push({ fromHeight: height, toHeight: height });
    }
    return spans;
  }
}

/** Heights from one to another, both included. */
export type HeightSpan = { readonly fromHeight: number; readonly toHeight: number };
