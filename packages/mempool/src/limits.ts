/** What a channel's configuration bounds. */
export type ChannelLimits = {
  readonly transactionBytesMax: number;
  readonly batchBytesMax: number;
  readonly batchTransactionsMax: number;
  /** Bytes of all the batches that one block names. */
  readonly blockBytesMax: number;
  readonly blockTransactionsMax: number;
  /** How far above a block's timestamp a transaction's expiry may stand. */
  readonly longestLifeMs: number;
};

/**
 * What one peer's memory bounds. Beside these bounds, no source of batches ever occupies more than what it leaves free,
 * so that even several that fill the pool leave room for the next.
 */
export type PoolLimits = {
  /** Transactions that wait here, of all senders. */
  readonly transactionsMax: number;
  /** Transactions of one sender that wait, as admitted by this peer, and their bytes. */
  readonly senderTransactionsMax: number;
  readonly senderBytesMax: number;
  /** Transactions that batches from one peer hold: tiny ones would fill the pool long before their bytes do. */
  readonly sourceTransactionsMax: number;
  /** Bytes of batches from one peer; of what this peer admitted, too. */
  readonly sourceBytesMax: number;
  /** Bytes of batches from all, and of what waits for its batch. */
  readonly bytesMax: number;
  /** Bytes of batches that are held for a proposal alone. At least two blocks', or proposals push out each other's. */
  readonly shelfBytesMax: number;
};

export const POOL_LIMITS: PoolLimits = {
  transactionsMax: 100_000,
  senderTransactionsMax: 20_000,
  senderBytesMax: 16 << 20,
  sourceTransactionsMax: 25_000,
  sourceBytesMax: 32 << 20,
  bytesMax: 128 << 20,
  shelfBytesMax: 16 << 20,
};
