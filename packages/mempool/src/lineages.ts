import type { Body, Hash, Transaction } from "@dure/types";

type Tracked = {
  readonly ids: ReadonlySet<Hash>;
  /** Digests of the batches that the block includes whole. */
  readonly whole: ReadonlySet<Hash>;
  /** How many of its transactions are ready. */
  ready: number;
};

const NONE: readonly Hash[] = [];

const listOf = (blocks: Hash | readonly Hash[] | undefined): readonly Hash[] =>
  typeof blocks === "string" ? [blocks] : (blocks ?? NONE);

/** Uncommitted blocks and what they include: so that a child never includes it again. */
export class Lineages {
  readonly #tracked = new Map<Hash, Tracked>();
  /** The tracked blocks that include a transaction: one as a rule, several on forks, at most one on a lineage. */
  readonly #blocksOf = new Map<Hash, Hash | readonly Hash[]>();

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
      this.#blocksOf.set(id, blocks === undefined ? blockId : [...listOf(blocks), blockId]);
    }
    this.#tracked.set(blockId, { ids, whole, ready });
  }

  /** A transaction became ready (1), or ceased to be (-1). */
  turn(id: Hash, by: 1 | -1): void {
    for (const block of listOf(this.#blocksOf.get(id))) (this.#tracked.get(block) as Tracked).ready += by;
  }

  forget(blockIds: Iterable<Hash>): void {
    for (const blockId of blockIds) {
      for (const id of this.#tracked.get(blockId)?.ids ?? []) {
        const blocks = this.#blocksOf.get(id);
        const left = typeof blocks === "string" ? [] : listOf(blocks).filter((block) => block !== blockId);
        if (left.length > 0) this.#blocksOf.set(id, left);
        else this.#blocksOf.delete(id);
      }
      this.#tracked.delete(blockId);
    }
  }

  /** Whether a block of the lineage includes the transaction. */
  includes(lineage: ReadonlySet<Hash>, id: Hash): boolean {
    const blocks = this.#blocksOf.get(id);
    return typeof blocks === "string"
      ? lineage.has(blocks)
      : listOf(blocks).some((block) => lineage.has(block));
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
