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
} from "@dure/types";
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
  /** In the order of the block's transactions. */
  readonly receipts: readonly Receipt[];
  /** Per transaction; at height 0 in any number of lists. */
  readonly writes: readonly (readonly Write[])[];
};

/** A receipt as it was encoded, and its path to the receipts root of its height. */
export type ReceiptProof = TransactionPlace & { readonly receipt: Bytes; readonly path: MerklePath };

/** State, receipts and indexes of one channel: all that execution derives from the block log. */
export type Derived = {
  /** The height that all of it reflects; -1 before the genesis was executed. */
  readonly executedHeight: () => number;
  readonly reflected: () => Reflected | undefined;
  readonly state: State;
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

/** One character per kind of record, before its key. `k`, `p` and `b` are the state's; `v` is kept free for it. */
const PREFIX = { meta: "m", roots: "h", receipts: "r", place: "x", certificate: "c", block: "i" } as const;
const REFLECTED_KEY = byteKey(PREFIX.meta, Uint8Array.of(0));
const INDEXED_KEY = byteKey(PREFIX.meta, Uint8Array.of(1));

/** How many changes are written together, and how long the first of them waits. */
const STAGED_MAX = 8_192;
const STAGED_MS = 250;

const heightKey = (prefix: string, height: number): string => byteKey(prefix, encodeHeight(height));

/** Takes charge of an open key-value store, beside a log of some height. Throws LedgerError `DAMAGED` if what it holds does not agree. */
export const createDerived = async (
  suite: CryptoSuite,
  channelId: Hash,
  keyValue: KeyValue,
  logHeight: number,
): Promise<Derived> => {
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

  const apply = async ({ height, blockId, receipts, writes }: AppliedHeight): Promise<Roots> => {
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
    const stateRoot = state.apply(height, writes, changes);
    const roots = { stateRoot, receiptsRoot: merkleRoot(suite, encoded) };
    changes.set(heightKey(PREFIX.receipts, height), encodeReceipts(encoded));
    changes.set(heightKey(PREFIX.roots, height), encodeRoots(roots));
    reflected = { channelId, height, blockId, roots };
    changes.set(REFLECTED_KEY, encodeReflected(reflected));
    await stage(changes);
    return roots;
  };

  const receiptsAt = (height: number) => read(heightKey(PREFIX.receipts, height), decodeReceipts);
  const place = (id: Hash) => read(byteKey(PREFIX.place, hashBytes(id)), decodePlace);

  return {
    executedHeight: () => reflected?.height ?? -1,
    reflected: () => reflected,
    state,
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
