import { strict as assert } from "node:assert";
import type { Bytes, CryptoSuite } from "@dure/crypto";
import {
  type Decoded,
  type ExecutionCertificate,
  encodeReceipt,
  type Hash,
  hashBytes,
  type MerklePath,
  merklePath,
  merkleRoot,
  type Receipt,
  receiptTransactionId,
} from "@dure/types";
import { Snapshots } from "../snapshot/snapshots.ts";
import { HISTORY_PREFIX, versionIn } from "../state/history.ts";
import { byteKey, type Changes, type KeyValue } from "../state/key-value.ts";
import { createState, type State, type Write } from "../state/state.ts";
import {
  decodeCertificate,
  decodeHeight,
  decodePlace,
  decodeReceipts,
  decodeReflected,
  decodeRoots,
  encodeCertificate,
  encodeHeight,
  encodePlace,
  encodeReceipts,
  encodeReflected,
  encodeRoots,
  type Reflected,
  type Roots,
  type TransactionPlace,
} from "./records.ts";

/** What came of executing one height. Height 0 is the genesis: no receipts, and the writes of the SCOREs' init. */
export type AppliedHeight = {
  readonly height: number;
  /** The id of the block executed; at height 0 the channel id. */
  readonly blockId: Hash;
  /** The block's time; 0 at height 0. */
  readonly timestampMs: number;
  /** In the order of the block's transactions. */
  readonly receipts: readonly Receipt[];
  /** Per transaction; at height 0 in any number of lists. */
  readonly writes: readonly (readonly Write[])[];
  /** What the block activated before its first transaction, in order. */
  readonly activations?: readonly (readonly Write[])[];
};

/** A receipt as it was encoded, and its path to the receipts root of its height. */
export type ReceiptProof = TransactionPlace & { readonly receipt: Bytes; readonly path: MerklePath };

/** State, receipts and indexes of one channel: all that execution derives from the block log. */
export type Derived = {
  /** The height that all of it reflects; -1 before the genesis was executed. */
  readonly executedHeight: () => number;
  readonly reflected: () => Reflected | undefined;
  readonly state: State;
  /** Snapshots of the state: every so many heights, and the one that it was opened with. */
  readonly snapshots: Snapshots;
  /** Takes a snapshot of the height that it reflects now. */
  readonly takeSnapshot: () => Promise<void>;
  /** The height of the snapshot that it began as; 0 if it began with the genesis. */
  readonly snapshotHeight: () => number;
  /** Writes all of it, and resolves when that survives a loss of power, with the height that it reflects. */
  readonly sync: () => Promise<number>;
  /** Forgets receipts, places, certificates and history of the heights up to one, which the log is to forget too. */
  readonly prune: (height: number, idOf: (height: number) => Hash | undefined) => Promise<void>;
  readonly apply: (applied: AppliedHeight) => Promise<Roots>;
  readonly roots: (height: number) => Roots | undefined;
  /** A height's receipts as they were encoded; undefined if it was not executed. */
  readonly receipts: (height: number) => readonly Bytes[] | undefined;
  /** Where an executed transaction stands. */
  readonly place: (transactionId: Hash) => TransactionPlace | undefined;
  readonly receiptProof: (transactionId: Hash) => ReceiptProof | undefined;
  readonly saveExecutionCertificate: (certificate: ExecutionCertificate) => Promise<void>;
  readonly executionCertificate: (height: number) => ExecutionCertificate | undefined;
  readonly newestExecutionCertificate: () => ExecutionCertificate | undefined;
  /** Notes where blocks of the log stand, and the execution certificates that their headers carry. */
  readonly index: (blocks: readonly IndexedBlock[]) => Promise<void>;
  /** Height up to which `index` was told. */
  readonly indexedHeight: () => number;
  /** The height under which a block was indexed: to be checked against the log, which may have been cut. */
  readonly heightOf: (blockId: Hash) => number | undefined;
  readonly settled: () => Promise<void>;
};

export type IndexedBlock = {
  readonly height: number;
  readonly blockId: Hash;
  readonly execution: ExecutionCertificate | undefined;
};

