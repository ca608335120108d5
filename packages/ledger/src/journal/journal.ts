import { randomBytes } from "node:crypto";
import { access, type FileHandle, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes } from "@dure/crypto";
import { type Block, equalBytes, type Hash } from "@dure/types";
import { createDisk, type Disk } from "../disk/disk.ts";
import { encodeFrame } from "../disk/frame.ts";
import { createQueue } from "../disk/queue.ts";
import { LedgerError, systemCode } from "../error.ts";
import type { OnEvent } from "../event.ts";
import { blockKey, encodeEntry } from "./entry.ts";
import {
  JOURNAL_ID_BYTES,
  JOURNAL_KIND,
  JOURNAL_SALT_BYTES,
  type JournalContent,
  type JournalRead,
  readJournal,
} from "./read-journal.ts";
import { startJournal, type Written } from "./start-journal.ts";

export const JOURNAL_FILE = "journal";

/** How far a journal is durably written: the block log notes it, so that an older journal is told from this one. */
export type JournalMark = { readonly id: Bytes; readonly sequence: number };

/** The consensus record of one channel and the data of the blocks voted for. */
export type Journal = {
  /** The record found at open; undefined if it was missing or damaged: then this node follows without voting. */
  readonly record: Bytes | undefined;
  /** The blocks found at open, in the order in which they were written, less those released. */
  readonly blocks: readonly Block[];
  readonly damaged: boolean;
  /** How far the journal is durable now; undefined if it is damaged. */
  readonly mark: () => JournalMark | undefined;
  /**
   * Makes the record, these blocks and all blocks not released durable: one write, one sync. Concurrent appends queue.
   * Rejects with LedgerError `UNWRITABLE` (then nothing more can be appended) or `DAMAGED`.
   */
  readonly append: (record: Bytes, blocks: readonly Block[]) => Promise<void>;
  /** Forgets the blocks for which `keep` is false; durable with the next append. */
  readonly release: (keep: (block: Block) => boolean) => void;
  /** Bytes of the file: bounded by `compactBytes` and what is held. */
  readonly size: () => number;
  readonly close: () => Promise<void>;
};

export type JournalOptions = {
  readonly channelId: Hash;
  /** The first record of a home that is being made. Without it, no journal means a missing record. */
  readonly create?: Bytes | undefined;
  /**
   * How far the block log knows this journal to be durable: one that ends below it is an old copy, one of another id
   * another home's.
   */
  readonly atLeast?: JournalMark | undefined;
  readonly disk?: Disk;
  readonly onEvent?: OnEvent;
  /** The file is rewritten once it is above this and above four times what it must hold. Default 16 MiB. */
  readonly compactBytes?: number;
};

const COMPACT_BYTES = 16 << 20;
const GROWTH = 4;

const readIfThere = async (path: string): Promise<Buffer | undefined> => {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw new LedgerError("DAMAGED", `cannot read ${path}: check its permissions and the disk`, error);
  }
};

/** Whether a directory's journal holds nothing but the first record of a home. */
export const isPristineJournal = async (directory: string, channelId: Hash): Promise<boolean> => {
  const bytes = await readIfThere(join(directory, JOURNAL_FILE));
  const read = bytes === undefined ? undefined : readJournal(channelId, bytes);
  return read?.ok === true && read.content.sequence === 1;
};

/** Why a whole journal is not the one beside which the block log was written; undefined if it may be. */
const mismatchOf = (content: JournalContent, atLeast: JournalMark | undefined): string | undefined => {
  // Sequence zero: the block was appended where no journal was known.
  if (atLeast === undefined || atLeast.sequence === 0) return undefined;
  if (!equalBytes(atLeast.id, content.id))
    return "it is not the journal of this block log: another home's was put in its place";
  return content.sequence < atLeast.sequence
    ? "it is older than the block log: an old copy was put in its place"
    : undefined;
};

/** Whether a directory holds a journal, readable or not. */
export const hasJournal = async (directory: string): Promise<boolean> =>
  access(join(directory, JOURNAL_FILE)).then(
    () => true,
    () => false,
  );

const damagedJournal = (): Journal => ({
  record: undefined,
  blocks: [],
  damaged: true,
  mark: () => undefined,
  append: async () => {
    throw new LedgerError(
      "DAMAGED",
      "the consensus record is missing or damaged: this node follows without voting until it has a new key",
    );
  },
  release: () => undefined,
  size: () => 0,
  close: async () => undefined,
});

