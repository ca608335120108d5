import type { Bytes } from "@dure/crypto";
import { type Block, decode, type Hash, hashBytes, readHash } from "@dure/types";
import { FRAME_CHECK_BYTES, fileSeed, frameCheck, nextWholeFrame, readFrame } from "../disk/frame.ts";
import { looksTorn } from "../disk/torn.ts";
import { blockKey, decodeEntry } from "./entry.ts";

export const JOURNAL_KIND = { start: 1, entry: 2 } as const;

/** Which journal this is: drawn when it is made, kept through every compaction. */
export type JournalId = Bytes;
export const JOURNAL_ID_BYTES = 16;
/** Random bytes that make the seeds of a rewritten file unlike those of the file that it replaces. */
export const JOURNAL_SALT_BYTES = 16;

/** What a journal's file says. */
export type JournalContent = {
  readonly id: JournalId;
  readonly sequence: number;
  readonly record: Bytes;
  readonly blocks: ReadonlyMap<Hash, Block>;
  /** The check of the last frame, which keys the next. */
  readonly seed: Bytes;
  /** Where the next frame goes. What lies behind it is an append that never completed. */
  readonly end: number;
};

export type JournalRead =
  | { readonly ok: true; readonly content: JournalContent }
  | { readonly ok: false; readonly reason: string };

/** What keys the first frame of a channel's journal. */
export const journalSeed = (channelId: Hash): Bytes => fileSeed("journal", hashBytes(channelId));

type Progress = { seed: Bytes; sequence: number; record: Bytes | undefined; blocks: Map<Hash, Block> };

/** Takes an entry in; false if it cannot follow what was read so far. */
const take = (progress: Progress, payload: Bytes): boolean => {
  const entry = decodeEntry(payload);
  if (!entry.ok) return false;
  const blocks = new Map<Hash, Block>();
  for (const key of entry.value.held) {
    const block = progress.blocks.get(key);
    if (block === undefined) return false;
    blocks.set(key, block);
  }
  for (const block of entry.value.blocks) blocks.set(blockKey(block), block);
  progress.record = entry.value.record;
  progress.blocks = blocks;
  return true;
};

const isTorn = (seed: Bytes, bytes: Buffer, at: number): boolean => {
  const read = readFrame(seed, bytes, at);
  if (read.state === "short") return true;
  if (read.state === "broken") return read.next === bytes.length && looksTorn(bytes, at);
  return read.state === "none" && looksTorn(bytes, at) && nextWholeFrame(seed, bytes, at) === undefined;
};

/**
 * Reads a journal. Only its end may be unreadable, and only in a way that an interrupted append leaves: anything else
 * is damage, and then the record counts as missing (lft.md, durable state).
 */
export const readJournal = (channelId: Hash, bytes: Buffer): JournalRead => {
  const first = readFrame(journalSeed(channelId), bytes, 0);
  if (first.state !== "whole" || first.frame.kind !== JOURNAL_KIND.start)
    return { ok: false, reason: "its first frame is unreadable or of another channel" };
  const id = decode(first.frame.payload, (reader) => {
    if (readHash(reader) !== channelId) reader.fail("the journal is of another channel");
    const journalId = reader.fixed(JOURNAL_ID_BYTES).slice();
    reader.fixed(JOURNAL_SALT_BYTES);
    return journalId;
  });
  if (!id.ok) return { ok: false, reason: id.message };
  const progress: Progress = {
    seed: frameCheck(bytes.subarray(0, first.next)),
    sequence: first.frame.sequence,
    record: undefined,
    blocks: new Map(),
  };
  let at = first.next;
  while (at < bytes.length) {
    const read = readFrame(progress.seed, bytes, at);
    if (read.state !== "whole") {
      if (isTorn(progress.seed, bytes, at)) break;
      return { ok: false, reason: `the frame at byte ${at} is damaged` };
    }
    const { kind, sequence, payload } = read.frame;
    const isNext = kind === JOURNAL_KIND.entry && sequence === progress.sequence + 1;
    if (!isNext || !take(progress, payload))
      return { ok: false, reason: `the frame at byte ${at} does not follow the one before it` };
    progress.seed = bytes.slice(read.next - FRAME_CHECK_BYTES, read.next);
    progress.sequence = sequence;
    at = read.next;
  }
  const { seed, sequence, record, blocks } = progress;
  if (record === undefined) return { ok: false, reason: "it holds no record" };
  return { ok: true, content: { id: id.value, sequence, record, blocks, seed, end: at } };
};
