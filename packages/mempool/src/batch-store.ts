import type { Batch, Hash } from "@dure/types";

type Held = {
  readonly batch: Batch;
  readonly source: string;
  /** How many of its transactions wait. */
  live: number;
  /** How many of these a block of now may include. */
  ready: number;
  /** Validators that said they hold it. */
  readonly acknowledged: Set<number>;
};

type Source = { readonly held: Map<Hash, Held>; bytes: number; transactions: number };

const EARLY_MAX = 4_096;
const NOBODY: ReadonlySet<number> = new Set();

/** Batches by digest and, in order of arrival, by the peer that made them known. */
export class BatchStore {
  readonly #held = new Map<Hash, Held>();
  readonly #sources = new Map<string, Source>();
  /** Who acknowledged batches that are not held: of the newest such, since many are held no more. */
  readonly #early = new Map<Hash, Set<number>>();
  #bytes = 0;
  /** The source that the next proposal begins with. */
  #turn = 0;
  /** Where the next dissemination begins. A map's iterator stays right whatever comes and goes meanwhile. */
  #next = this.#held.values();

  get size(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  bytesOf(source: string): number {
    return this.#sources.get(source)?.bytes ?? 0;
  }

  /** How many transactions the batches of a source hold, spent ones included. */
  transactionsOf(source: string): number {
    return this.#sources.get(source)?.transactions ?? 0;
  }

  get(digest: Hash): Batch | undefined {
    return this.#held.get(digest)?.batch;
  }

  /** Takes a batch in of which `live` transactions wait. Its readiness is told by `turn`. */
  add(batch: Batch, source: string, live: number): void {
    const held: Held = {
      batch,
      source,
      live,
      ready: 0,
      acknowledged: this.#early.get(batch.digest) ?? new Set(),
    };
    this.#early.delete(batch.digest);
    this.#held.set(batch.digest, held);
    const of = this.#sources.get(source) ?? { held: new Map<Hash, Held>(), bytes: 0, transactions: 0 };
    this.#sources.set(source, of);
    of.held.set(batch.digest, held);
    of.bytes += batch.bytes.length;
    of.transactions += batch.transactions.length;
    this.#bytes += batch.bytes.length;
  }

  /** One of its transactions became ready (1), or ceased to be (-1). */
  turn(digest: Hash, by: 1 | -1): void {
    const held = this.#held.get(digest);
    if (held !== undefined) held.ready += by;
  }

  /** One transaction of it waits no more; the last one takes the batch along. */
  release(digest: Hash): void {
    const held = this.#held.get(digest);
    if (held === undefined) return;
    held.live -= 1;
    if (held.live > 0) return;
    const { batch, source } = held;
    this.#held.delete(digest);
    this.#bytes -= batch.bytes.length;
    const of = this.#sources.get(source) as Source;
    of.held.delete(digest);
    of.bytes -= batch.bytes.length;
    of.transactions -= batch.transactions.length;
    if (of.held.size === 0) this.#sources.delete(source);
  }

  /** Others may say that they hold a batch while it is still on its way to here, or being verified. */
  acknowledge(digest: Hash, validator: number): void {
    const acknowledged = this.#held.get(digest)?.acknowledged ?? this.#early.get(digest) ?? new Set();
    acknowledged.add(validator);
    if (this.#held.has(digest)) return;
    this.#early.set(digest, acknowledged);
    if (this.#early.size > EARLY_MAX) this.#early.delete(this.#early.keys().next().value as Hash);
  }

  forgetAcknowledgements(): void {
    this.#early.clear();
    for (const { acknowledged } of this.#held.values()) acknowledged.clear();
  }

  acknowledged(digest: Hash): ReadonlySet<number> {
    return this.#held.get(digest)?.acknowledged ?? NOBODY;
  }

  /**
   * One cursor per source over its ready batches in order of arrival, undefined at the end. To be asked in turns, so
   * that no source starves another; each call begins with the next source. Not to be kept beyond a change.
   */
  cursors(): readonly (() => Batch | undefined)[] {
    const sources = [...this.#sources.values()];
    const first = this.#turn++ % Math.max(1, sources.length);
    return [...sources.slice(first), ...sources.slice(0, first)].map(({ held }) => {
      const iterator = held.values();
      return () => {
        for (let next = iterator.next(); next.done !== true; next = iterator.next())
          if (next.value.ready > 0) return next.value.batch;
        return undefined;
      };
    });
  }

  /** At most `countMax` ready batches that are due, from where the last call ended: in the end, every one. */
  next(countMax: number, isDue: (digest: Hash) => boolean): readonly Batch[] {
    const batches: Batch[] = [];
    for (let left = this.#held.size; left > 0 && batches.length < countMax; left--) {
      const { ready, batch } = this.#round();
      if (ready > 0 && isDue(batch.digest)) batches.push(batch);
    }
    return batches;
  }

  /** The next batch, and after the last the first again. There must be one. */
  #round(): Held {
    const next = this.#next.next();
    if (next.done !== true) return next.value;
    this.#next = this.#held.values();
    return this.#next.next().value as Held;
  }
}
