import type { Batch, BatchReference, Body, Hash, Transaction } from "@dure/types";
import type { ChannelLimits } from "./limits.ts";

/** The body of a block, what it includes in order, and the batches that it names. Empty if nothing may stand. */
export type Proposed = {
  readonly body: Body;
  readonly transactions: readonly Transaction[];
  readonly batches: readonly Batch[];
};

type Options = {
  /** One per source, asked in turns. */
  readonly cursors: readonly (() => Batch | undefined)[];
  readonly limits: Pick<ChannelLimits, "blockBytesMax" | "blockTransactionsMax">;
  /** Whether a batch is not worth a look. */
  readonly isSpent: (batch: Batch) => boolean;
  readonly mayStand: (transaction: Transaction) => boolean;
};

/**
 * Fills a block: batches in turns of their sources and in each one's order, without what may not stand or stands already.
 * A source whose next batch does not fit gets no further turn, so that its order is kept; the others go on.
 */
export const fillBlock = ({ cursors, limits, isSpent, mayStand }: Options): Proposed => {
  const body: BatchReference[] = [];
  const batches: Batch[] = [];
  const transactions: Transaction[] = [];
  const ids = new Set<Hash>();
  let bytes = 0;

  const take = (batch: Batch): boolean => {
    const standing = new Set<number>();
    batch.transactions.forEach((transaction, index) => {
      if (!ids.has(transaction.id) && mayStand(transaction)) standing.add(index);
    });
    if (standing.size === 0) return true;
    if (bytes + batch.bytes.length > limits.blockBytesMax) return false;
    if (transactions.length + standing.size > limits.blockTransactionsMax) return false;
    const omitted: number[] = [];
    batch.transactions.forEach((transaction, index) => {
      if (!standing.has(index)) {
        omitted.push(index);
        return;
      }
      ids.add(transaction.id);
      transactions.push(transaction);
    });
    bytes += batch.bytes.length;
    batches.push(batch);
    body.push({ digest: batch.digest, count: batch.transactions.length, omitted });
    return true;
  };

  for (let open = cursors; open.length > 0; )
    open = open.filter((next) => {
      const batch = next();
      return batch !== undefined && (isSpent(batch) || take(batch));
    });
  return { body, transactions, batches };
};
