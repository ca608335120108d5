import { strict as assert } from "node:assert";
import { type FileHandle, open, rm } from "node:fs/promises";
import type { Head } from "@dure/consensus";
import type { Bytes, CryptoSuite } from "@dure/crypto";
import { type Block, type CommitProof, concatBytes, type Hash } from "@dure/types";
import { createDisk, type Disk } from "../disk/disk.ts";
import {
  encodeFrame,
  FRAME_CHECK_BYTES,
  FRAME_HEAD_BYTES,
  type FrameParts,
  readFrame,
} from "../disk/frame.ts";
import { createGate } from "../disk/gate.ts";
import { createQueue } from "../disk/queue.ts";
import type { OnEvent } from "../event.ts";
import type { JournalMark } from "../journal/journal.ts";
import type { EpochEnd, HeaderChain } from "../proof/encode.ts";
import { decodeBlockPayload, encodeBlockPayload, type LogBlock, NO_MARK } from "./block-payload.ts";
import { linkedBlocks } from "./linked-blocks.ts";
import { decodeBase, encodeBase, type ReadBase, readBase, writeBase } from "./log-base.ts";
import { newSegment, openSegments, type Place, removeSegment } from "./open-segments.ts";
import { type RepairRefusal, repairRefusal } from "./repair.ts";
import { BLOCK_KIND, indexEntryOf } from "./scan-segment.ts";
import { loadIndex, type Segment, scanFiles, writeIndexFile } from "./segment.ts";
import { type HeightSpan, type IndexEntry, SegmentIndex } from "./segment-index.ts";

/** The committed tip: what the engine starts from. A block of the log always has its proof. */
export type LogHead = Head & { readonly proof: CommitProof };

export type RepairResult = { readonly ok: true } | RepairRefusal;

/** The committed blocks of one channel from height 1 on. */
export type BlockLog = {
  /** The block above which the log begins; undefined if that is the genesis. */
  readonly base: () => ReadBase | undefined;
  /**
   * Lets the log begin above a block of its own, and removes the files that are not needed any more. The blocks up to it
   * are gone for good.
   */
  readonly prune: (height: number, ends: readonly EpochEnd[]) => Promise<void>;
  /** The last block, or the base; undefined while there is none but the genesis, which is not in the log. */
  readonly head: () => LogHead | undefined;
  /** Heights at or below the head that cannot be read, ascending, until `repair` mends them. */
  readonly damage: () => readonly HeightSpan[];
  /** The block at a height; undefined above the head or where it is damaged. */
  readonly read: (height: number) => Promise<LogBlock | undefined>;
  /** Id and timestamp of the block at a height, or of the base, without reading it. */
  readonly at: (height: number) => Promise<Pick<IndexEntry, "blockId" | "timestampMs"> | undefined>;
  /** Undefined above the head, or where damage breaks the chain of headers. */
  readonly proofFor: (height: number) => Promise<HeaderChain | undefined>;
  /**
   * Appends blocks to the head, parents first, the last with the proof given or its own: one write, one sync. The
   * caller has verified them. Asserts their heights, parents and channel. Rejects with LedgerError `UNWRITABLE`.
   */
  readonly append: (blocks: readonly Block[], proof?: CommitProof, mark?: JournalMark) => Promise<void>;
  /**
   * Mends a damaged height, from the top of a damaged span downwards. The block's data is checked against the id that
   * its child names; its proof, if it has one, is for the caller to verify.
   */
  readonly repair: (height: number, block: Block) => Promise<RepairResult>;
  /** How far the journal was durable when the head was appended. */
  readonly mark: () => JournalMark | undefined;
  readonly close: () => Promise<void>;
};

export type BlockLogOptions = {
  readonly channelId: Hash;
  readonly suite: CryptoSuite;
  readonly disk?: Disk;
  readonly onEvent?: OnEvent;
  /** A segment takes no further block once it would grow above this. Default 64 MiB. */
  readonly segmentBytes?: number;
};

const SEGMENT_BYTES = 64 << 20;
/** Indexes of full segments kept in memory; one of 64 MiB with small blocks takes a few megabytes. */
const INDEXES_MAX = 8;