/** One character per kind of record, before its key. `k`, `n`, `t` and `v` are the state's. */
const PREFIX = { meta: "m", roots: "h", receipts: "r", place: "x", certificate: "c", block: "i" } as const;
const REFLECTED_KEY = byteKey(PREFIX.meta, Uint8Array.of(0));
const INDEXED_KEY = byteKey(PREFIX.meta, Uint8Array.of(1));
const SNAPSHOT_KEY = byteKey(PREFIX.meta, Uint8Array.of(2));
const PRUNED_KEY = byteKey(PREFIX.meta, Uint8Array.of(3));
/** Heights that are forgotten in one batch. */
const PRUNE_BATCH = 64;

/** Where the state stands in a channel's directory. */
export const STATE_DIRECTORY = "state";

/** How many changes are written together, and how long the first of them waits. */
const STAGED_MAX = 8_192;
const STAGED_MS = 250;

const heightKey = (prefix: string, height: number): string => byteKey(prefix, encodeHeight(height));

/** What a state begins with that was made from a snapshot: records to write when its entries are there. */
export const snapshotRecords = (
  reflected: Reflected,
  certificate: ExecutionCertificate,
  baseHeight: number,
): Changes =>
  new Map([
    [REFLECTED_KEY, encodeReflected(reflected)],
    [SNAPSHOT_KEY, encodeHeight(reflected.height)],
    [INDEXED_KEY, encodeHeight(baseHeight)],
    [PRUNED_KEY, encodeHeight(baseHeight)],
    [heightKey(PREFIX.roots, reflected.height), encodeRoots(reflected.roots)],
    [heightKey(PREFIX.certificate, certificate.height), encodeCertificate(certificate)],
  ]);

export type DerivedOptions = {
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  readonly keyValue: KeyValue;
  /** The height of the log beside it. */
  readonly logHeight: number;
  readonly snapshotEvery: number;
};

