import type { Batch, Hash } from "@dure/types";

/**
 * Batches that a proposal names and the pool had no room for, or no use: whether a block is valid must not depend on
 * what else this peer holds. The oldest make room for the newest. Nothing here waits to be ordered.
 */
export class Shelf {
  readonly #held = new Map<Hash, Batch>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(digest: Hash): Batch | undefined {
    return this.#held.get(digest);
  }

  /** Takes a batch in; false if it is larger than the whole shelf. */
  add(batch: Batch): boolean {
    if (batch.bytes.length > this.#bytesMax) return false;
    this.remove(batch.digest);
    for (const digest of this.#held.keys()) {
      if (this.#bytes + batch.bytes.length <= this.#bytesMax) break;
      this.remove(digest);
    }
    this.#held.set(batch.digest, batch);
    this.#bytes += batch.bytes.length;
    return true;
  }

  remove(digest: Hash): void {
    const batch = this.#held.get(digest);
    if (batch === undefined) return;
    this.#held.delete(digest);
    this.#bytes -= batch.bytes.length;
  }
}