type Opened = { readonly segment: Segment; index: SegmentIndex | undefined; readonly next: number };
type Active = { segment: Segment; index: SegmentIndex; size: number; handle: FileHandle };

/** Opens the block log in a directory, made if there is none. What is healed or found damaged is told by events. */
export const openBlockLog = async (directory: string, options: BlockLogOptions): Promise<BlockLog> => {
  const { suite, channelId, segmentBytes = SEGMENT_BYTES } = options;
  const disk = options.disk ?? createDisk();
  const onEvent = options.onEvent ?? (() => undefined);
  let base = await readBase(directory, suite, channelId);
  const baseHeight = (): number => base?.read.height ?? 0;
  const place: Place = { directory, channelId, suite, disk, onEvent, baseHeight: baseHeight() };
  const opened = await openSegments(place);
  const full: Opened[] = opened.full.map(({ segment, index }) => ({ segment, index, next: index.next }));
  let active: Active | undefined =
    opened.active === undefined
      ? undefined
      : { ...opened.active, handle: await disk.open(opened.active.segment.logPath, "r+") };
  const queue = createQueue();
  const gate = createGate();
  let head: LogHead | undefined;
  let mark: JournalMark | undefined;
  /** Spans by the first height of their segment. */
  const damaged = new Map<number, readonly HeightSpan[]>();

  const aboveBase = (spans: readonly HeightSpan[]): readonly HeightSpan[] =>
    spans
      .filter(({ toHeight }) => toHeight > baseHeight())
      .map((span) => ({ ...span, fromHeight: Math.max(span.fromHeight, baseHeight() + 1) }));

  const noteDamage = (index: SegmentIndex): void => {
    const spans = aboveBase(index.damage());
    if (spans.length > 0) damaged.set(index.first, spans);
    else damaged.delete(index.first);
  };

  /** Keeps the newest few indexes; one with damage stays, since its file does not say so. */
  const trimIndexes = (keep: Opened): void => {
    const loaded = full.filter((held) => held.index !== undefined && !damaged.has(held.segment.name.first));
    for (const held of loaded.slice(0, -INDEXES_MAX)) if (held !== keep) held.index = undefined;
  };

  const indexOf = async (height: number): Promise<{ segment: Segment; index: SegmentIndex } | undefined> => {
    if (height <= baseHeight()) return undefined;
    if (active !== undefined && height >= active.segment.name.first) return active;
    const held = full.findLast(({ segment }) => segment.name.first <= height);
    if (held === undefined || height >= held.next) return undefined;
    held.index ??= await loadIndex(suite, held.segment, held.next);
    const { index } = held;
    noteDamage(index);
    trimIndexes(held);
    return { segment: held.segment, index };
  };

  const readFrameAt = async (path: string, { offset, length }: IndexEntry): Promise<Buffer> => {
    const bytes = Buffer.alloc(length);
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, "r");
      await handle.read(bytes, 0, length, offset);
    } catch {
      // Unreadable is damaged: the frame's check fails on what is missing.
    } finally {
      await handle?.close();
    }
    return bytes;
  };

  const readEntry = async (segment: Segment, height: number, entry: IndexEntry) => {
    const bytes = await readFrameAt(entry.isRepair ? segment.repairPath : segment.logPath, entry);
    const read = readFrame(segment.seed, bytes, 0);
    if (read.state !== "whole" || read.next !== bytes.length || read.frame.sequence !== height)
      return undefined;
    const decoded = decodeBlockPayload(suite, read.frame.payload);
    if (!decoded.ok || decoded.value.blockId !== entry.blockId) return undefined;
    return { bytes, block: decoded.value };
  };

  const readWhole = async (height: number) => {
    const found = await indexOf(height);
    const entry = found?.index.get(height);
    if (found === undefined || entry === undefined) return undefined;
    const read = await readEntry(found.segment, height, entry);
    if (read !== undefined) return read;
    found.index.drop(height);
    noteDamage(found.index);
    onEvent({ type: "blocksDamaged", fromHeight: height, toHeight: height });
    return undefined;
  };

  const read = async (height: number): Promise<LogBlock | undefined> =>
    (await gate.shared(() => readWhole(height)))?.block;

  const headOf = (block: LogBlock, proof: CommitProof, executionHeight: number): LogHead => {
    const { height, view, timestampMs } = block.header;
    return { height, blockId: block.blockId, view, timestampMs, executionHeight, proof };
  };

  const executionHeightAtOpen = (): number => {
    const indexes = [...full.map(({ index }) => index), active?.index];
    for (const index of indexes.reverse()) {
      for (let height = (index?.next ?? 0) - 1; index !== undefined && height >= index.first; height--) {
        const found = index.get(height)?.executionHeight ?? 0;
        if (found > 0) return found;
      }
    }
    return head?.executionHeight ?? 0;
  };

  const append = async (
    blocks: readonly Block[],
    proof: CommitProof | undefined,
    at: JournalMark,
  ): Promise<void> => {
    const reads = linkedBlocks(suite, channelId, head, blocks, proof, at);
    const last = reads.at(-1);
    assert(last?.block.proof !== undefined, "the last block of an append carries a proof");
    const payloads = reads.map(({ block }) => encodeBlockPayload(block, at));
    const length = payloads
      .flat()
      .reduce((sum, part) => sum + part.length, payloads.length * (FRAME_HEAD_BYTES + FRAME_CHECK_BYTES));
    const isNew = active === undefined || active.size + length > segmentBytes;
    const target =
      isNew || active === undefined ? await startSegment(last.header.height - reads.length + 1) : active;
    const frames = payloads.map((payload, i) =>
      encodeFrame(target.segment.seed, BLOCK_KIND, (reads[i] as LogBlock).header.height, ...payload),
    );
    await disk.append(
      target.handle,
      frames.flatMap(({ parts }) => parts),
      target.size,
    );
    if (isNew) await disk.syncDirectory(directory);
    let executionHeight = head?.executionHeight ?? 0;
    for (const [i, block] of reads.entries()) {
      const place = { offset: target.size, length: (frames[i] as FrameParts).length, isRepair: false };
      const entry = indexEntryOf(block, place, executionHeight);
      executionHeight = entry.executionHeight;
      target.index.set(block.header.height, entry);
      target.size += place.length;
    }
    head = headOf(last, last.block.proof, executionHeight);
    mark = at;
  };

  const startSegment = async (first: number): Promise<Active> => {
    const segment = newSegment(place, first);
    const handle = await disk.open(segment.logPath, "wx+");
    if (active !== undefined) {
      await writeIndexFile(active.segment, active.index);
      await active.handle.close();
      full.push({ segment: active.segment, index: active.index, next: active.index.next });
    }
    active = { segment, index: new SegmentIndex(first), size: 0, handle };
    return active;
  };

  const repairEnds = new Map<Segment, number>();

  const repair = async (height: number, block: Block): Promise<RepairResult> => {
    const found = await indexOf(height);
    const child = (await read(height + 1))?.header;
    const isDamaged =
      found !== undefined && height < found.index.next && found.index.get(height) === undefined;
    const refusal = repairRefusal(suite, { channelId, height, block, child, isDamaged });
    if (refusal !== undefined || found === undefined) return refusal as RepairRefusal;
    const { segment, index } = found;
    const payload = encodeBlockPayload(block, NO_MARK);
    const frame = encodeFrame(segment.seed, BLOCK_KIND, height, ...payload);
    const offset = repairEnds.get(segment) ?? (await scanFiles(suite, segment, undefined)).repairEnd;
    const handle = await disk.open(segment.repairPath, offset === 0 ? "w" : "r+");
    try {
      await disk.append(handle, frame.parts, offset);
    } finally {
      await handle.close();
    }
    if (offset === 0) await disk.syncDirectory(directory);
    repairEnds.set(segment, offset + frame.length);
    const decoded = decodeBlockPayload(suite, concatBytes(payload));
    assert(decoded.ok, "a block that was checked can be read");
    index.set(height, indexEntryOf(decoded.value, { offset, length: frame.length, isRepair: true }, 0));
    noteDamage(index);
    onEvent({ type: "blockRepaired", height });
    if (!damaged.has(segment.name.first)) await gate.exclusive(() => merge(segment, index));
    return { ok: true };
  };

  /** Rewrites a segment with its repairs in their places. A crash leaves the old files, which say the same. */
  const merge = async (segment: Segment, index: SegmentIndex): Promise<void> => {
    const frames: Buffer[] = [];
    for (let height = index.first; height < index.next; height++) {
      const whole = await readWhole(height);
      if (whole === undefined) return;
      frames.push(whole.bytes);
    }
    const isActive = active?.segment === segment;
    if (isActive) await active?.handle.close();
    await disk.replace(segment.logPath, frames);
    await rm(segment.repairPath, { force: true });
    repairEnds.delete(segment);
    let offset = 0;
    for (const [i, { length }] of frames.entries()) {
      const entry = index.get(index.first + i) as IndexEntry;
      index.set(index.first + i, { ...entry, offset, length, isRepair: false });
      offset += length;
    }
    if (isActive && active !== undefined)
      active = { ...active, size: offset, handle: await disk.open(segment.logPath, "r+") };
    else await writeIndexFile(segment, index);
  };

  const proofFor = async (height: number): Promise<HeaderChain | undefined> => {
    const headers: Bytes[] = [];
    for (let at = height; at >= 1 && at <= (head?.height ?? 0); at++) {
      const found = await read(at);
      if (found === undefined) return undefined;
      headers.push(found.block.headerBytes);
      if (found.block.proof !== undefined) return { headers, proof: found.block.proof };
    }
    return undefined;
  };

  const prune: BlockLog["prune"] = async (height, ends) => {
    const found = (await readWhole(height))?.block;
    const proof = found?.block.proof;
    assert(found !== undefined && proof !== undefined, "a log is pruned up to a block with a proof");
    assert(height < (head?.height ?? 0), "a log keeps its head");
    const { headerBytes } = found.block;
    const next = decodeBase(suite, encodeBase({ header: headerBytes, commit: proof, ends }));
    assert(next.ok, "a log is pruned up to a block that carries an execution certificate");
    await writeBase(directory, channelId, next.value, height, disk);
    base = next.value;
    await gate.exclusive(async () => {
      while (full[0] !== undefined && full[0].next <= height + 1) {
        const gone = full.shift() as Opened;
        damaged.delete(gone.segment.name.first);
        await removeSegment(gone.segment);
      }
    });
  };

  if (base !== undefined) head = headOfBase(base);
  for (const { index } of opened.full) noteDamage(index);
  if (active !== undefined) {
    noteDamage(active.index);
    const last = await readWhole(active.index.next - 1);
    assert(last?.block.block.proof !== undefined, "the last segment ends with a block that carries a proof");
    head = headOf(last.block, last.block.block.proof, executionHeightAtOpen());
    mark = last.block.mark;
  }
  const damage = (): readonly HeightSpan[] => joinSpans(aboveBase([...damaged.values()].flat()));
  for (const span of damage()) onEvent({ type: "blocksDamaged", ...span });
  for (const held of full.slice(0, -INDEXES_MAX))
    if (!damaged.has(held.segment.name.first)) held.index = undefined;

  return {
    base: () => base,
    prune: (height, ends) => queue.run(() => prune(height, ends)),
    head: () => head,
    damage,
    read,
    at: async (height) =>
      base !== undefined && height === base.read.height
        ? { blockId: base.blockId, timestampMs: base.read.timestampMs }
        : (await indexOf(height))?.index.get(height),
    proofFor,
    append: (blocks, proof, at = NO_MARK) => queue.run(() => append(blocks, proof, at)),
    repair: (height, block) => queue.run(() => repair(height, block)),
    mark: () => mark,
    close: async () => {
      await queue.close();
      await gate.exclusive(async () => active?.handle.close());
    },
  };
};

const headOfBase = ({ read, blockId, commit }: ReadBase): LogHead => {
  const { height, view, timestampMs, execution } = read;
  return { height, blockId, view, timestampMs, executionHeight: execution?.height ?? 0, proof: commit };
};

const joinSpans = (spans: readonly HeightSpan[]): readonly HeightSpan[] => {
  const joined: HeightSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.fromHeight - b.fromHeight)) {
    const last = joined.at(-1);
    if (last?.toHeight === span.fromHeight - 1)
      joined[joined.length - 1] = { ...last, toHeight: span.toHeight };
    else joined.push(span);
  }
  return joined;
};
