import type { Bytes, CryptoSuite } from "@dure/crypto";
import { type Hash, toHash } from "@dure/types";
import { entryHash, keyHash, type Version } from "./entry.ts";
import { decodeHeld, encodeHeld, type Held } from "./held.ts";
import { type HistoryEntry, noteWrite, readHistory, versionText } from "./history.ts";
import { byteKey, type Changes, type KeyValue } from "./key-value.ts";
import { createStoredNodes } from "./nodes.ts";
import { encodeStateProof, proveKey } from "./proof.ts";
import { type LeafChange, treeRoot, updateTree } from "./tree.ts";

/** What a transaction does to one key: sets a value, or removes it. */
export type Write = { readonly key: Bytes; readonly value: Bytes | undefined };

/**
 * The key-value data of a channel under its tree. Values stand under `k` and the raw key, in the order of raw keys,
 * so that ranges can be read there; under `n` and its hash stands each raw key, in the order of the tree, so that
 * subtrees can be read; under `v` stands all that was ever written (`history.ts`).
 */
export type State = {
  readonly get: (key: Bytes) => Held | undefined;
  /**
   * Up to `limit` keys that begin with a prefix of at least one byte and are greater than `after`, in the order of raw
   * keys, with what they held at the moment of the call.
   */
  readonly range: (prefix: Bytes, after: Bytes, limit: number) => Promise<readonly HeldKey[]>;
  /** What was written to a key, the newest first, from the version before `before` on, or from the newest. */
  readonly history: (
    key: Bytes,
    before: Version | undefined,
    limit: number,
  ) => Promise<readonly HistoryEntry[]>;
  /** The root after the last height applied. */
  readonly root: () => Hash;
  /** Bytes of the proof of a key under `root()`, present or absent (`verifyStateProof`). */
  readonly prove: (key: Bytes) => Bytes;
  /**
   * Adds a height's writes, by transaction, to a batch: the last write of a key counts, under the version of its
   * transaction. What the block activated comes before its transactions, under the indexes after theirs. Returns the root
   * that they lead to; the caller stages the batch.
   */
  readonly apply: (
    height: number,
    writes: readonly (readonly Write[])[],
    changes: Changes,
    activations?: readonly (readonly Write[])[],
  ) => Hash;
  /** Adds the tree's nodes as they stand now to a batch, to be written with all that was staged. */
  readonly flush: (changes: Changes) => void;
};

export const VALUE_PREFIX = "k";
export const NAME_PREFIX = "n";

export type HeldKey = { readonly key: Bytes; readonly held: Held };

/** The last write of a key in a height; `record` is undefined where it removes it. */
type LastWrite = Write & { readonly index: number; readonly record: Bytes | undefined };

type KeyChange = LeafChange & { readonly key: Bytes };

/** The raw key in the name of a value's record. */
const keyOf = (name: string): Bytes => new Uint8Array(Buffer.from(name.slice(VALUE_PREFIX.length), "latin1"));

/** The state over a key-value store. `get` of the store must see batches that were applied and not yet written. */
export const createState = (
  suite: CryptoSuite,
  keyValue: Pick<KeyValue, "get" | "range" | "condemn">,
): State => {
  const nodes = createStoredNodes(suite, keyValue);
  let current = treeRoot(suite, nodes);

  const heldOf = (bytes: Bytes): Held => {
    const held = decodeHeld(bytes);
    if (held.ok) return held.value;
    throw keyValue.condemn(held.message);
  };

  const get = (key: Bytes): Held | undefined => {
    const bytes = keyValue.get(byteKey(VALUE_PREFIX, key));
    return bytes === undefined ? undefined : heldOf(bytes);
  };

  const range: State["range"] = async (prefix, after, limit) => {
    const found = await keyValue.range(byteKey(VALUE_PREFIX, prefix), byteKey(VALUE_PREFIX, after), limit);
    return found.map(([name, bytes]) => ({ key: keyOf(name), held: heldOf(bytes) }));
  };

  const apply: State["apply"] = (height, writes, changes, activations = []) => {
    // The last write of a key alone is stored and hashed: under load, many transactions of a block write the same ones.
    const last = new Map<string, LastWrite>();
    const noteList = (index: number, list: readonly Write[]): void => {
      const version = { height, index };
      const text = versionText(version);
      for (const { key, value } of list) {
        const keyText = byteKey("", key);
        const record = value === undefined ? undefined : encodeHeld({ value, version });
        last.set(keyText, { key, value, index, record });
        noteWrite(changes, keyText, text, record);
      }
    };
    for (const [at, list] of activations.entries()) noteList(writes.length + at, list);
    for (const [index, list] of writes.entries()) noteList(index, list);
    const leaves: KeyChange[] = [];
    for (const [keyText, { key, value, index, record }] of last) {
      const version = { height, index };
      changes.set(VALUE_PREFIX + keyText, record);
      const newEntry = value === undefined ? undefined : entryHash(suite, key, version, value);
      leaves.push({ key, keyHash: keyHash(suite, key), entryHash: newEntry });
    }
    current = updateTree(suite, nodes, leaves, (moved) => {
      const { key, keyHash: hash, entryHash: newEntry } = moved as KeyChange;
      changes.set(byteKey(NAME_PREFIX, hash), newEntry === undefined ? undefined : key);
    });
    return toHash(current.root);
  };

  return {
    get,
    range,
    history: (key, before, limit) => readHistory(keyValue, key, before, limit),
    root: () => toHash(current.root),
    prove: (key) => encodeStateProof(proveKey(suite, nodes, key, current.count, get(key))),
    apply,
    flush: nodes.flush,
  };
};
