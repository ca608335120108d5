import { join } from "node:path";
import type { Bytes, CryptoSuite } from "@dure/crypto";
import { type Block, type BlockLimits, decodeHeader, type Hash } from "@dure/types";
import { assembleLedger } from "./assemble-ledger.ts";
import { type BlockLog, openBlockLog } from "./blocks/block-log.ts";
import { createDisk, type Disk } from "./disk/disk.ts";
import { LedgerError } from "./error.ts";
import type { OnEvent } from "./event.ts";
import { openDerived } from "./execution/open-derived.ts";
import { BLOCKS_DIRECTORY, type HomeOwner, judgeHome, writeGenesis, writeHome } from "./home/home.ts";
import { lockHome } from "./home/lock.ts";
import { isMarkedForSnapshot } from "./home/mark.ts";
import { isPristineJournal, type Journal, openJournal } from "./journal/journal.ts";
import type { Ledger } from "./ledger.ts";
import { rebuildReplay } from "./replay.ts";

export type LedgerOptions = {
  /** The channel's own directory (`channelDirectory`), made if there is none. */
  readonly directory: string;
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  /** The bytes of the genesis document. */
  readonly genesis: Bytes;
  /** The engine's `freshRecord()`: the first record of a home that is made now, and used only then. */
  readonly freshRecord: Bytes;
  /** The consensus key that votes from here; undefined for a node that only follows. */
  readonly publicKey?: Bytes | undefined;
  /** The key never signed anything: it may take over a home of another key, with a fresh record. */
  readonly isKeyNew?: boolean;
  /** The greatest that any epoch of the channel allows. */
  readonly limits: BlockLimits;
  /** The longest life of a transaction in ms. */
  readonly longestLifeMs: number;
  readonly onEvent?: OnEvent;
  /** A snapshot of the state is taken at each multiple of so many heights: the same ones on every peer. Default 1,024. */
  readonly snapshotEvery?: number;
  readonly segmentBytes?: number;
  readonly compactBytes?: number;
};

const SNAPSHOT_EVERY = 1_024;

/** Closes in the reverse order of opening, each even if another fails. */
type Closers = (() => Promise<void>)[];

const closeAll = async (closers: Closers): Promise<void> => {
  const results = [];
  for (const close of [...closers].reverse()) results.push(await Promise.allSettled([close()]));
  const failed = results.flat().find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
};

/**
 * Opens a channel's ledger, or makes it where its directory is new. In order: lock; whose home it is; block log (tail
 * cut, damage listed); journal (tail cut; damaged if it is older than the log says); derived data (dropped if damaged
 * or not of this log); replay index. Throws LedgerError with what to do, having changed nothing that others own.
 */
export const openLedger = async (options: LedgerOptions): Promise<Ledger> => {
  const closers: Closers = [];
  try {
    return await open(options, closers);
  } catch (error) {
    await closeAll(closers).catch(() => undefined);
    throw error;
  }
};

const open = async (options: LedgerOptions, closers: Closers): Promise<Ledger> => {
  const { directory, suite, channelId, genesis, onEvent = () => undefined } = options;
  const disk = createDisk();
  const lock = await lockHome(directory);
  closers.push(lock.release);
  if (await isMarkedForSnapshot(directory))
    throw new LedgerError(
      "SNAPSHOT_NEEDED",
      `${directory} was to begin with a snapshot and did not come to its end: it has to come from other peers`,
    );
  const owner: HomeOwner = { channelId, publicKey: options.publicKey };
  const isPristine = (): Promise<boolean> => isPristineJournal(directory, channelId);
  const found = await judgeHome(directory, owner, genesis, isPristine, options.isKeyNew);
  const created = found === "new";
  if (created) await writeGenesis(directory, genesis, disk);
  const log = await openBlockLog(join(directory, BLOCKS_DIRECTORY), { ...options, disk, onEvent });
  closers.push(log.close);
  const opened = await openOwnJournal(options, created, log, disk, onEvent);
  closers.push(opened.close);
  if (created) {
    await writeHome(directory, owner, disk);
    onEvent({ type: "created", directory });
  }
  const journal = found === "taken over" ? await takeOver(options, owner, opened, disk) : opened;
  const { derived, close } = await openDerived({
    directory,
    suite,
    channelId,
    log,
    onEvent,
    snapshotEvery: options.snapshotEvery ?? SNAPSHOT_EVERY,
  });
  closers.push(close);
  const replay = await rebuildReplay(suite, log, derived, options.longestLifeMs);
  const closeLedger = (): Promise<void> => closeAll(closers);
  return assembleLedger(options, { created, disk, log, journal, derived, replay, close: closeLedger });
};

/**
 * Gives a home to a new key. The owner is written first: a crash in between leaves the new key with the old one's
 * record, which holds it back and never lets it say more than it may.
 */
const takeOver = async (
  { directory, freshRecord }: LedgerOptions,
  owner: HomeOwner,
  journal: Journal,
  disk: Disk,
): Promise<Journal> => {
  if (journal.damaged)
    throw new LedgerError(
      "DAMAGED",
      `${directory} has a damaged journal, which no other key can take over: move the directory away and start again to synchronise anew`,
    );
  await writeHome(directory, owner, disk);
  await journal.append(freshRecord, []);
  return { ...journal, record: freshRecord };
};

/** The journal less the blocks that the log holds by now. */
const openOwnJournal = async (
  options: LedgerOptions,
  created: boolean,
  log: BlockLog,
  disk: Disk,
  onEvent: OnEvent,
): Promise<Journal> => {
  const journal = await openJournal(options.directory, {
    channelId: options.channelId,
    create: created ? options.freshRecord : undefined,
    atLeast: log.mark(),
    disk,
    onEvent,
    ...(options.compactBytes === undefined ? {} : { compactBytes: options.compactBytes }),
  });
  const headHeight = log.head()?.height ?? 0;
  const isUncommitted = ({ headerBytes }: Block): boolean => {
    const header = decodeHeader(headerBytes);
    return header.ok && header.value.height > headHeight;
  };
  journal.release(isUncommitted);
  return { ...journal, blocks: journal.blocks.filter(isUncommitted) };
};