const createJournal = async (
  path: string,
  channelId: Hash,
  record: Bytes,
  disk: Disk,
): Promise<JournalRead> => {
  const { parts, written } = startJournal({
    channelId,
    id: randomBytes(JOURNAL_ID_BYTES),
    salt: randomBytes(JOURNAL_SALT_BYTES),
    sequence: 1,
    record,
    blocks: [],
  });
  await disk.replace(path, parts);
  return { ok: true, content: { ...written, record, blocks: new Map() } };
};

/**
 * Opens the journal in a directory, or makes it if `create` is given and there is none. A damaged or missing one opens
 * too, as `damaged`: its file is left as it is. Throws LedgerError `UNWRITABLE`.
 */
export const openJournal = async (directory: string, options: JournalOptions): Promise<Journal> => {
  const { channelId, disk = createDisk(), onEvent = () => undefined, compactBytes = COMPACT_BYTES } = options;
  const path = join(directory, JOURNAL_FILE);
  // A rewrite that was interrupted before its rename: the journal itself is whole.
  await rm(`${path}.next`, { force: true });
  const bytes = await readIfThere(path);
  const read: JournalRead =
    bytes !== undefined
      ? readJournal(channelId, bytes)
      : options.create !== undefined
        ? await createJournal(path, channelId, options.create, disk)
        : { ok: false, reason: "there is no journal in a home that had one" };
  const damage = read.ok ? mismatchOf(read.content, options.atLeast) : read.reason;
  if (!read.ok || damage !== undefined) {
    onEvent({ type: "journalDamaged", file: path, reason: damage ?? "" });
    return damagedJournal();
  }
  let handle = await disk.open(path, "r+");
  if (bytes !== undefined && read.content.end < bytes.length) {
    await disk.truncate(handle, read.content.end);
    onEvent({ type: "tailCut", file: path, bytes: bytes.length - read.content.end, torn: true });
  }
  return runJournal(path, channelId, read.content, disk, onEvent, compactBytes, {
    current: () => handle,
    replace: async (reopen) => {
      // Windows renames nothing over an open file.
      await handle.close();
      try {
        await reopen();
      } finally {
        handle = await disk.open(path, "r+");
      }
    },
  });
};

type OpenFile = {
  readonly current: () => FileHandle;
  readonly replace: (work: () => Promise<void>) => Promise<void>;
};

const runJournal = (
  path: string,
  channelId: Hash,
  found: JournalContent,
  disk: Disk,
  onEvent: OnEvent,
  compactBytes: number,
  file: OpenFile,
): Journal => {
  let written: Written = found;
  let record = found.record;
  let compactAbove = Math.max(compactBytes, GROWTH * found.end);
  /** Blocks that are durable and not released. */
  const held = new Map(found.blocks);
  const queue = createQueue();

  const compact = async (): Promise<void> => {
    if (written.end <= compactAbove) return;
    const next = startJournal({
      channelId,
      id: written.id,
      salt: randomBytes(JOURNAL_SALT_BYTES),
      sequence: written.sequence + 1,
      record,
      blocks: [...held.values()],
    });
    try {
      await file.replace(() => disk.replace(path, next.parts));
    } catch (error) {
      // Whether the rename happened is not known, so nothing may be appended to either file.
      onEvent({ type: "compactionFailed", file: path, error });
      throw error;
    }
    written = next.written;
    compactAbove = Math.max(compactBytes, GROWTH * written.end);
  };

  const write = async (nextRecord: Bytes, blocks: readonly Block[]): Promise<void> => {
    const fresh = new Map(blocks.map((block) => [blockKey(block), block]));
    const payload = encodeEntry({
      record: nextRecord,
      blocks: [...fresh.values()],
      held: [...held.keys()].filter((key) => !fresh.has(key)),
    });
    const sequence = written.sequence + 1;
    const frame = encodeFrame(written.seed, JOURNAL_KIND.entry, sequence, ...payload);
    await disk.append(file.current(), frame.parts, written.end);
    written = { id: written.id, sequence, seed: frame.check, end: written.end + frame.length };
    record = nextRecord;
    for (const [key, block] of fresh) held.set(key, block);
  };

  return {
    record: found.record,
    blocks: [...found.blocks.values()],
    damaged: false,
    mark: () => ({ id: written.id, sequence: written.sequence }),
    append: (nextRecord, blocks) => {
      const done = queue.run(() => write(nextRecord, blocks));
      // Not awaited: whoever waits to send a vote does not wait for housekeeping. A failure poisons the queue.
      if (written.end > compactAbove) queue.run(compact).catch(() => undefined);
      return done;
    },
    release: (keep) => {
      for (const [key, block] of held) if (!keep(block)) held.delete(key);
    },
    size: () => written.end,
    close: async () => {
      await queue.close();
      await file.current().close();
    },
  };
};
