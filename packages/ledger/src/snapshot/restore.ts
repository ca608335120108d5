import { access, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes, CryptoSuite } from "@dure/crypto";
import { writeBase } from "../blocks/log-base.ts";
import { createDisk } from "../disk/disk.ts";
import { LedgerError } from "../error.ts";
import { STATE_DIRECTORY, snapshotRecords } from "../execution/derived.ts";
import { BLOCKS_DIRECTORY, type HomeOwner, judgeHome } from "../home/home.ts";
import { lockHome } from "../home/lock.ts";
import { markForSnapshot, unmark } from "../home/mark.ts";
import { isPristineJournal } from "../journal/journal.ts";
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
    await judgeHome(directory, owner, genesis, () => isPristineJournal(directory, owner.channelId), isKeyNew);
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
    const blocks = join(directory, BLOCKS_DIRECTORY);
    await setAside(blocks);
    await mkdir(blocks, { recursive: true });
    if (base !== undefined) await writeBase(blocks, owner.channelId, base, baseHeight, disk);
    const state = join(directory, STATE_DIRECTORY);
    await dropKeyValue(state);
    await rename(next, state);
    await disk.syncDirectory(directory);
    await unmark(directory, disk);
  } finally {
    await lock.release();
  }
};
