import type { Bytes, CryptoSuite } from "@dure/crypto";
import { compareBytes, concatBytes } from "@dure/types";
import {
  BRANCHES,
  bucketHash,
  childPath,
  digitAt,
  emptyChildren,
  LEAF_BYTES,
  leafKey,
  leafPosition,
  nodeHash,
  PATH_DIGITS,
  rootHash,
} from "./entry.ts";

/**
 * The state tree (specs/state-tree.md): a trie over the hex digits of key hashes, in which every subtree of at most 16
 * keys is a bucket. Its shape is a function of the set of keys alone.
 */
export const BUCKET_KEYS_MAX = 16;

/**
 * A node of the tree: a bucket of leaves in order of key hash, or the hashes of sixteen subtrees of `count` keys. Its
 * bytes are written to in place by an update that sets the node again: who keeps a view of them keeps no copy.
 */
export type TreeNode =
  | { readonly kind: "bucket"; readonly leaves: Bytes }
  | { readonly kind: "inner"; count: number; readonly children: Bytes };

/** Where nodes are kept, by path (hex digits). There is none where the subtree is empty. */
export type NodeStore = {
  readonly get: (path: string) => TreeNode | undefined;
  readonly set: (path: string, node: TreeNode | undefined) => void;
};

/** A change of one key: its new entry hash, or undefined if it is removed. */
export type LeafChange = { readonly keyHash: Bytes; readonly entryHash: Bytes | undefined };

/** Told of each change that adds a key to the tree, or takes one from it. */
type OnMoved = (change: LeafChange) => void;

/** A tree as a whole: number of keys, top hash, root; each hash of 32 bytes. */
export type TreeRoot = { readonly count: number; readonly top: Bytes; readonly root: Bytes };

/** A subtree as it was built, or changed from `before` keys. */
export type Subtree = { readonly count: number; readonly hash: Bytes };
type Changed = Subtree & { readonly before: number };

const EMPTY: TreeNode = { kind: "bucket", leaves: new Uint8Array(0) };

const leafCount = (leaves: Bytes): number => leaves.length / LEAF_BYTES;

/** Whether a key hash stands at a position. */
const isAt = (leaves: Bytes, position: number, hash: Bytes): boolean =>
  position < leafCount(leaves) && compareBytes(leafKey(leaves, position), hash) === 0;

/** Leaves and changes, both in order, merged: in place where no key comes or goes. */
const mergeLeaves = (leaves: Bytes, changes: readonly LeafChange[], onMoved: OnMoved): Bytes => {
  let merged = leaves;
  for (const change of changes) {
    const { keyHash, entryHash } = change;
    const position = leafPosition(merged, keyHash);
    const at = position * LEAF_BYTES;
    const isThere = isAt(merged, position, keyHash);
    if (isThere !== (entryHash !== undefined)) onMoved(change);
    if (isThere && entryHash !== undefined) merged.set(entryHash, at + LEAF_BYTES / 2);
    else if (isThere) merged = concatBytes([merged.subarray(0, at), merged.subarray(at + LEAF_BYTES)]);
    else if (entryHash !== undefined)
      merged = concatBytes([merged.subarray(0, at), keyHash, entryHash, merged.subarray(at)]);
  }
  return merged;
};

/** The end of the run of items, from one on, that share its digit at a depth. */
const runEnd = (from: number, count: number, depth: number, keyAt: (position: number) => Bytes): number => {
  const digit = digitAt(keyAt(from), depth);
  let end = from + 1;
  while (end < count && digitAt(keyAt(end), depth) === digit) end++;
  return end;
};

