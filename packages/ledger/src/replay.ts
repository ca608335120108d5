import type { CryptoSuite } from "@dure/crypto";
import { type Block, type Hash, receiptTransactionId } from "@dure/types";
import type { BlockLog } from "./blocks/block-log.ts";
import { blockTransactions } from "./blocks/transactions.ts";
import { LedgerError } from "./error.ts";
import type { Derived } from "./execution/derived.ts";
import { createReplayIndex, type ReplayIndex } from "./replay-index.ts";

/** The replay index of a log, and the damaged heights that keep it from being complete. */
export type Replay = { readonly index: ReplayIndex; readonly gaps: Set<number> };

/** Ids of a block's transactions. Throws LedgerError `DAMAGED` if the block's data is not readable. */
export const transactionIdsOf = (suite: CryptoSuite, block: Block): readonly Hash[] => {
  const transactions = blockTransactions(suite, block);
  if (transactions.ok) return transactions.value.map(({ id }) => id);
  throw new LedgerError("DAMAGED", `a committed block is not readable: ${transactions.message}`);
};

/**
 * Rebuilds the replay index from the log's tail, from the head downwards, until a block is too old to matter. What was
 * executed names its transactions in its receipts, and need not be read and hashed again. Damaged heights
 * are gaps: their transactions may be alive and are not known.
 */
export const rebuildReplay = async (
  suite: CryptoSuite,
  log: BlockLog,
  derived: Pick<Derived, "executedHeight" | "receipts">,
  longestLifeMs: number,
): Promise<Replay> => {
  const index = createReplayIndex(longestLifeMs);
  const gaps = new Set<number>();
  // What a base lies above is too old to matter: that is judged when it becomes the base.
  const baseHeight = log.base()?.read.height ?? 0;
  for (let height = log.head()?.height ?? 0; height > baseHeight; height--) {
    const entry = await log.at(height);
    if (entry !== undefined && entry.timestampMs < index.horizonMs()) break;
    const receipts =
      entry !== undefined && height <= derived.executedHeight() ? derived.receipts(height) : undefined;
    if (entry !== undefined && receipts !== undefined) {
      index.add(entry.timestampMs, receipts.map(receiptTransactionId));
      continue;
    }
    const found = await log.read(height);
    if (found === undefined) gaps.add(height);
    else index.add(found.header.timestampMs, transactionIdsOf(suite, found.block));
  }
  return { index, gaps };
};
