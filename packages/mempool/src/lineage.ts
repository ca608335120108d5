import type { Body, Hash, Transaction } from "@dure/types";

type Tracked = { readonly ids: ReadonlySet<Hash>; readonly digests: ReadonlySet<Hash> };

/** Uncommitted blocks and what they include: so that a child never includes it again. */
export class Lineages {
  readonly #tracked = new Map<Hash, Tracked>();

  track(blockId: Hash, body: Body, transactions: readonly Transaction[]): void {
    if (this.#tracked.has(blockId)) return;
    const ids = new Set(transactions.map(({ id }) => id));
    this.#tracked.set(blockId, { ids, digests: new Set(body.map(({ digest }) => digest)) });
  }

  forget(blockIds: Iterable<Hash>): void {
    for (const id of blockIds) this.#tracked.delete(id);
  }

  includes(lineage: readonly Hash[], id: Hash): boolean {
    return lineage.some((block) => this.#tracked.get(block)?.ids.has(id) === true);
  }

  names(lineage: readonly Hash[], digest: Hash): boolean {
    return lineage.some((block) => this.#tracked.get(block)?.digests.has(digest) === true);
  }

  /** How many of the lineage's transactions satisfy the predicate. No transaction stands twice in a lineage. */
  count(lineage: readonly Hash[], predicate: (id: Hash) => boolean): number {
    let count = 0;
    for (const block of lineage)
      for (const id of this.#tracked.get(block)?.ids ?? []) if (predicate(id)) count += 1;
    return count;
  }

  get size(): number {
    return this.#tracked.size;
  }
}
