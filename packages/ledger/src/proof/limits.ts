/**
 * What a proof may ask of its verifier at most, judged before any work is done for it. No honest proof comes near: a
 * block's transactions have at most 2 MiB (specs/genesis.md) and its results 24 MiB.
 */
export const PROOF_LIMITS = {
  /** Headers from the block to the one that is committed with it. */
  headersMax: 1_024,
  headerBytesMax: 1 << 17,
  /** Epochs that a proof leads through. */
  epochsMax: 1_024,
  /** Two certificates of 1,024 validators and some headers fit. */
  commitBytesMax: 1 << 19,
  executionBytesMax: 1 << 17,
  transactionBytesMax: 1 << 20,
  transactionsMax: 100_000,
  receiptBytesMax: 1 << 24,
  /** A path's siblings: one per level of a tree of 2^32 leaves. */
  siblingsMax: 32,
  keyBytesMax: 1 << 16,
  stateBytesMax: 1 << 24,
  /** All decoded parts together. */
  bytesMax: 1 << 26,
} as const;
