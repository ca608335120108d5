import { access, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createDisk, type Disk } from "../disk/disk.ts";

const MARK_FILE = "restore";

/** Notes durably that a home has to begin with a snapshot, and why: the next start does so. */
export const markForSnapshot = async (directory: string, why: string): Promise<void> => {
  await mkdir(directory, { recursive: true });
  await createDisk().replace(join(directory, MARK_FILE), [Buffer.from(`${why}\n`)]);
};

/** Whether `markForSnapshot` was called on a home that no snapshot was written to since. */
export const isMarkedForSnapshot = (directory: string): Promise<boolean> =>
  access(join(directory, MARK_FILE)).then(
    () => true,
    () => false,
  );

/** Takes the mark away: the home is whole. */
export const unmark = async (directory: string, disk: Disk): Promise<void> => {
  await rm(join(directory, MARK_FILE), { force: true });
  await disk.syncDirectory(directory);
};
