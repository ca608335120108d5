import type { Bytes } from "@dure/crypto";
import type {
  Block,
  CommitProof,
  ExecutionCertificate,
  Hash,
  Header,
  MerklePath,
  Receipt,
} from "@dure/types";
import type { LogHead, RepairResult } from "./blocks/block-log.ts";
import type { LogBlock } from "./blocks/block-payload.ts";
import type { ReadBase } from "./blocks/log-base.ts";
import type { HeightSpan } from "./blocks/segment-index.ts";
import type { DiskCounts } from "./disk/disk.ts";
import type { ReceiptProof } from "./execution/derived.ts";
import type { Roots, TransactionPlace } from "./execution/records.ts";
import type { Journal } from "./journal/journal.ts";
import type { EpochEnd, HeaderChain } from "./proof/encode.ts";
import type { Version } from "./state/entry.ts";
import type { Held } from "./state/held.ts";
import type { HistoryEntry } from "./state/history.ts";
import type { HeldKey, Write } from "./state/state.ts";

/** A transaction's bytes, its path to the body root of its height, and why that height is committed. */
export type TransactionProof = TransactionPlace & {
  readonly transaction: Bytes;
  readonly path: MerklePath;
  readonly chain: HeaderChain;
};

/** What came of executing a height: see `Ledger.apply`. */
export type Applied = {
  readonly height: number;
  readonly receipts: readonly Receipt[];
  /** Per transaction, in order; at height 0 (the genesis) in any number of lists. */
  readonly writes: readonly (readonly Write[])[];
  /** What the block activated before its first transaction, in order: writes under the indexes after the transactions'. */
  readonly activations?: readonly (readonly Write[])[];
};

/** The ends of all epochs up to a block: its own included if it ends one. */
export type EndsOf = (header: Header) => readonly EpochEnd[];

/** A checkpoint's bytes, the height of its snapshot, and that of its base, above which the log has to be had from somewhere. */
export type OfferedCheckpoint = {
  readonly height: number;
  readonly baseHeight: number;
  readonly bytes: Bytes;
};

/** One channel's ledger on disk. */
export type Ledger = {
  /** Whether the home was made by this open. */
  readonly created: boolean;
  readonly genesis: Bytes;
  readonly journal: Journal;

  /**
   * The height above which the log begins: 0 for the genesis, else the last block that was pruned, or the one above which
   * a log began that came with a snapshot. Blocks up to it cannot be read.
   */
  readonly baseHeight: () => number;
  /** The header of that block, and the ends of the epochs up to it; undefined for the genesis. */
  readonly base: () => ReadBase | undefined;
  /**
   * Forgets blocks, receipts and history below the newest `keepBlocks` blocks, as far as nothing needs them: those whose
   * transactions may be alive, that the state on disk was not executed from, that are not attested, or that a snapshot is
   * offered with. `endsOf` gives the ends of the epochs up to a block. The new base height, if it moved.
   */
  readonly prune: (keepBlocks: number, endsOf: EndsOf) => Promise<number | undefined>;

  /** The last committed block; undefined while there is none but the genesis. */
  readonly head: () => LogHead | undefined;
  /**
   * Appends committed blocks, parents first, the last with the proof given or its own, and syncs them, once. The caller
   * has verified them. `transactionIds`, per block, saves reading them out of the batches.
   */
  readonly append: (
    blocks: readonly Block[],
    proof?: CommitProof,
    transactionIds?: readonly (readonly Hash[])[],
  ) => Promise<void>;
  /** The committed block at a height; undefined above the head, at 0, or where the log is damaged. */
  readonly read: (height: number) => Promise<LogBlock | undefined>;
  readonly heightOf: (blockId: Hash) => Promise<number | undefined>;
  readonly proofFor: (height: number) => Promise<HeaderChain | undefined>;
  /** Heights that cannot be read and are to be fetched from others, the uppermost of a span first. */
  readonly damage: () => readonly HeightSpan[];
  /** See `BlockLog.repair`: the caller verifies the block's proof, if it has one. */
  readonly repair: (height: number, block: Block) => Promise<RepairResult>;

  /** The height that state, receipts and indexes reflect; -1 before the genesis was executed. */
  readonly executedHeight: () => number;
  /**
   * Takes the result of executing height `executedHeight() + 1`, which the log must hold, and returns its roots, which
   * are fixed at once; resolves when the write before this one has left memory.
   */
  readonly apply: (applied: Applied) => Promise<Roots>;
  /** The roots of an executed height. */
  readonly roots: (height: number) => Roots | undefined;
  /** What stands under a key after the last height applied. */
  readonly get: (key: Bytes) => Held | undefined;
  /** See `State.range`: a page of keys in order, as they stood after one height. */
  readonly range: (
    prefix: Bytes,
    after: Bytes,
    limit: number,
  ) => Promise<{ readonly height: number; readonly keys: readonly HeldKey[] }>;
  /** The time of the block that the state reflects; 0 for the genesis. */
  readonly executedTimestampMs: () => number;
  /** What was written to a key since the log's base, the newest first: see `State.history`. */
  readonly history: (
    key: Bytes,
    before: Version | undefined,
    limit: number,
  ) => Promise<readonly HistoryEntry[]>;
  /** The checkpoint of the newest snapshot that others can begin with; undefined if there is none yet. */
  readonly checkpoint: (endsOf: EndsOf) => Promise<OfferedCheckpoint | undefined>;
  /** Takes a snapshot of the height that the state reflects now, beside those that are taken at every so many heights. */
  readonly takeSnapshot: () => Promise<void>;
  /** The height of that snapshot. */
  readonly snapshotHeight: () => number | undefined;
  /** The least height whose receipts this ledger holds, or would: blocks below it were pruned, or executed elsewhere. */
  readonly resultsFrom: () => number;
  /** See `Snapshot.read`: what stands in a subtree of the snapshot of a height. */
  readonly readSnapshot: (height: number, path: string) => Promise<Bytes | undefined>;
  readonly stateRoot: () => Hash;
  /** Bytes of the proof of a key, present or absent, under `stateRoot()`: for `verifyStateProof`. */
  readonly prove: (key: Bytes) => Bytes;

  /** A height's receipts as they were encoded. */
  readonly receipts: (height: number) => readonly Bytes[] | undefined;
  /** Where an executed transaction stands. */
  readonly place: (transactionId: Hash) => TransactionPlace | undefined;
  readonly receiptProof: (transactionId: Hash) => ReceiptProof | undefined;
  /** `at`: where a committed transaction stands that was not executed yet; undefined if it stands elsewhere. */
  readonly transactionProof: (
    transactionId: Hash,
    at?: TransactionPlace,
  ) => Promise<TransactionProof | undefined>;
  /** Keeps a verified certificate. Not synced: it can be had again from headers and from others. */
  readonly saveExecutionCertificate: (certificate: ExecutionCertificate) => Promise<void>;
  readonly executionCertificate: (height: number) => ExecutionCertificate | undefined;
  readonly newestExecutionCertificate: () => ExecutionCertificate | undefined;

  /** Whether a transaction that may still be alive is in the log. */
  readonly isCommitted: (transactionId: Hash) => boolean;
  /** False while damage hides blocks whose transactions may be alive: then validity cannot be judged, nor a vote cast. */
  readonly isReplayComplete: () => boolean;

  /** What was asked of the disk for journal and log since the start. */
  readonly diskCounts: () => DiskCounts;
  /** Waits for what is being written, closes all files and releases the home. */
  readonly close: () => Promise<void>;
};
