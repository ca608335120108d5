/**
 * What a channel keeps.
 *
 * Owns: per channel, on disk, the journal (consensus record and the data of blocks voted for) and the block log, which
 * must survive; state with its tree, receipts, indexes and the replay index, which are derived from the log; opening
 * and healing them; the lock on a home. `@dure/ledger/proof` has the pure part: proofs, and their verification.
 * Guarantees: a promise that resolved after `append` survives any crash; a torn tail is cut, a corrupt middle is told
 * and never skipped, a damaged or outdated journal gives no record; equal blocks and writes give equal roots; a home
 * of another channel, genesis, format or key is refused unchanged. Formats: specs/storage.md, specs/state-tree.md.
 * Leaves to others: verifying blocks and certificates (consensus), executing transactions (score-host), fetching what
 * is damaged (network), and what a validator without a record does (node).
 */
export type { LogHead, RepairResult } from "./blocks/block-log.ts";
export { type BlockLog, type BlockLogOptions, openBlockLog } from "./blocks/block-log.ts";
export type { LogBlock } from "./blocks/block-payload.ts";
export type { HeightSpan } from "./blocks/segment-index.ts";
export { blockTransactions, matchesHeader } from "./blocks/transactions.ts";
export type { DiskCounts } from "./disk/disk.ts";
export { LedgerError, type LedgerErrorCode } from "./error.ts";
export type { LedgerEvent, OnEvent } from "./event.ts";
export type { ReceiptProof } from "./execution/derived.ts";
export type { Roots, TransactionPlace } from "./execution/records.ts";
export { channelDirectory } from "./home/home.ts";
export { type HomeLock, lockHome } from "./home/lock.ts";
export { markForSnapshot } from "./home/mark.ts";
export { type Journal, type JournalMark, type JournalOptions, openJournal } from "./journal/journal.ts";
export type { Applied, EndsOf, Ledger, OfferedCheckpoint, TransactionProof } from "./ledger.ts";
export { type LedgerOptions, openLedger } from "./open-ledger.ts";
export type { HeaderChain } from "./proof/encode.ts";
export { createReplayIndex, type ReplayIndex } from "./replay-index.ts";
export {
  type CheckpointVerdict,
  type ProvenCheckpoint,
  verifyCheckpoint,
} from "./snapshot/checkpoint.ts";
export type { StateRebuild } from "./snapshot/rebuild.ts";
export { type RestoreOptions, restoreLedger } from "./snapshot/restore.ts";
export type { Version } from "./state/entry.ts";
export type { Held } from "./state/held.ts";
export type { HistoryEntry } from "./state/history.ts";
export {
  decodeStateProof,
  encodeStateProof,
  type StateProof,
  type StateVerdict,
  verifyStateProof,
} from "./state/proof.ts";
export type { Write } from "./state/state.ts";
