import type { Bytes, CryptoSuite } from "@dure/crypto";
import { nextWholeFrame, readFrame } from "../disk/frame.ts";
import { decodeBlockPayload, type LogBlock } from "./block-payload.ts";
import { type IndexEntry, SegmentIndex } from "./segment-index.ts";

export const BLOCK_KIND = 1;

/** The index entry of a block that stands at `offset` in a file. */
export const indexEntryOf = (
  read: LogBlock,
  place: { readonly offset: number; readonly length: number; readonly isRepair: boolean },
  executionHeightBefore: number,
): IndexEntry => ({
  ...place,
  blockId: read.blockId,
  timestampMs: read.header.timestampMs,
  executionHeight: Math.max(executionHeightBefore, read.header.execution?.height ?? 0),
  hasProof: read.block.proof !== undefined,
});

/** A block frame read whole, with the height that it says and its block agreeing; else undefined. */
const readBlockFrame = (suite: CryptoSuite, seed: Bytes, bytes: Buffer, offset: number) => {
  const read = readFrame(seed, bytes, offset);
  if (read.state !== "whole" || read.frame.kind !== BLOCK_KIND) return undefined;
  const decoded = decodeBlockPayload(suite, read.frame.payload);
  if (!decoded.ok || decoded.value.header.height !== read.frame.sequence) return undefined;
  return { block: decoded.value, height: read.frame.sequence, next: read.next };
};

const skip = (seed: Bytes, bytes: Buffer, offset: number): number => {
  const read = readFrame(seed, bytes, offset);
  if (read.state === "whole" || read.state === "broken") return read.next;
  return nextWholeFrame(seed, bytes, offset + 1) ?? bytes.length;
};

/**
 * Reads a segment's blocks. Unreadable stretches between readable blocks become damaged heights of the index; what
 * follows the last readable block belongs to nobody, and is the caller's to judge.
 */
export const scanSegment = (
  suite: CryptoSuite,
  seed: Bytes,
  first: number,
  bytes: Buffer,
): { readonly index: SegmentIndex; readonly end: number } => {
  const index = new SegmentIndex(first);
  let end = 0;
  let executionHeight = 0;
  for (let at = 0; at < bytes.length; ) {
    const read = readBlockFrame(suite, seed, bytes, at);
    if (read === undefined || read.height < index.next) {
      at = skip(seed, bytes, at);
      continue;
    }
    const place = { offset: at, length: read.next - at, isRepair: false };
    const entry = indexEntryOf(read.block, place, executionHeight);
    executionHeight = entry.executionHeight;
    index.set(read.height, entry);
    at = read.next;
    end = at;
  }
  return { index, end };
};

/** Adds a segment's repairs to its index, where it lacks the height. Returns where the last whole repair ends. */
export const scanRepairs = (
  suite: CryptoSuite,
  seed: Bytes,
  index: SegmentIndex,
  bytes: Buffer,
): { readonly end: number } => {
  let at = 0;
  for (;;) {
    const read = readBlockFrame(suite, seed, bytes, at);
    if (read === undefined) return { end: at };
    const place = { offset: at, length: read.next - at, isRepair: true };
    const isWanted = read.height >= index.first && read.height < index.next;
    if (isWanted && index.get(read.height) === undefined)
      index.set(read.height, indexEntryOf(read.block, place, 0));
    at = read.next;
  }
};
