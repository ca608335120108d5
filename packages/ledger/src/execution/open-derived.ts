import { join } from "node:path";
import type { CryptoSuite } from "@dure/crypto";
import type { Hash } from "@dure/types";
import type { BlockLog } from "../blocks/block-log.ts";
import { LedgerError, systemCode } from "../error.ts";
import type { OnEvent } from "../event.ts";
import { dropKeyValue, isCondemned, type KeyValue, openKeyValue } from "../state/key-value.ts";
import { createDerived, type Derived, type IndexedBlock, STATE_DIRECTORY } from "./derived.ts";
import type { Reflected } from "./records.ts";

type Opening = {
  readonly directory: string;
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  readonly log: BlockLog;
  readonly onEvent: OnEvent;
  readonly snapshotEvery: number;
};

type OpenedDerived = { readonly derived: Derived; readonly close: () => Promise<void> };

/** Blocks indexed in one batch when the index catches up with the log. */
const INDEX_BATCH = 256;

const openStore = async (
  { suite, channelId, log, snapshotEvery }: Opening,
  path: string,
): Promise<OpenedDerived> => {
  const keyValue: KeyValue = await openKeyValue(path);
  try {
    const logHeight = log.head()?.height ?? 0;
    const derived = await createDerived({ suite, channelId, keyValue, logHeight, snapshotEvery });
    const close = async (): Promise<void> => {
      // What cannot be written is executed again.
      await derived.settled().catch(() => undefined);
      await derived.snapshots.close();
      await keyValue.close();
    };
    return { derived, close };
  } catch (error) {
    await keyValue.close();
    throw error;
  }
};

type StateFound = { readonly reflected: Reflected | undefined; readonly snapshotHeight: number };

/** Why derived data is not of this log; undefined if it is. */
const mismatch = async (
  { channelId, log }: Opening,
  { reflected, snapshotHeight }: StateFound,
): Promise<string | undefined> => {
  if (reflected === undefined) return undefined;
  if (reflected.channelId !== channelId) return "it is of another channel";
  // A state that began as a snapshot waits for the blocks up to its own.
  if (reflected.height > (log.head()?.height ?? 0) && reflected.height !== snapshotHeight)
    return "it is ahead of the block log";
  if (reflected.height === 0) return undefined;
  const entry = await log.at(reflected.height);
  return entry !== undefined && entry.blockId !== reflected.blockId ? "it is of another chain" : undefined;
};

const isDamage = (error: unknown): boolean =>
  (error instanceof LedgerError && error.code === "DAMAGED") ||
  [systemCode(error), systemCode((error as Error).cause)].includes("LEVEL_CORRUPTION");

const openOrReason = async (opening: Opening, path: string): Promise<OpenedDerived | string> => {
  if (await isCondemned(path)) return "it was found damaged";
  let opened: OpenedDerived;
  try {
    opened = await openStore(opening, path);
  } catch (error) {
    // What cannot be executed again is given up only for what it says itself, not for a disk that refuses.
    if (opening.log.base() !== undefined && !isDamage(error))
      throw new LedgerError("UNWRITABLE", `cannot open ${path}: check permissions and free space`, error);
    return error instanceof Error ? error.message : String(error);
  }
  const reason = await mismatch(opening, {
    reflected: opened.derived.reflected(),
    snapshotHeight: opened.derived.snapshotHeight(),
  });
  if (reason === undefined) return opened;
  await opened.close();
  return reason;
};

/** Indexes the blocks that the log holds and the index does not: all of them after the state was dropped. */
const catchUp = async (derived: Derived, log: BlockLog): Promise<void> => {
  const last = log.head()?.height ?? 0;
  let blocks: IndexedBlock[] = [];
  const first = Math.max(derived.indexedHeight(), log.base()?.read.height ?? 0) + 1;
  for (let height = first; height <= last; height++) {
    const found = await log.read(height);
    if (found !== undefined)
      blocks.push({ height, blockId: found.blockId, execution: found.header.execution });
    if (blocks.length < INDEX_BATCH && height < last) continue;
    await derived.index(blocks);
    blocks = [];
  }
};

/**
 * Opens state, receipts and indexes. What is damaged, ahead of the log or of another chain is dropped and begins anew:
 * then `executedHeight()` is -1, and the node executes the log again. Throws LedgerError `SNAPSHOT_NEEDED` where the log
 * does not begin with the genesis, and `DAMAGED` or `UNWRITABLE` if even that fails.
 */
export const openDerived = async (opening: Opening): Promise<OpenedDerived> => {
  const path = join(opening.directory, STATE_DIRECTORY);
  let opened = await openOrReason(opening, path);
  if (typeof opened === "string") {
    await dropKeyValue(path);
    opening.onEvent({ type: "stateDropped", reason: opened });
    opened = await openOrReason(opening, path);
  }
  if (typeof opened === "string")
    throw new LedgerError("UNWRITABLE", `cannot make ${path} (${opened}): check permissions and free space`);
  const baseHeight = opening.log.base()?.read.height ?? 0;
  if (baseHeight > 0 && opened.derived.executedHeight() < baseHeight) {
    await opened.close();
    throw new LedgerError(
      "SNAPSHOT_NEEDED",
      `the state in ${path} is missing, and the blocks up to ${baseHeight} were pruned: it has to come from other peers`,
    );
  }
  await catchUp(opened.derived, opening.log);
  return opened;
};
