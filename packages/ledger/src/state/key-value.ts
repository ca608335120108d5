import { writeFileSync } from "node:fs";
import { access, rename, rm } from "node:fs/promises";
import type { Bytes } from "@dure/crypto";
import { ClassicLevel } from "classic-level";
import { LedgerError } from "../error.ts";

type Db = ClassicLevel<Bytes, Bytes>;

/** Changes that are written together or not at all: undefined removes. Keys are text of bytes (`byteKey`). */
export type Changes = Map<string, Bytes | undefined>;

/** The derived data of a channel in one ordered store. Nothing in it is synced: it is rebuilt from the block log. */
export type KeyValue = {
  /** The newest value, whether it has reached the disk or not. Throws LedgerError `DAMAGED`. */
  readonly get: (key: string) => Bytes | undefined;
  /**
   * Makes the changes visible to `get` at once and writes them as one batch. Resolves when at most one earlier batch
   * is still being written, so that memory is bounded; rejects with LedgerError `UNWRITABLE`.
   */
  readonly write: (changes: Changes) => Promise<void>;
  /** Makes changes visible at once; they leave with the next `write`, those of one key as one. Throws as `write` rejects. */
  readonly stage: (changes: Changes) => void;
  /** How many changes are staged. */
  readonly staged: () => number;
  /**
   * Up to `limit` values under keys that begin with a prefix and are greater than `after`, in order, as all of them stood
   * at one moment: that of the call. Rejects with LedgerError `DAMAGED`.
   */
  readonly range: (
    prefix: string,
    after: string,
    limit: number,
  ) => Promise<readonly (readonly [string, Bytes])[]>;
  /** What was written so far, as it stands now: later writes do not change it. Resolves when all of it is stored. */
  readonly pin: () => Promise<Pinned>;
  /** Resolves when what was written so far survives a loss of power. Rejects with LedgerError `UNWRITABLE`. */
  readonly sync: () => Promise<void>;
  /** Removes the stored keys that begin with a prefix of ASCII and of which `isGone`, page by page, beside all else. */
  readonly sweep: (prefix: string, isGone: (key: string) => boolean) => Promise<void>;
  /** The last key of those that begin with a prefix of ASCII; undefined if there is none. Sees what has reached the disk. */
  readonly lastKey: (prefix: string) => Promise<string | undefined>;
  /**
   * Notes on disk that what is stored cannot be trusted, so that the next open drops it, and returns the LedgerError
   * `DAMAGED` to throw.
   */
  readonly condemn: (reason: string, cause?: unknown) => LedgerError;
  /** Resolves when all that was written so far has reached the store. */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A store as it stood at one moment. What cannot be read rejects or throws with LedgerError `DAMAGED`. */
export type Pinned = {
  readonly get: (key: string) => Bytes | undefined;
  readonly getMany: (keys: readonly string[]) => Promise<readonly (Bytes | undefined)[]>;
  /** All keys from one to another, both included, in order. */
  readonly between: (
    first: string,
    last: string,
    limit: number,
  ) => Promise<readonly (readonly [string, Bytes])[]>;
  /** Lets the store forget what only this still shows. */
  readonly close: () => Promise<void>;
};

/** A key as text with one character per byte: unlike bytes, it can stand in a Map. */
export const byteKey = (prefix: string, bytes: Bytes = new Uint8Array(0)): string =>
  prefix + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");

/** The first key that is greater than all that begin with a prefix, which does not begin with a character of 0xff. */
const behind = (prefix: string): string => {
  let end = prefix.length;
  while (prefix.charCodeAt(end - 1) === 0xff) end--;
  return prefix.slice(0, end - 1) + String.fromCharCode(prefix.charCodeAt(end - 1) + 1);
};

const keyText = (key: Bytes): string =>
  Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");

const keyBytes = (key: string): Buffer => Buffer.from(key, "latin1");

const openDb = async (directory: string): Promise<Db> => {
  const db: Db = new ClassicLevel(directory, {
    keyEncoding: "view",
    valueEncoding: "view",
    // Most of what is stored is hashes, which do not compress.
    compression: false,
    cacheSize: 32 << 20,
    writeBufferSize: 16 << 20,
  });
  await db.open();
  return db;
};

/** Removed at a time, so that no sweep holds much memory or keeps writers waiting. */
const SWEEP_KEYS = 4_096;
/** Rewritten to sync all that was written before it. */
const SYNC_KEY = Uint8Array.of(0);

/** Opens the store of a directory. Rejects with what LevelDB says if it is damaged. */
export const openKeyValue = async (directory: string): Promise<KeyValue> => {
  const db = await openDb(directory);
  /** Batches on their way, oldest first. */
  const layers: Changes[] = [];
  let writing: Promise<void> = Promise.resolve();
  /** Newer than all layers. */
  let staged: Changes = new Map();
  let failure: LedgerError | undefined;

  const condemn = (reason: string, cause?: unknown): LedgerError => {
    try {
      writeFileSync(condemnedMark(directory), reason);
    } catch {
      // The error below says it too; a disk that takes no mark will show the damage again.
    }
    return new LedgerError(
      "DAMAGED",
      `the state in ${directory} is damaged (${reason}): restart, and it is rebuilt from the log`,
      cause,
    );
  };

  const unwritable = (error: unknown): LedgerError =>
    new LedgerError(
      "UNWRITABLE",
      `cannot write to ${directory}: free space or repair the disk, then restart`,
      error,
    );

  const writeOut = async (changes: Changes): Promise<void> => {
    if (failure !== undefined) throw failure;
    const batch = db.batch();
    for (const [key, value] of changes) {
      if (value === undefined) batch.del(keyBytes(key));
      else batch.put(keyBytes(key), value);
    }
    try {
      await batch.write();
    } catch (error) {
      failure = unwritable(error);
      throw failure;
    }
    layers.shift();
  };

  /** Does something to the store itself behind all that was written so far. */
  const behindWrites = <T>(work: () => Promise<T>): Promise<T> => {
    const done = writing.then(work);
    writing = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  };

  const pin = (): Promise<Pinned> =>
    behindWrites(async () => {
      if (failure !== undefined) throw failure;
      const snapshot = db.snapshot();
      const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
        try {
          return await work();
        } catch (error) {
          throw condemn("it cannot be read", error);
        }
      };
      return {
        get: (key) => {
          try {
            return db.getSync(keyBytes(key), { snapshot });
          } catch (error) {
            throw condemn("it cannot be read", error);
          }
        },
        getMany: (keys) => guarded(() => db.getMany(keys.map(keyBytes), { snapshot })),
        between: (first, last, limit) =>
          guarded(async () => {
            const range = { gte: keyBytes(first), lte: keyBytes(last), limit, snapshot };
            return (await db.iterator(range).all()).map(([key, value]) => [keyText(key), value] as const);
          }),
        close: () => snapshot.close(),
      };
    });

  const sweep: KeyValue["sweep"] = async (prefix, isGone) => {
    const lt = keyBytes(behind(prefix));
    for (let gt = keyBytes(prefix); ; ) {
      const page = await db.keys({ gt, lt, limit: SWEEP_KEYS }).all();
      const gone = page.filter((key) => isGone(keyText(key)));
      if (gone.length > 0)
        await behindWrites(() => db.batch(gone.map((key) => ({ type: "del" as const, key }))));
      const last = page.at(-1);
      if (last === undefined || page.length < SWEEP_KEYS) return;
      gt = Buffer.from(last);
    }
  };

  const write = async (changes: Changes): Promise<void> => {
    if (failure !== undefined) throw failure;
    const before = writing;
    // What is written is newer than what was staged before it.
    for (const [key, value] of changes) staged.set(key, value);
    const layer = staged;
    staged = new Map();
    layers.push(layer);
    writing = before.then(() => writeOut(layer));
    // Whoever writes next, or settles, meets the failure; here it must only not go unhandled.
    writing.catch(() => undefined);
    await before;
  };

  return {
    get: (key) => {
      if (staged.has(key)) return staged.get(key);
      for (let i = layers.length - 1; i >= 0; i--) {
        const layer = layers[i] as Changes;
        if (layer.has(key)) return layer.get(key);
      }
      try {
        return db.getSync(keyBytes(key));
      } catch (error) {
        throw condemn("it cannot be read", error);
      }
    },
    write,
    stage: (changes) => {
      if (failure !== undefined) throw failure;
      for (const [key, value] of changes) staged.set(key, value);
    },
    staged: () => staged.size,
    range: async (prefix, after, limit) => {
      const newer: Changes = new Map();
      for (const layer of [...layers, staged])
        for (const [key, value] of layer) if (key.startsWith(prefix) && key > after) newer.set(key, value);
      // Made here, before anything is awaited: an iterator sees the store as it is when it is made.
      const stored = db.iterator({
        ...(after < prefix ? { gte: keyBytes(prefix) } : { gt: keyBytes(after) }),
        lt: keyBytes(behind(prefix)),
        limit: limit + newer.size,
      });
      const found = new Map<string, Bytes>();
      try {
        for (const [key, value] of await stored.all()) found.set(keyText(key), value);
      } catch (error) {
        throw condemn("it cannot be read", error);
      }
      for (const [key, value] of newer) {
        if (value === undefined) found.delete(key);
        else found.set(key, value);
      }
      return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, limit);
    },
    pin,
    sync: () =>
      behindWrites(async () => {
        if (failure !== undefined) throw failure;
        try {
          // A synced write syncs the newest log alone; older ones are durable when what they hold is in tables.
          await db.compactRange(SYNC_KEY, SYNC_KEY);
          await db.put(SYNC_KEY, SYNC_KEY, { sync: true });
        } catch (error) {
          throw unwritable(error);
        }
      }),
    sweep,
    lastKey: async (prefix) => {
      const range = { gte: keyBytes(prefix), lt: keyBytes(behind(prefix)) };
      for await (const key of db.keys({ ...range, reverse: true, limit: 1 })) return keyText(key);
      return undefined;
    },
    condemn,
    settled: () => writing,
    close: async () => {
      await writing.catch(() => undefined);
      await db.close();
    },
  };
};

const condemnedMark = (directory: string): string => `${directory}.condemned`;

/** Whether `condemn` was called on the store of a directory. */
export const isCondemned = (directory: string): Promise<boolean> =>
  access(condemnedMark(directory)).then(
    () => true,
    () => false,
  );

/** Removes a store with all it holds, whole: after a crash there is the old store or none. */
export const dropKeyValue = async (directory: string): Promise<void> => {
  const dropped = `${directory}.dropped`;
  await rm(dropped, { recursive: true, force: true });
  await rename(directory, dropped).catch(() => undefined);
  await rm(condemnedMark(directory), { force: true });
  await rm(dropped, { recursive: true, force: true });
};
