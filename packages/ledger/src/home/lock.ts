import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import { LedgerError, systemCode } from "../error.ts";

export type HomeLock = { readonly release: () => Promise<void> };

const isLocked = (error: unknown): boolean =>
  systemCode(error) === "LEVEL_LOCKED" ||
  (error instanceof Error && systemCode(error.cause) === "LEVEL_LOCKED");

const openLock = async (path: string): Promise<ClassicLevel> => {
  const db = new ClassicLevel(path);
  await db.open();
  return db;
};

/**
 * Takes a directory, made if there is none, for this process until `release` or the process's end, however it ends.
 *
 * The lock is that of an empty LevelDB: a lock of the operating system on every platform, so nothing has to be cleared
 * after a kill, and no process id can be taken for another's. Throws LedgerError `IN_USE` or `UNWRITABLE`.
 */
export const lockHome = async (directory: string): Promise<HomeLock> => {
  const path = join(directory, "lock");
  try {
    await mkdir(directory, { recursive: true });
    const db = await openLock(path).catch(async (error: unknown) => {
      if (isLocked(error)) throw error;
      // Nothing is kept in it, so one that was damaged by a crash or a full disk is made anew; `destroy` locks first.
      await ClassicLevel.destroy(path);
      return openLock(path);
    });
    return { release: () => db.close() };
  } catch (error) {
    if (isLocked(error))
      throw new LedgerError(
        "IN_USE",
        `another process uses ${directory}: end it, or name another home`,
        error,
      );
    throw new LedgerError("UNWRITABLE", `cannot lock ${directory}: check permissions and free space`, error);
  }
};
