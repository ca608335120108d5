import type { Batch, Hash } from "@dure/types";

type Held = {
  readonly batch: Batch;
  readonly source: string;
  /** How many of its transactions wait. */
  live: number;
  /** Validators that said they hold it. */
  readonly acknowledged: Set<number>;
};

/** Batches by digest and, in order of arrival, by the peer that made them known. */
export class BatchStore {
  readonly #held = new Map<Hash, Held>();
  readonly #bySource = new Map<string, Set<Hash>>();
  readonly #bytesOf = new Map<string, number>();
  readonly #transactionsOf = new Map<string, number>();
  #bytes = 0;
  /** The source that the next proposal begins with. */
  #turn = 0;

  get size(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  bytesOf(source: string): number {
    return this.#bytesOf.get(source) ?? 0;
  }

  /** How many transactions the batches of a source hold, spent ones included. */
  transactionsOf(source: string): number {
    return this.#transactionsOf.get(source) ?? 0;
  }

  get(digest: Hash): Batch | undefined {
    return this.#held.get(digest)?.batch;
  }

  add(batch: Batch, source: string, live: number): void {
    this.#held.set(batch.digest, { batch, source, live, acknowledged: new Set() });
    const digests = this.#bySource.get(source) ?? new Set();
    this.#bySource.set(source, digests.add(batch.digest));
    this.#bytes += batch.bytes.length;
    this.#bytesOf.set(source, this.bytesOf(source) + batch.bytes.length);
    this.#transactionsOf.set(source, this.transactionsOf(source) + batch.transactions.length);
  }

  /** One transaction of it waits no more; the last one takes the batch along. */
  release(digest: Hash): void {
    const held = this.#held.get(digest);
    if (held === undefined) return;
    held.live -= 1;
    if (held.live > 0) return;
    const { batch, source } = held;
    this.#held.delete(digest);
    const digests = this.#bySource.get(source);
    digests?.delete(digest);
    if (digests?.size === 0) this.#bySource.delete(source);
    this.#bytes -= batch.bytes.length;
    const left = this.bytesOf(source) - batch.bytes.length;
    if (left > 0) {
      this.#bytesOf.set(source, left);
      this.#transactionsOf.set(source, this.transactionsOf(source) - batch.transactions.length);
      return;
    }
    this.#bytesOf.delete(source);
    this.#transactionsOf.delete(source);
  }

  acknowledge(digest: Hash, validator: number): void {
    this.#held.get(digest)?.acknowledged.add(validator);
  }

  acknowledged(digest: Hash): ReadonlySet<number> {
    return this.#held.get(digest)?.acknowledged ?? new Set();
  }

  /**
   * All batches, one of each source in turn and each source's in order of arrival, so that no source starves another.
   * Each call begins with the next source.
   */
  *inTurns(): Generator<Batch> {
    const sources = [...this.#bySource.values()].map((digests) => [...digests]);
    const first = this.#turn++ % Math.max(1, sources.length);
    const order = [...sources.slice(first), ...sources.slice(0, first)];
    for (let at = 0; order.some((digests) => at < digests.length); at++) {
      for (const digests of order) {
        const held = this.#held.get(digests[at] as Hash);
        if (held !== undefined) yield held.batch;
      }
    }
  }

  *all(): Generator<Batch> {
    for (const { batch } of this.#held.values()) yield batch;
  }
}
