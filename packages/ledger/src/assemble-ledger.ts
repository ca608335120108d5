import { strict as assert } from "node:assert";
import { type Block, type BlockLimits, decodeHeader, type Hash, merklePath } from "@dure/types";
import type { BlockLog } from "./blocks/block-log.ts";
import { blockTransactions } from "./blocks/transactions.ts";
import type { Disk } from "./disk/disk.ts";
import type { Derived, IndexedBlock } from "./execution/derived.ts";
import type { Journal } from "./journal/journal.ts";
import type { Ledger } from "./ledger.ts";
import type { LedgerOptions } from "./open-ledger.ts";
import { type Replay, transactionIdsOf } from "./replay.ts";
import { baseAtOrBelow, lastOver } from "./retention.ts";
import { encodeCheckpoint } from "./snapshot/checkpoint.ts";

type Parts = {
  readonly created: boolean;
  readonly disk: Disk;
  readonly log: BlockLog;
  readonly journal: Journal;
  readonly derived: Derived;
  readonly replay: Replay;
  readonly close: () => Promise<void>;
};

const isWithin = (block: Block, limits: BlockLimits): boolean =>
  block.headerBytes.length <= limits.headerBytesMax &&
  block.bodyBytes.length <= limits.bodyBytesMax &&
  block.batches.every((batch) => batch.length <= limits.batchBytesMax);

const headerOf = (block: Block) => {
  const header = decodeHeader(block.headerBytes);
  assert(header.ok, "the header of a committed block can be read");
  return header.value;
};

