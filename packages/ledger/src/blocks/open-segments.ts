import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename } from "node:path";
import type { CryptoSuite } from "@dure/crypto";
import type { Hash } from "@dure/types";
import type { Disk } from "../disk/disk.ts";
import { looksTorn } from "../disk/torn.ts";
import { LedgerError, systemCode } from "../error.ts";
import type { OnEvent } from "../event.ts";
import { loadIndex, type Segment, scanFiles, segmentAt } from "./segment.ts";
import { SegmentIndex } from "./segment-index.ts";
import { parseSegmentFile, SEGMENT_SALT_BYTES, segmentFile } from "./segment-name.ts";

export type Place = {
  readonly directory: string;
  /** The height above which the log begins: what older segments hold is not needed. */
  readonly baseHeight: number;
  readonly channelId: Hash;
  readonly suite: CryptoSuite;
  readonly disk: Disk;
  readonly onEvent: OnEvent;
};

/** The last segment, to which blocks are appended, as its files were found. */
export type ActiveSegment = {
  readonly segment: Segment;
  readonly index: SegmentIndex;
  readonly size: number;
};

export const newSegment = (place: Place, first: number): Segment =>
  segmentAt(place.directory, place.channelId, { first, salt: randomBytes(SEGMENT_SALT_BYTES) });

/** The segments that a directory's file names say, in order of height. */
const listSegments = async (place: Place): Promise<Segment[]> => {
  const found = new Map<string, Segment>();
  for (const file of await readdir(place.directory)) {
    const parsed = parseSegmentFile(file);
    if (parsed === undefined || parsed.suffix === "index") continue;
    found.set(segmentFile(parsed.name, "log"), segmentAt(place.directory, place.channelId, parsed.name));
  }
  return [...found.keys()].sort().map((file) => found.get(file) as Segment);
};

/** Moves a file out of the way if it is there. What it holds may still tell somebody what happened. */
const setAside = async (place: Place, path: string): Promise<void> => {
  try {
    await rename(path, `${path}.aside`);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw new LedgerError("UNWRITABLE", `cannot set ${path} aside: check its permissions`, error);
  }
  place.onEvent({ type: "setAside", file: path });
};

/** The height after the last block that carries a proof: what stands above it was never acknowledged. */
const provenNext = (index: SegmentIndex): number => {
  for (let height = index.next - 1; height >= index.first; height--)
    if (index.get(height)?.hasProof === true) return height + 1;
  return index.first;
};

const endOf = (index: SegmentIndex): number => {
  for (let height = index.next - 1; height >= index.first; height--) {
    const entry = index.get(height);
    if (entry !== undefined && !entry.isRepair) return entry.offset + entry.length;
  }
  return 0;
};

/**
 * Reads the last segment and cuts off what was never completed. Undefined if that leaves nothing: then its files are
 * gone or set aside, and the segment before it is the last.
 */
const openLast = async (place: Place, segment: Segment): Promise<ActiveSegment | undefined> => {
  const { index, bytes } = await scanFiles(place.suite, segment, undefined);
  index.cut(provenNext(index));
  const end = endOf(index);
  const torn = bytes.length === end || looksTorn(bytes, end);
  if (end === 0) {
    if (bytes.length > 0) await setAside(place, segment.logPath);
    else await rm(segment.logPath, { force: true });
    for (const path of [segment.repairPath, segment.indexPath]) await rm(path, { force: true });
    await place.disk.syncDirectory(place.directory);
    return undefined;
  }
  if (end < bytes.length) {
    const handle = await place.disk.open(segment.logPath, "r+");
    try {
      await place.disk.truncate(handle, end);
    } finally {
      await handle.close();
    }
    place.onEvent({ type: "tailCut", file: basename(segment.logPath), bytes: bytes.length - end, torn });
  }
  await rm(segment.indexPath, { force: true });
  return { segment, index, size: end };
};

/**
 * Opens the segments of a directory, made if there is none: those that are full, with their indexes, and the last. A
 * file without a readable block (a copy under another name, or wholly lost) is set aside, and the segment before it
 * stands for its heights too.
 */
export const openSegments = async (
  place: Place,
): Promise<{
  readonly full: readonly { readonly segment: Segment; readonly index: SegmentIndex }[];
  readonly active: ActiveSegment | undefined;
}> => {
  await mkdir(place.directory, { recursive: true });
  const segments = await listSegments(place);
  let active: ActiveSegment | undefined;
  while (active === undefined) {
    const last = segments.pop();
    if (last === undefined) return { full: [], active: undefined };
    active = await openLast(place, last);
    if (active !== undefined && active.index.next <= place.baseHeight + 1) {
      await removeSegment(last);
      active = undefined;
    }
  }
  const full: { segment: Segment; index: SegmentIndex }[] = [];
  let next = active.segment.name.first;
  for (const segment of segments.reverse()) {
    if (next <= place.baseHeight + 1) {
      await removeSegment(segment);
      continue;
    }
    const index =
      segment.name.first < next ? await loadIndex(place.suite, segment, next) : new SegmentIndex(next);
    if (index.heldCount === 0) {
      for (const path of [segment.logPath, segment.repairPath]) await setAside(place, path);
      continue;
    }
    full.unshift({ segment, index });
    next = segment.name.first;
  }
  if (next > place.baseHeight + 1) full.unshift(await missingStart(place, next));
  return { full, active };
};

/** Removes the files of a segment that is not needed any more. What a crash leaves of them goes at the next start. */
export const removeSegment = async ({ logPath, repairPath, indexPath }: Segment): Promise<void> => {
  for (const path of [indexPath, repairPath, logPath]) await rm(path, { force: true });
};

/** Stands for the blocks below the first segment that is there, so that they can be repaired. */
const missingStart = async (place: Place, next: number) => {
  const segment = newSegment(place, place.baseHeight + 1);
  return { segment, index: (await scanFiles(place.suite, segment, next)).index };
};
