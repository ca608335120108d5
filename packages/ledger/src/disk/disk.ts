import { constants } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Bytes } from "@dure/crypto";
import { LedgerError, systemCode } from "../error.ts";

/** What was asked of the disk since the start, so that guards can hold the price of a block. */
export type DiskCounts = { readonly writes: number; readonly bytes: number; readonly syncs: number };

/**
 * The few ways in which the ledger writes, all counted. A failure is a LedgerError `UNWRITABLE`. After a failed sync
 * the caller must not try again: the system may have dropped the pages and report success the next time.
 */
export type Disk = {
  readonly counts: () => DiskCounts;
  /** Opens a file for `append`: one that is there, or one that is not. */
  readonly open: (path: string, flags: AppendFlags) => Promise<FileHandle>;
  /** Writes all the parts one after the other at the position, then syncs data and size. */
  readonly append: (handle: FileHandle, parts: readonly Bytes[], position: number) => Promise<void>;
  /** Cuts the file to a length and syncs it. */
  readonly truncate: (handle: FileHandle, length: number) => Promise<void>;
  /** Puts a file in the place of another or of none: after a crash the one or the other is there, whole. */
  readonly replace: (path: string, parts: readonly Bytes[]) => Promise<void>;
  /** Makes creations, renames and removals within a directory durable, where the platform can. */
  readonly syncDirectory: (path: string) => Promise<void>;
};

type AppendFlags = "r+" | "w" | "wx+";

const OPEN: Readonly<Record<AppendFlags, number>> = {
  "r+": constants.O_RDWR,
  w: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
  "wx+": constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
};

const unwritable = (error: unknown): LedgerError =>
  error instanceof LedgerError
    ? error
    : new LedgerError(
        "UNWRITABLE",
        `the disk refused a write (${systemCode(error) ?? "unknown"}): free space or repair the disk, then restart`,
        error,
      );

/** What is left of parts when their first bytes are written. */
const afterWriting = (parts: readonly Bytes[], written: number): readonly Bytes[] => {
  let at = 0;
  let left = written;
  for (; at < parts.length && left >= (parts[at] as Bytes).length; at++) left -= (parts[at] as Bytes).length;
  return left === 0 ? parts.slice(at) : [(parts[at] as Bytes).subarray(left), ...parts.slice(at + 1)];
};

/** Writes all the parts; returns how many bytes they have. */
const writeWhole = async (handle: FileHandle, parts: readonly Bytes[], position: number): Promise<number> => {
  let done = 0;
  for (let left = parts; left.length > 0; ) {
    const { bytesWritten } = await handle.writev(left, position + done);
    if (bytesWritten === 0) throw new Error("a write wrote nothing");
    done += bytesWritten;
    left = afterWriting(left, bytesWritten);
  }
  return done;
};

/** Windows cannot open directories for syncing, and some file systems refuse it: there the rename itself must do. */
const DIRECTORY_SYNC_REFUSED = new Set(["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP"]);

export const createDisk = (): Disk => {
  const syncing = new WeakSet<FileHandle>();
  const openToAppend = async (path: string, flags: AppendFlags): Promise<FileHandle> => {
    // On Linux such a write is as durable as one with its sync behind it. On macOS only a sync reaches the drive itself.
    if (process.platform !== "linux") return open(path, flags);
    const handle = await open(path, OPEN[flags] | constants.O_DSYNC);
    syncing.add(handle);
    return handle;
  };
  let writes = 0;
  let written = 0;
  let syncs = 0;
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw unwritable(error);
    }
  };
  const sync = async (handle: FileHandle): Promise<void> => {
    syncs++;
    await handle.datasync();
  };
  const append = async (handle: FileHandle, parts: readonly Bytes[], position: number): Promise<void> => {
    writes++;
    written += await writeWhole(handle, parts, position);
    // What was opened to sync with each write is synced by now, with one request to the system less.
    if (syncing.has(handle)) syncs++;
    else await sync(handle);
  };
  const syncDirectory = async (path: string): Promise<void> => {
    try {
      const handle = await open(path, "r");
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (!DIRECTORY_SYNC_REFUSED.has(systemCode(error) ?? "")) throw error;
    }
  };
  const replace = async (path: string, parts: readonly Bytes[]): Promise<void> => {
    const next = `${path}.next`;
    const handle = await open(next, "w");
    try {
      await append(handle, parts, 0);
    } catch (error) {
      await handle.close();
      await rm(next, { force: true });
      throw error;
    }
    await handle.close();
    await rename(next, path);
    await syncDirectory(dirname(path));
  };
  return {
    counts: () => ({ writes, bytes: written, syncs }),
    open: (path, flags) => guarded(() => openToAppend(path, flags)),
    append: (handle, parts, position) => guarded(() => append(handle, parts, position)),
    truncate: (handle, length) =>
      guarded(async () => {
        await handle.truncate(length);
        await sync(handle);
      }),
    replace: (path, parts) => guarded(() => replace(path, parts)),
    syncDirectory: (path) => guarded(() => syncDirectory(path)),
  };
};