/** Puts the parts of an opened ledger together behind one face. */
export const assembleLedger = (options: LedgerOptions, parts: Parts): Ledger => {
  const { suite, channelId, genesis, limits, longestLifeMs } = options;
  const { created, disk, log, journal, derived, replay, close } = parts;

  const baseHeight = (): number => log.base()?.read.height ?? 0;

  const append: Ledger["append"] = async (blocks, proof, transactionIds) => {
    for (const block of blocks) assert(isWithin(block, limits), "a committed block is within the limits");
    const known = transactionIds ?? blocks.map((block) => transactionIdsOf(suite, block));
    assert.equal(known.length, blocks.length, "each block comes with the ids of its transactions");
    await log.append(blocks, proof, journal.mark());
    const indexed: IndexedBlock[] = [];
    for (const [i, block] of blocks.entries()) {
      const { height, timestampMs, execution } = headerOf(block);
      replay.index.add(timestampMs, known[i] as readonly Hash[]);
      const entry = await log.at(height);
      assert(entry !== undefined, "an appended block is in the log");
      indexed.push({ height, blockId: entry.blockId, execution });
    }
    await derived.index(indexed);
  };

  const blockIdAt = async (height: number): Promise<Hash> => {
    if (height === 0) return channelId;
    const entry = await log.at(height);
    assert(entry !== undefined, "a height is in the log before it is executed");
    return entry.blockId;
  };

  const repair: Ledger["repair"] = async (height, block) => {
    if (!isWithin(block, limits))
      return { ok: false, code: "WRONG_DATA", message: "the block is above the limits" };
    const result = await log.repair(height, block);
    if (!result.ok) return result;
    const { timestampMs, execution } = headerOf(block);
    if (replay.gaps.delete(height)) replay.index.add(timestampMs, transactionIdsOf(suite, block));
    await derived.index([{ height, blockId: await blockIdAt(height), execution }]);
    return result;
  };

  const apply: Ledger["apply"] = async (applied) => {
    const { height } = applied;
    assert(height <= (log.head()?.height ?? 0), "a height is in the log before it is executed");
    const timestampMs = height === 0 ? 0 : ((await log.at(height))?.timestampMs ?? 0);
    return derived.apply({ ...applied, timestampMs, blockId: await blockIdAt(height) });
  };

  const prune: Ledger["prune"] = async (keepBlocks, endsOf) => {
    const head = log.head();
    const certified = derived.newestExecutionCertificate()?.height ?? 0;
    const oldest = derived.snapshots.oldest;
    const limit = Math.min((head?.height ?? 0) - keepBlocks, certified, (oldest?.height ?? 0) - 1);
    if (head === undefined || oldest === undefined || limit <= baseHeight() || log.damage().length > 0)
      return undefined;
    const executed = await derived.sync();
    // Whoever begins with the oldest snapshot needs what may have been alive then.
    const { timestampMs } = oldest;
    const over = await lastOver(log, Math.min(limit, executed), timestampMs, longestLifeMs);
    const found = await baseAtOrBelow(log, over);
    if (found === undefined) return undefined;
    const { height } = found.header;
    const ids = new Map<number, Hash>();
    for (let at = baseHeight() + 1; at <= height; at++) {
      const entry = await log.at(at);
      if (entry !== undefined) ids.set(at, entry.blockId);
    }
    await log.prune(height, endsOf(found.header));
    await derived.prune(height, (at) => ids.get(at));
    return height;
  };

  const offered = () =>
    derived.snapshots.newest(
      ({ height, roots }) => derived.executionCertificate(height)?.stateRoot === roots.stateRoot,
    );

  const checkpoint: Ledger["checkpoint"] = async (endsOf) => {
    const snapshot = offered();
    if (snapshot === undefined) return undefined;
    const { height, timestampMs } = snapshot.reflected;
    const execution = derived.executionCertificate(height);
    const chain = await log.proofFor(height);
    const last = chain?.headers.at(-1);
    if (execution === undefined || chain === undefined || last === undefined) return undefined;
    const signed = decodeHeader(last);
    assert(signed.ok, "the header of a committed block can be read");
    const over = await lastOver(log, height, timestampMs, longestLifeMs);
    const found = await baseAtOrBelow(log, over);
    const own = log.base();
    // The log's own base may be too young for this snapshot, which was taken before it moved.
    if (found === undefined && own !== undefined && own.read.timestampMs + longestLifeMs >= timestampMs)
      return undefined;
    const base =
      found?.block.proof === undefined
        ? own && { header: own.header, commit: own.commit }
        : { header: found.block.headerBytes, commit: found.block.proof };
    // The validators of the epoch that attested signed last: their epoch's predecessors all have ended.
    const epoch = Math.max(execution.epoch, signed.value.epoch);
    const ends = endsOf({ ...signed.value, epoch, endsEpoch: false });
    const { count: keys, top } = snapshot.tree;
    const baseOf = found?.header.height ?? baseHeight();
    return {
      height,
      baseHeight: baseOf,
      bytes: encodeCheckpoint({ ends, base, chain, execution, keys, top }),
    };
  };

  const transactionProof: Ledger["transactionProof"] = async (id, at) => {
    const place = at ?? derived.place(id);
    const found = place === undefined ? undefined : await log.read(place.height);
    const chain = place === undefined ? undefined : await log.proofFor(place.height);
    if (place === undefined || found === undefined || chain === undefined) return undefined;
    const transactions = blockTransactions(suite, found.block);
    const transaction = transactions.ok ? transactions.value[place.index] : undefined;
    if (!transactions.ok || transaction?.id !== id) return undefined;
    const leaves = transactions.value.map(({ bytes }) => bytes);
    return {
      ...place,
      transaction: transaction.bytes,
      path: merklePath(suite, leaves, place.index),
      chain,
    };
  };

  const heightOf: Ledger["heightOf"] = async (id) => {
    const height = derived.heightOf(id);
    if (height === undefined) return undefined;
    return (await log.at(height))?.blockId === id ? height : undefined;
  };

  return {
    created,
    genesis,
    journal,
    baseHeight,
    base: log.base,
    prune,
    head: log.head,
    append,
    read: log.read,
    heightOf,
    proofFor: log.proofFor,
    damage: log.damage,
    repair,
    executedHeight: derived.executedHeight,
    apply,
    roots: derived.roots,
    get: derived.state.get,
    range: async (prefix, after, limit) => {
      const height = derived.executedHeight();
      return { height, keys: await derived.state.range(prefix, after, limit) };
    },
    executedTimestampMs: () => derived.reflected()?.timestampMs ?? 0,
    history: derived.state.history,
    checkpoint,
    takeSnapshot: derived.takeSnapshot,
    snapshotHeight: () => offered()?.reflected.height,
    resultsFrom: () => Math.max(baseHeight(), derived.snapshotHeight()) + 1,
    readSnapshot: (height, path) => derived.snapshots.read(height, path),
    stateRoot: derived.state.root,
    prove: derived.state.prove,
    receipts: derived.receipts,
    place: derived.place,
    receiptProof: derived.receiptProof,
    transactionProof,
    saveExecutionCertificate: derived.saveExecutionCertificate,
    executionCertificate: derived.executionCertificate,
    newestExecutionCertificate: derived.newestExecutionCertificate,
    isCommitted: replay.index.has,
    isReplayComplete: () => replay.gaps.size === 0,
    diskCounts: disk.counts,
    close,
  };
};