/** Builds the subtree over leaves, which are in order and belong under the path, and stores its nodes. */
export const buildTree = (suite: CryptoSuite, store: NodeStore, path: string, leaves: Bytes): Subtree => {
  const count = leafCount(leaves);
  if (count <= BUCKET_KEYS_MAX) {
    store.set(path, count === 0 ? undefined : { kind: "bucket", leaves });
    return { count, hash: bucketHash(suite, leaves) };
  }
  const depth = path.length;
  if (depth >= PATH_DIGITS) throw new Error("more than 16 keys share one SHA-256 hash");
  const children = emptyChildren(suite);
  const keyAt = (position: number): Bytes => leafKey(leaves, position);
  for (let from = 0, end = 0; from < count; from = end) {
    end = runEnd(from, count, depth, keyAt);
    const digit = digitAt(keyAt(from), depth);
    const part = leaves.slice(from * LEAF_BYTES, end * LEAF_BYTES);
    const built = buildTree(suite, store, childPath(path, digit), part);
    children.set(built.hash, digit * built.hash.length);
  }
  store.set(path, { kind: "inner", count, children });
  return { count, hash: nodeHash(suite, children) };
};

/** Takes the buckets below a path away, and returns their leaves in order. */
const takeBuckets = (store: NodeStore, path: string): Bytes => {
  const leaves: Bytes[] = [];
  for (let digit = 0; digit < BRANCHES; digit++) {
    const node = store.get(childPath(path, digit));
    if (node === undefined) continue;
    if (node.kind !== "bucket") throw new Error(`the node at ${childPath(path, digit)} is no bucket`);
    leaves.push(node.leaves);
    store.set(childPath(path, digit), undefined);
  }
  return concatBytes(leaves);
};

const update = (
  suite: CryptoSuite,
  store: NodeStore,
  path: string,
  changes: readonly LeafChange[],
  onMoved: OnMoved,
): Changed => {
  const node = store.get(path) ?? EMPTY;
  if (node.kind === "bucket") {
    const before = leafCount(node.leaves);
    return { ...buildTree(suite, store, path, mergeLeaves(node.leaves, changes, onMoved)), before };
  }
  const depth = path.length;
  const { children } = node;
  const before = node.count;
  const keyAt = (position: number): Bytes => (changes[position] as LeafChange).keyHash;
  let count = before;
  for (let from = 0, end = 0; from < changes.length; from = end) {
    end = runEnd(from, changes.length, depth, keyAt);
    const digit = digitAt(keyAt(from), depth);
    const part = end - from === changes.length ? changes : changes.slice(from, end);
    const after = update(suite, store, childPath(path, digit), part, onMoved);
    count += after.count - after.before;
    children.set(after.hash, digit * after.hash.length);
  }
  if (count <= BUCKET_KEYS_MAX) return { ...buildTree(suite, store, path, takeBuckets(store, path)), before };
  node.count = count;
  store.set(path, node);
  return { count, hash: nodeHash(suite, children), before };
};

const asRoot = (suite: CryptoSuite, { count, hash }: Pick<Subtree, "count" | "hash">): TreeRoot => ({
  count,
  top: hash,
  root: rootHash(suite, count, hash),
});

/** The tree that a store holds: one hash for its top, one for the root. */
export const treeRoot = (suite: CryptoSuite, store: NodeStore): TreeRoot => {
  const node = store.get("") ?? EMPTY;
  return node.kind === "bucket"
    ? asRoot(suite, { count: leafCount(node.leaves), hash: bucketHash(suite, node.leaves) })
    : asRoot(suite, { count: node.count, hash: nodeHash(suite, node.children) });
};

/**
 * Applies changes, at most one per key in any order, and returns the new tree. Every bucket and node on their paths is
 * read and hashed once. Removing a key that is not there changes nothing.
 */
export const updateTree = (
  suite: CryptoSuite,
  store: NodeStore,
  changes: readonly LeafChange[],
  onMoved: OnMoved = () => undefined,
): TreeRoot => {
  const sorted = [...changes].sort((a, b) => compareBytes(a.keyHash, b.keyHash));
  for (let i = 1; i < sorted.length; i++) {
    if (compareBytes((sorted[i - 1] as LeafChange).keyHash, (sorted[i] as LeafChange).keyHash) === 0)
      throw new RangeError("a key is changed at most once");
  }
  if (sorted.length === 0) return treeRoot(suite, store);
  return asRoot(suite, update(suite, store, "", sorted, onMoved));
};
