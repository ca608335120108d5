import type { Body, Hash, Transaction } from "@dure/types";

type Tracked = {
  readonly ids: ReadonlySet<Hash>;
  /** Digests of the batches that the block includes whole. */
  readonly whole: ReadonlySet<Hash>;
  /** How many of its transactions are ready. */
  ready: number;
};

/** Uncommitted blocks and what they include: so that a child never includes it again. */
export class Lineages {
  readonly #tracked = new Map<Hash, Tracked>();
  /** The tracked blocks that include a transaction: several on forks, at most one on a lineage. */
  readonly #blocksOf = new Map<Hash, Hash[]>();

  track(
    blockId: Hash,
    body: Body,
    transactions: readonly Transaction[],
    isReady: (id: Hash) => boolean,
  ): void {
    if (this.#tracked.has(blockId)) return;
    const ids = new Set(transactions.map(({ id }) => id));
    const whole = new Set(body.filter(({ omitted }) => omitted.length === 0).map(({ digest }) => digest));
    let ready = 0;
    for (const id of ids) {
      if (isReady(id)) ready += 1;
      const blocks = this.#blocksOf.get(id);
      if (blocks === undefined) this.#blocksOf.set(id, [blockId]);
      else blocks.push(blockId);
    }
    this.#tracked.set(blockId, { ids, whole, ready });
  }

  /** A transaction became ready (1), or ceased to be (-1). */
  turn(id: Hash, by: 1 | -1): void {
    for (const block of this.#blocksOf.get(id) ?? []) (this.#tracked.get(block) as Tracked).ready += by;
  }

  forget(blockIds: Iterable<Hash>): void {
    for (const blockId of blockIds) {
      for (const id of this.#tracked.get(blockId)?.ids ?? []) {
        const left = this.#blocksOf.get(id)?.filter((block) => block !== blockId) ?? [];
        if (left.length > 0) this.#blocksOf.set(id, left);
        else this.#blocksOf.delete(id);
      }
      this.#tracked.delete(blockId);
    }
  }

  /** Whether a block of the lineage includes the transaction. */
  includes(lineage: ReadonlySet<Hash>, id: Hash): boolean {
    return this.#blocksOf.get(id)?.some((block) => lineage.has(block)) === true;
  }

  /** Whether a block of the lineage includes the whole batch. */
  includesBatch(lineage: ReadonlySet<Hash>, digest: Hash): boolean {
    for (const block of lineage) if (this.#tracked.get(block)?.whole.has(digest) === true) return true;
    return false;
  }

  /** How many ready transactions the lineage includes. */
  ready(lineage: readonly Hash[]): number {
    return lineage.reduce((sum, block) => sum + (this.#tracked.get(block)?.ready ?? 0), 0);
  }

  get size(): number {
    return this.#tracked.size;
  }
}
