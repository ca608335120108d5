import type { Bytes, CryptoSuite } from "@dure/crypto";
import { equalBytes } from "@dure/types";
import type { Reflected } from "../execution/records.ts";
import { BRANCHES, childHash, childPath, emptyHash, PATH_DIGITS } from "../state/entry.ts";
import { decodeHeld } from "../state/held.ts";
import { byteKey, type KeyValue, type Pinned } from "../state/key-value.ts";
import { createStoredNodes } from "../state/nodes.ts";
import { NAME_PREFIX, VALUE_PREFIX } from "../state/state.ts";
import { type NodeStore, type TreeNode, type TreeRoot, treeRoot } from "../state/tree.ts";
import {
  ANSWER_KEYS,
  ANSWER_LEVELS,
  type Branch,
  encodeAnswer,
  type StateEntry,
  type SubtreeAnswer,
} from "./answer.ts";

/** Snapshots that are held: while one is read from, newer ones are taken. */
const HELD_MAX = 3;
/** One that was read from so lately is kept for its readers, if it can be. */
const LEASE_MS = 60_000;
/** Values that travel in one answer, and how many are read before their bytes are counted. */
const ANSWER_BYTES = 1 << 20;
const READ_AT_ONCE = 16;

/** The state as it stood after one height. */
export type Snapshot = {
  readonly reflected: Reflected;
  /** Number of keys, and the hash of the top of the tree: with them the state root is made. */
  readonly tree: TreeRoot;
  /** What stands in a subtree; undefined where the tree has no node. Rejects with LedgerError `DAMAGED`. */
  readonly read: (path: string) => Promise<Bytes | undefined>;
};

type HeldSnapshot = Snapshot & {
  readonly pinned: Pinned;
  /** Of a height at which every peer takes one: what is taken beside these never makes one of them go. */
  readonly isShared: boolean;
  readAtMs: number;
  /** A store that is closed under a reader would count as damaged. */
  readonly reading: Set<Promise<Bytes | undefined>>;
};

/** The first or the last key hash under a path: its digits, filled up with the least or the greatest. */
const edge = (path: string, digit: "0" | "f"): Bytes => Buffer.from(path.padEnd(PATH_DIGITS, digit), "hex");

/** The branches of an inner node, as far down as subtrees are larger than one answer holds. */
const branchesOf = (suite: CryptoSuite, store: NodeStore, path: string): readonly Branch[] => {
  const branches: Branch[] = [];
  const descend = (suffix: string, { children }: Extract<TreeNode, { kind: "inner" }>): void => {
    for (let digit = 0; digit < BRANCHES; digit++) {
      const hash = childHash(children, digit);
      if (equalBytes(hash, emptyHash(suite))) continue;
      const below = childPath(suffix, digit);
      const child = below.length < ANSWER_LEVELS ? store.get(path + below) : undefined;
      if (child?.kind === "inner" && child.count > ANSWER_KEYS) descend(below, child);
      else branches.push({ suffix: below, hash });
    }
  };
  const top = store.get(path);
  if (top?.kind === "inner") descend("", top);
  return branches;
};

/** The entries under a path, in order of key hash; undefined if their values are more than one answer holds. */
const entriesUnder = async (pinned: Pinned, path: string): Promise<readonly StateEntry[] | "too large"> => {
  const names = await pinned.between(
    byteKey(NAME_PREFIX, edge(path, "0")),
    byteKey(NAME_PREFIX, edge(path, "f")),
    ANSWER_KEYS,
  );
  let bytes = 0;
  const entries: StateEntry[] = [];
  for (let from = 0; from < names.length; from += READ_AT_ONCE) {
    const keys = names.slice(from, from + READ_AT_ONCE).map(([, key]) => key);
    const values = await pinned.getMany(keys.map((key) => byteKey(VALUE_PREFIX, key)));
    for (const [at, key] of keys.entries()) {
      const held = decodeHeld(values[at] ?? new Uint8Array(0));
      if (!held.ok) throw new Error(`a key of the state has no value: ${held.message}`);
      bytes += held.value.value.length;
      if (bytes > ANSWER_BYTES && names.length > 1) return "too large";
      entries.push({ key, ...held.value });
    }
  }
  return entries;
};

