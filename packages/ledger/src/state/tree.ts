import { type Bytes, type CryptoSuite, HASH_BYTES } from "@dure/crypto";
import { compareBytes, concatBytes } from "@dure/types";
import { bitAt, bucketHash, LEAF_BYTES, leafKey, nodeHash, rootHash } from "./entry.ts";

/**
 * The state tree (specs/state-tree.md): a binary trie over the bits of key hashes, in which every subtree of at most
 * 16 keys is a bucket. Its shape is a function of the set of keys alone.
 */
export const BUCKET_KEYS_MAX = 16;
const DEPTH_MAX = 8 * HASH_BYTES;

/** A node of the tree: a bucket of leaves in order of key hash, or the hashes of two subtrees of `count` keys. */
export type TreeNode =
  | { readonly kind: "bucket"; readonly leaves: Bytes }
  | { readonly kind: "inner"; readonly count: number; readonly left: Bytes; readonly right: Bytes };

/** Where nodes are kept, by path (text of zeros and ones). There is none where the subtree is empty. */
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

export type Subtree = {
  readonly count: number;
  readonly hash: Bytes;
  /** Its leaves, where it is a bucket. */
  readonly leaves: Bytes | undefined;
};

const EMPTY: TreeNode = { kind: "bucket", leaves: new Uint8Array(0) };

/** Leaves and changes, both in order, merged. */
const mergeLeaves = (leaves: Bytes, changes: readonly LeafChange[], onMoved: OnMoved): Bytes => {
  const parts: Bytes[] = [];
  const count = leaves.length / LEAF_BYTES;
  let position = 0;
  const keepBelow = (hash: Bytes | undefined): void => {
    const from = position;
    while (position < count && (hash === undefined || compareBytes(leafKey(leaves, position), hash) < 0))
      position++;
    if (position > from) parts.push(leaves.subarray(from * LEAF_BYTES, position * LEAF_BYTES));
  };
  for (const change of changes) {
    keepBelow(change.keyHash);
    const isThere = position < count && compareBytes(leafKey(leaves, position), change.keyHash) === 0;
    if (isThere) position++;
    if (isThere !== (change.entryHash !== undefined)) onMoved(change);
    if (change.entryHash !== undefined) parts.push(change.keyHash, change.entryHash);
  }
  keepBelow(undefined);
  return concatBytes(parts);
};

/** How many of the items, which are in order of key hash, go left at a depth. */
const leftCount = (count: number, keyAt: (position: number) => Bytes, depth: number): number => {
  let low = 0;
  for (let high = count; low < high; ) {
    const middle = (low + high) >> 1;
    if (bitAt(keyAt(middle), depth) === 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Builds the subtree over leaves, which are in order and belong under the path, and stores its nodes. */
export const buildTree = (suite: CryptoSuite, store: NodeStore, path: string, leaves: Bytes): Subtree => {
  const count = leaves.length / LEAF_BYTES;
  if (count <= BUCKET_KEYS_MAX) {
    store.set(path, count === 0 ? undefined : { kind: "bucket", leaves });
    return { count, hash: bucketHash(suite, leaves), leaves };
  }
  if (path.length >= DEPTH_MAX) throw new Error("more than 16 keys share one SHA-256 hash");
  const split = leftCount(count, (position) => leafKey(leaves, position), path.length) * LEAF_BYTES;
  const left = buildTree(suite, store, `${path}0`, leaves.subarray(0, split));
  const right = buildTree(suite, store, `${path}1`, leaves.subarray(split));
  store.set(path, { kind: "inner", count, left: left.hash, right: right.hash });
  return { count, hash: nodeHash(suite, left.hash, right.hash), leaves: undefined };
};

/** The leaves of a subtree that is a bucket. */
const bucketAt = (store: NodeStore, path: string): Bytes => {
  const node = store.get(path) ?? EMPTY;
  if (node.kind !== "bucket") throw new Error(`the node at ${path} is no bucket`);
  return node.leaves;
};

const countAt = (store: NodeStore, path: string): number => {
  const node = store.get(path) ?? EMPTY;
  return node.kind === "bucket" ? node.leaves.length / LEAF_BYTES : node.count;
};

const update = (
  suite: CryptoSuite,
  store: NodeStore,
  path: string,
  changes: readonly LeafChange[],
  onMoved: OnMoved,
): Subtree => {
  const node = store.get(path) ?? EMPTY;
  if (node.kind === "bucket")
    return buildTree(suite, store, path, mergeLeaves(node.leaves, changes, onMoved));
  const split = leftCount(
    changes.length,
    (position) => (changes[position] as LeafChange).keyHash,
    path.length,
  );
  const side = (bit: 0 | 1, part: readonly LeafChange[]): { before: number; after: Subtree } | undefined => {
    if (part.length === 0) return undefined;
    const childPath = `${path}${bit}`;
    const before = countAt(store, childPath);
    return { before, after: update(suite, store, childPath, part, onMoved) };
  };
  const left = side(0, changes.slice(0, split));
  const right = side(1, changes.slice(split));
  let count = node.count;
  for (const changed of [left, right])
    if (changed !== undefined) count += changed.after.count - changed.before;
  if (count <= BUCKET_KEYS_MAX) {
    // Both subtrees have shrunk to buckets: together they are one.
    const leaves = concatBytes([
      left?.after.leaves ?? bucketAt(store, `${path}0`),
      right?.after.leaves ?? bucketAt(store, `${path}1`),
    ]);
    store.set(`${path}0`, undefined);
    store.set(`${path}1`, undefined);
    return buildTree(suite, store, path, leaves);
  }
  const leftHash = left?.after.hash ?? node.left;
  const rightHash = right?.after.hash ?? node.right;
  store.set(path, { kind: "inner", count, left: leftHash, right: rightHash });
  return { count, hash: nodeHash(suite, leftHash, rightHash), leaves: undefined };
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
    ? asRoot(suite, { count: node.leaves.length / LEAF_BYTES, hash: bucketHash(suite, node.leaves) })
    : asRoot(suite, { count: node.count, hash: nodeHash(suite, node.left, node.right) });
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
