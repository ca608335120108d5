import { access, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes, CryptoSuite } from "@dure/crypto";
import type { Hash } from "@dure/types";
import { openBlockLog } from "../blocks/block-log.ts";
import { writeBase } from "../blocks/log-base.ts";
import { createDisk } from "../disk/disk.ts";
import { LedgerError } from "../error.ts";
import { STATE_DIRECTORY, snapshotRecords } from "../execution/derived.ts";
import { BLOCKS_DIRECTORY, type HomeOwner, judgeHome } from "../home/home.ts";
import { lockHome } from "../home/lock.ts";
import { markForSnapshot, unmark } from "../home/mark.ts";
import { isPristineJournal, JOURNAL_FILE, openJournal } from "../journal/journal.ts";
import { dropKeyValue, openKeyValue } from "../state/key-value.ts";
import type { ProvenCheckpoint } from "./checkpoint.ts";
import { StateRebuild } from "./rebuild.ts";

const NEXT_DIRECTORY = "state.next";

export type RestoreOptions = {
  /** The channel's own directory, which no open ledger holds. */
  readonly directory: string;
  readonly suite: CryptoSuite;
  readonly genesis: Bytes;
  readonly owner: HomeOwner;
  /** See `LedgerOptions.isKeyNew`. */
  readonly isKeyNew: boolean;
};

const setAside = async (path: string): Promise<void> => {
  const aside = `${path}.before-${Date.now()}`;
  await rename(path, aside).catch(async (error: unknown) => {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) throw new LedgerError("UNWRITABLE", `cannot rename ${path}: check its permissions`, error);
  });
};

/**
 * Sets the journal aside if the log that is to go says that it is an old copy, or another home's: the log alone knows
 * how far it once was (lft.md rule 13). Without a record the peer follows and does not vote.
 */
const judgeJournal = async (directory: string, suite: CryptoSuite, channelId: Hash): Promise<void> => {
  const disk = createDisk();
  const log = await openBlockLog(join(directory, BLOCKS_DIRECTORY), { suite, channelId, disk });
  const atLeast = log.mark();
  await log.close();
  const journal = await openJournal(directory, { channelId, create: undefined, atLeast, disk });
  await journal.close();
  if (journal.damaged) await setAside(join(directory, JOURNAL_FILE));
};

/**
 * Makes a home's state from a verified checkpoint, with a log that begins at its base. The consensus record stays as it
 * is, blocks that the home held are set aside. `fill` obtains the answers that the rebuild wants. Until it is done the
 * home is marked, so that after a crash it begins again. Throws LedgerError, and what `fill` throws.
 */
export const restoreLedger = async (
  { directory, suite, genesis, owner, isKeyNew }: RestoreOptions,
  { reflected, execution, tree, base, baseHeight }: ProvenCheckpoint,
  fill: (rebuild: StateRebuild) => Promise<void>,
): Promise<void> => {
  const lock = await lockHome(directory);
  try {
    const { channelId } = owner;
    const isPristine = (): Promise<boolean> => isPristineJournal(directory, channelId);
    const found = await judgeHome(directory, owner, genesis, isPristine, isKeyNew);
    const disk = createDisk();
    const next = join(directory, NEXT_DIRECTORY);
    await rm(next, { recursive: true, force: true });
    const keyValue = await openKeyValue(next);
    try {
      const rebuild = new StateRebuild(suite, keyValue, tree);
      await fill(rebuild);
      const changes = snapshotRecords(reflected, execution, baseHeight);
      rebuild.finish(changes);
      await keyValue.write(changes);
      await keyValue.sync();
    } finally {
      await keyValue.close();
    }
    await markForSnapshot(directory, "a snapshot is being put in its place");
    if (found !== "new") await judgeJournal(directory, suite, channelId);
    const blocks = join(directory, BLOCKS_DIRECTORY);
    await setAside(blocks);
    await mkdir(blocks, { recursive: true });
    if (base !== undefined) await writeBase(blocks, channelId, base, baseHeight, disk);
    const state = join(directory, STATE_DIRECTORY);
    await dropKeyValue(state);
    await rename(next, state);
    await disk.syncDirectory(directory);
    await unmark(directory, disk);
  } finally {
    await lock.release();
  }
};
