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

/** What one peer's memory bounds. */
export type PoolLimits = {
  /** Transactions that wait here, of all senders. */
  readonly transactionsMax: number;
  /** Transactions of one sender that wait, as admitted by this peer. */
  readonly senderTransactionsMax: number;
  /** Transactions that batches from one peer hold: tiny ones would fill the pool long before their bytes do. */
  readonly sourceTransactionsMax: number;
  /** Bytes of batches from one peer. */
  readonly sourceBytesMax: number;
  /** Bytes of batches from all. */
  readonly bytesMax: number;
};

export const POOL_LIMITS: PoolLimits = {
  transactionsMax: 100_000,
  senderTransactionsMax: 20_000,
  sourceTransactionsMax: 25_000,
  sourceBytesMax: 32 << 20,
  bytesMax: 128 << 20,
};
