import type { Bytes } from "@dure/crypto";
import { fromHex, type Hash, hashBytes, toHex, Writer } from "@dure/types";
import { fileSeed } from "../disk/frame.ts";

/** A segment of the block log: the height of its first block, and random bytes that no client knows. */
export type SegmentName = { readonly first: number; readonly salt: Bytes };

export const SEGMENT_SALT_BYTES = 8;
const PATTERN = /^(\d{16})-([0-9a-f]{16})\.(log|repair|index)$/;
export type SegmentSuffix = "log" | "repair" | "index";

/** The name of one of a segment's files: its blocks, its repairs, its index. */
export const segmentFile = ({ first, salt }: SegmentName, suffix: SegmentSuffix): string =>
  `${String(first).padStart(16, "0")}-${toHex(salt)}.${suffix}`;

/** The segment and suffix that a file's name says, or undefined if it is none. */
export const parseSegmentFile = (
  file: string,
): { readonly name: SegmentName; readonly suffix: SegmentSuffix } | undefined => {
  const match = PATTERN.exec(file);
  const salt = fromHex(match?.[2] ?? "", SEGMENT_SALT_BYTES);
  const first = Number(match?.[1]);
  if (match === null || salt === undefined || !Number.isSafeInteger(first)) return undefined;
  return { name: { first, salt }, suffix: match[3] as SegmentSuffix };
};

/** What keys the frames of a segment: a file under another name, or of another channel, holds none. */
export const segmentSeed = (channelId: Hash, { first, salt }: SegmentName): Bytes =>
  fileSeed("blocks", hashBytes(channelId), new Writer().u64(first).finish(), salt);