const answerOf = async (
  suite: CryptoSuite,
  pinned: Pinned,
  store: NodeStore,
  path: string,
): Promise<SubtreeAnswer | undefined> => {
  if (path.length === PATH_DIGITS) {
    const entries = await entriesUnder(pinned, path);
    return entries === "too large" || entries.length !== 1 ? undefined : { kind: "entries", entries };
  }
  const node = store.get(path);
  if (node === undefined) return undefined;
  if (node.kind === "inner" && node.count > ANSWER_KEYS)
    return { kind: "branches", branches: branchesOf(suite, store, path) };
  const entries = await entriesUnder(pinned, path);
  if (entries !== "too large") return { kind: "entries", entries };
  return node.kind === "inner"
    ? { kind: "branches", branches: branchesOf(suite, store, path) }
    : { kind: "leaves", leaves: node.leaves };
};

/**
 * The newest few snapshots of a channel's state, for peers that begin with one. A snapshot is a view of the store that
 * later writes do not change: taking it copies nothing, and what it costs is that the store keeps what was overwritten
 * since.
 */
export class Snapshots {
  readonly #suite: CryptoSuite;
  readonly #keyValue: Pick<KeyValue, "pin" | "condemn">;
  /** By height, ascending. */
  readonly #held = new Map<number, HeldSnapshot>();
  /** Snapshots that are not read from any more, but may be still. */
  readonly #dropping = new Set<Promise<void>>();
  #isClosed = false;

  constructor(suite: CryptoSuite, keyValue: Pick<KeyValue, "pin" | "condemn">) {
    this.#suite = suite;
    this.#keyValue = keyValue;
  }

  /** Takes a snapshot of all that was written so far, which reflects this height; `isShared` if every peer does. */
  async take(reflected: Reflected, isShared: boolean): Promise<void> {
    if (this.#isClosed) return;
    const pinned = await this.#keyValue.pin();
    if (this.#isClosed) return pinned.close();
    const store = createStoredNodes(this.#suite, { get: pinned.get, condemn: this.#keyValue.condemn });
    const reading = new Set<Promise<Bytes | undefined>>();
    const readOne = async (path: string): Promise<Bytes | undefined> => {
      const answer = await answerOf(this.#suite, pinned, store, path);
      // Nothing was changed: this only forgets nodes, of which a reader may have asked for all.
      store.flush(new Map());
      return answer && encodeAnswer(answer);
    };
    const read = (path: string): Promise<Bytes | undefined> => {
      const done = readOne(path).finally(() => reading.delete(done));
      reading.add(done);
      return done;
    };
    const tree = treeRoot(this.#suite, store);
    this.#held.set(reflected.height, { reflected, tree, pinned, isShared, readAtMs: 0, reading, read });
    await this.#trim();
  }

  /** The newest snapshot of which `isCertified`. */
  newest(isCertified: (reflected: Reflected) => boolean): Snapshot | undefined {
    return [...this.#held.values()].findLast(({ reflected }) => isCertified(reflected));
  }

  /** See `Snapshot.read`; undefined too where the snapshot is not held, or not any more. */
  async read(height: number, path: string): Promise<Bytes | undefined> {
    const held = this.#held.get(height);
    if (held === undefined || this.#isClosed) return undefined;
    held.readAtMs = Date.now();
    return held.read(path);
  }

  /** The oldest snapshot that is held. */
  get oldest(): Reflected | undefined {
    const [first] = this.#held.values();
    return first?.reflected;
  }

  async #trim(): Promise<void> {
    const now = Date.now();
    const all = [...this.#held.values()];
    const shared = all.filter(({ isShared }) => isShared);
    const spare = shared.slice(0, -2).filter(({ readAtMs }) => now - readAtMs > LEASE_MS);
    const surplus = shared.length - spare.length > HELD_MAX ? shared.slice(0, shared.length - HELD_MAX) : [];
    const own = all.filter(({ isShared }) => !isShared).slice(0, -1);
    for (const snapshot of new Set([...spare, ...surplus, ...own])) await this.#drop(snapshot);
  }

  async #drop({ reflected, reading, pinned }: HeldSnapshot): Promise<void> {
    this.#held.delete(reflected.height);
    const dropped = Promise.allSettled(reading).then(() => pinned.close());
    this.#dropping.add(dropped);
    await dropped;
    this.#dropping.delete(dropped);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([
      ...[...this.#held.values()].map((snapshot) => this.#drop(snapshot)),
      ...this.#dropping,
    ]);
  }
}
