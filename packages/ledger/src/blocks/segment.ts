import { type FileHandle, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes, CryptoSuite } from "@dure/crypto";
import { type Decoded, decode, equalBytes, type Hash, Writer } from "@dure/types";
import { encodeFrame, FRAME_CHECK_BYTES, readFrame } from "../disk/frame.ts";
import { LedgerError, systemCode } from "../error.ts";
import { scanRepairs, scanSegment } from "./scan-segment.ts";
import { INDEX_ENTRY_BYTES, SegmentIndex } from "./segment-index.ts";
import { type SegmentName, segmentFile, segmentSeed } from "./segment-name.ts";

export const INDEX_KIND = 2;

/** One file of consecutive blocks, with a file of repairs and a derived index beside it. */
export type Segment = {
  readonly name: SegmentName;
  readonly seed: Bytes;
  readonly logPath: string;
  readonly repairPath: string;
  readonly indexPath: string;
};

export const segmentAt = (directory: string, channelId: Hash, name: SegmentName): Segment => ({
  name,
  seed: segmentSeed(channelId, name),
  logPath: join(directory, segmentFile(name, "log")),
  repairPath: join(directory, segmentFile(name, "repair")),
  indexPath: join(directory, segmentFile(name, "index")),
});

/** A file's bytes; none if there is no such file. Throws LedgerError `DAMAGED` if it cannot be read. */
const readOrNone = async (path: string): Promise<Buffer> => {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return Buffer.alloc(0);
    throw new LedgerError("DAMAGED", `cannot read ${path}: check its permissions and the disk`, error);
  }
};

/** A file's size and last 16 bytes; undefined if it is not there, unreadable or shorter. */
const endOf = async (path: string): Promise<Pick<StoredIndex, "size" | "lastCheck"> | undefined> => {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    const { size } = await handle.stat();
    const lastCheck = new Uint8Array(FRAME_CHECK_BYTES);
    const { bytesRead } = await handle.read(
      lastCheck,
      0,
      lastCheck.length,
      Math.max(0, size - lastCheck.length),
    );
    return bytesRead === lastCheck.length ? { size, lastCheck } : undefined;
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
};

/**
 * What an index file says: the size of the segment's file and the check that it ends with, by which it is known again
 * without being read, and the index's entries.
 */
type StoredIndex = { readonly size: number; readonly lastCheck: Bytes; readonly entries: Bytes };

/** Payload of an index file: size u64, last check 16 bytes, entries. */
export const encodeIndexPayload = ({ size, lastCheck, entries }: StoredIndex): Bytes =>
  new Writer().u64(size).fixed(lastCheck, FRAME_CHECK_BYTES).fixed(entries, entries.length).finish();

/** Reads the payload of an index file strictly. */
export const decodeIndexPayload = (bytes: Bytes): Decoded<StoredIndex> =>
  decode(bytes, (reader) => {
    const size = reader.u64();
    const lastCheck = reader.fixed(FRAME_CHECK_BYTES);
    if (reader.remaining % INDEX_ENTRY_BYTES !== 0) reader.fail("an index holds whole entries");
    return { size, lastCheck, entries: reader.fixed(reader.remaining) };
  });

const readIndexFile = async (segment: Segment, next: number): Promise<SegmentIndex | undefined> => {
  const bytes = await readOrNone(segment.indexPath);
  const read = readFrame(segment.seed, bytes, 0);
  if (read.state !== "whole" || read.next !== bytes.length || read.frame.kind !== INDEX_KIND)
    return undefined;
  const stored = decodeIndexPayload(read.frame.payload);
  if (!stored.ok) return undefined;
  const end = await endOf(segment.logPath);
  const { size, lastCheck } = stored.value;
  if (end === undefined || end.size !== size || !equalBytes(end.lastCheck, lastCheck)) return undefined;
  const index = new SegmentIndex(segment.name.first, Buffer.from(stored.value.entries));
  return index.next === next && index.damage().length === 0 ? index : undefined;
};

/** Writes the index of a segment that is whole and full. Derived, so neither synced nor missed if it fails. */
export const writeIndexFile = async (segment: Segment, index: SegmentIndex): Promise<void> => {
  const end = await endOf(segment.logPath);
  if (end === undefined || index.damage().length > 0) return;
  const payload = encodeIndexPayload({ ...end, entries: index.bytes });
  const next = `${segment.indexPath}.next`;
  try {
    await writeFile(next, encodeFrame(segment.seed, INDEX_KIND, segment.name.first, payload).parts);
    await rename(next, segment.indexPath);
  } catch {
    await rm(next, { force: true });
  }
};

/** What a segment's own files hold, read from the first byte to the last. */
export const scanFiles = async (
  suite: CryptoSuite,
  segment: Segment,
  next: number | undefined,
): Promise<{
  readonly index: SegmentIndex;
  readonly bytes: Buffer;
  readonly end: number;
  readonly repairEnd: number;
}> => {
  const bytes = await readOrNone(segment.logPath);
  const { index, end } = scanSegment(suite, segment.seed, segment.name.first, bytes);
  if (next !== undefined) {
    index.cut(next);
    index.extend(next);
  }
  const repairs = scanRepairs(suite, segment.seed, index, await readOrNone(segment.repairPath));
  return { index, bytes, end, repairEnd: repairs.end };
};

/** The index of a segment that another follows at height `next`: from its file if that holds, else by a scan. */
export const loadIndex = async (
  suite: CryptoSuite,
  segment: Segment,
  next: number,
): Promise<SegmentIndex> => {
  const stored = await readIndexFile(segment, next);
  if (stored !== undefined) return stored;
  const { index } = await scanFiles(suite, segment, next);
  await writeIndexFile(segment, index);
  return index;
};