/** Takes charge of an open key-value store, beside a log. Throws LedgerError `DAMAGED` if what it holds does not agree. */
export const createDerived = async (options: DerivedOptions): Promise<Derived> => {
  const { suite, channelId, keyValue, logHeight, snapshotEvery } = options;
  const read = <T>(key: string, decodeRecord: (bytes: Bytes) => Decoded<T>): T | undefined => {
    const bytes = keyValue.get(key);
    if (bytes === undefined) return undefined;
    const decoded = decodeRecord(bytes);
    if (decoded.ok) return decoded.value;
    throw keyValue.condemn(decoded.message);
  };
  let reflected = read(REFLECTED_KEY, decodeReflected);
  const state = createState(suite, keyValue);
  if (reflected !== undefined && reflected.roots.stateRoot !== state.root())
    throw keyValue.condemn("its tree is not the one that its record names");
  // The log may have been cut since: what it will hold above is indexed anew.
  let indexed = Math.min(read(INDEXED_KEY, decodeHeight) ?? 0, logHeight);
  const newestKey = await keyValue.lastKey(PREFIX.certificate);
  let timer: NodeJS.Timeout | undefined;
  let newest = newestKey === undefined ? undefined : read(newestKey, decodeCertificate);

  const noteCertificate = (certificate: ExecutionCertificate, changes: Changes): void => {
    changes.set(heightKey(PREFIX.certificate, certificate.height), encodeCertificate(certificate));
    if (certificate.height >= (newest?.height ?? 0)) newest = certificate;
  };

  /** Writes all that is staged as one: after a crash, the store reflects one height in all its parts. */
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const changes: Changes = new Map();
    state.flush(changes);
    return keyValue.write(changes);
  };

  /**
   * What one height changes is often changed again by the next: it is written some milliseconds later, once. What a crash
   * loses is executed again from the log.
   */
  const stage = async (changes: Changes): Promise<void> => {
    keyValue.stage(changes);
    if (keyValue.staged() >= STAGED_MAX) return flush();
    // A failure is met by the next write, or when the store is closed.
    timer ??= setTimeout(() => flush().catch(() => undefined), STAGED_MS);
    return undefined;
  };

  const snapshots = new Snapshots(suite, keyValue);
  if (reflected !== undefined && reflected.height > 0) await snapshots.take(reflected, false);

  const takeSnapshot = async (isShared = false): Promise<void> => {
    if (reflected === undefined || reflected.height === 0) return;
    // Both are queued before anything else can be: the snapshot is of this very height.
    await Promise.all([flush(), snapshots.take(reflected, isShared)]);
  };

  const apply = async (applied: AppliedHeight): Promise<Roots> => {
    const { height, blockId, timestampMs, receipts, writes, activations = [] } = applied;
    assert.equal(height, (reflected?.height ?? -1) + 1, "heights are executed one after the other");
    assert(
      height === 0 || receipts.length === writes.length,
      "each transaction has its receipt and its writes",
    );
    assert(height > 0 || receipts.length === 0, "the genesis has no receipts");
    const changes: Changes = new Map();
    for (const [index, receipt] of receipts.entries()) {
      assert(receipt.height === height && receipt.index === index, "a receipt says where it stands");
      changes.set(byteKey(PREFIX.place, hashBytes(receipt.transactionId)), encodePlace({ height, index }));
    }
    const encoded = receipts.map(encodeReceipt);
    const stateRoot = state.apply(height, writes, changes, activations);
    const roots = { stateRoot, receiptsRoot: merkleRoot(suite, encoded) };
    changes.set(heightKey(PREFIX.receipts, height), encodeReceipts(encoded));
    changes.set(heightKey(PREFIX.roots, height), encodeRoots(roots));
    reflected = { channelId, height, blockId, timestampMs, roots };
    changes.set(REFLECTED_KEY, encodeReflected(reflected));
    const isDue = height > 0 && height % snapshotEvery === 0;
    if (!isDue) await stage(changes);
    else {
      keyValue.stage(changes);
      await takeSnapshot(true);
    }
    return roots;
  };

  const prune: Derived["prune"] = async (height, idOf) => {
    const from = (read(PRUNED_KEY, decodeHeight) ?? 0) + 1;
    for (let first = from; first <= height; first += PRUNE_BATCH) {
      const changes: Changes = new Map();
      const last = Math.min(height, first + PRUNE_BATCH - 1);
      for (let at = first; at <= last; at++) {
        for (const receipt of receiptsAt(at) ?? [])
          changes.set(byteKey(PREFIX.place, hashBytes(receiptTransactionId(receipt))), undefined);
        const id = idOf(at);
        if (id !== undefined) changes.set(byteKey(PREFIX.block, hashBytes(id)), undefined);
        for (const prefix of [PREFIX.receipts, PREFIX.roots, PREFIX.certificate])
          changes.set(heightKey(prefix, at), undefined);
      }
      changes.set(PRUNED_KEY, encodeHeight(last));
      await stage(changes);
    }
    await keyValue.sweep(HISTORY_PREFIX, (name) => versionIn(name).height <= height);
  };

  const receiptsAt = (height: number) => read(heightKey(PREFIX.receipts, height), decodeReceipts);
  const place = (id: Hash) => read(byteKey(PREFIX.place, hashBytes(id)), decodePlace);

  return {
    executedHeight: () => reflected?.height ?? -1,
    reflected: () => reflected,
    state,
    snapshots,
    takeSnapshot: () => takeSnapshot(),
    snapshotHeight: () => read(SNAPSHOT_KEY, decodeHeight) ?? 0,
    sync: async () => {
      const height = reflected?.height ?? -1;
      await Promise.all([flush(), keyValue.sync()]);
      return height;
    },
    prune,
    apply,
    roots: (height) => read(heightKey(PREFIX.roots, height), decodeRoots),
    receipts: receiptsAt,
    place,
    receiptProof: (id) => {
      const found = place(id);
      const receipts = found === undefined ? undefined : receiptsAt(found.height);
      const receipt = found === undefined ? undefined : receipts?.[found.index];
      if (found === undefined || receipts === undefined || receipt === undefined) return undefined;
      return { ...found, receipt, path: merklePath(suite, receipts, found.index) };
    },
    saveExecutionCertificate: (certificate) => {
      const changes: Changes = new Map();
      noteCertificate(certificate, changes);
      return stage(changes);
    },
    executionCertificate: (height) => read(heightKey(PREFIX.certificate, height), decodeCertificate),
    newestExecutionCertificate: () => newest,
    index: (blocks) => {
      const changes: Changes = new Map();
      for (const { height, blockId, execution } of blocks) {
        changes.set(byteKey(PREFIX.block, hashBytes(blockId)), encodeHeight(height));
        if (execution !== undefined) noteCertificate(execution, changes);
        indexed = Math.max(indexed, height);
      }
      changes.set(INDEXED_KEY, encodeHeight(indexed));
      return stage(changes);
    },
    indexedHeight: () => indexed,
    heightOf: (id) => read(byteKey(PREFIX.block, hashBytes(id)), decodeHeight),
    settled: async () => {
      if (keyValue.staged() > 0) await flush();
      await keyValue.settled();
    },
  };
};
