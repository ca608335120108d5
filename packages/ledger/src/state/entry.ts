import { type Bytes, type CryptoSuite, HASH_BYTES, taggedHash } from "@dure/crypto";
import { compareBytes, TAG, toHex, Writer } from "@dure/types";

/** When a value was written: the height and the position in its block of the transaction that wrote it. */
export type Version = { readonly height: number; readonly index: number };

/** What the tree keeps of a key: SHA-256 of the key, and the hash of its entry; 64 bytes side by side. */
export const LEAF_BYTES = 2 * HASH_BYTES;

/**
 * SHA-256 of the raw key: where it stands in the tree. It is a path, no statement: the entry's hash covers the key
 * itself under a tag.
 */
export const keyHash = (suite: CryptoSuite, key: Bytes): Bytes => suite.hash(key);

/** The hash of an entry: tagged, over key, version and value. */
export const entryHash = (suite: CryptoSuite, key: Bytes, version: Version, value: Bytes): Bytes =>
  new Writer()
    .bytes(key)
    .u64(version.height)
    .u32(version.index)
    .bytes(value)
    .take((bytes) => taggedHash(suite, TAG.stateEntry, bytes));

/** The hash of a bucket: tagged, over its leaves in order of key hash. */
export const bucketHash = (suite: CryptoSuite, leaves: Bytes): Bytes =>
  taggedHash(suite, TAG.stateBucket, leaves);

/** How many subtrees an inner node has: one for each hex digit. */
export const BRANCHES = 16;
const CHILDREN_BYTES = BRANCHES * HASH_BYTES;

/** The hash of an inner node: tagged, over the hashes of its sixteen subtrees, 512 bytes. */
export const nodeHash = (suite: CryptoSuite, children: Bytes): Bytes =>
  taggedHash(suite, TAG.stateNode, children);

const emptyHashes = new WeakMap<CryptoSuite, Bytes>();

/** The hash of a subtree of no keys: of a bucket without leaves. */
export const emptyHash = (suite: CryptoSuite): Bytes => {
  const known = emptyHashes.get(suite) ?? bucketHash(suite, new Uint8Array(0));
  emptyHashes.set(suite, known);
  return known;
};

/** The hashes of sixteen subtrees of no keys, side by side. */
export const emptyChildren = (suite: CryptoSuite): Bytes => {
  const children = new Uint8Array(CHILDREN_BYTES);
  for (let digit = 0; digit < BRANCHES; digit++) children.set(emptyHash(suite), digit * HASH_BYTES);
  return children;
};

/** The hash of one of an inner node's subtrees: a view. */
export const childHash = (children: Bytes, digit: number): Bytes =>
  children.subarray(digit * HASH_BYTES, (digit + 1) * HASH_BYTES);

/** The root: tagged, over the number of keys and the top hash. */
export const rootHash = (suite: CryptoSuite, count: number, top: Bytes): Bytes =>
  taggedHash(suite, TAG.stateRoot, new Writer().u64(count).finish(), top);

/** Hex digits of a key hash: how deep the tree can be. */
export const PATH_DIGITS = 2 * HASH_BYTES;

/** The hex digit of a key hash that decides at a depth, as a number. */
export const digitAt = (hash: Bytes, depth: number): number => {
  const byte = hash[depth >> 1] as number;
  return depth % 2 === 0 ? byte >> 4 : byte & 15;
};

/** The first hex digits of a key hash: the place of a node. */
export const pathOf = (hash: Bytes, depth: number): string => toHex(hash).slice(0, depth);

/** The path of a node's subtree. */
export const childPath = (path: string, digit: number): string => path + digit.toString(BRANCHES);

/** The key hash of the leaf at a position of a bucket: a view. */
export const leafKey = (leaves: Bytes, position: number): Bytes =>
  leaves.subarray(position * LEAF_BYTES, position * LEAF_BYTES + HASH_BYTES);

/** Position of the first leaf whose key hash is not below the one given. */
export const leafPosition = (leaves: Bytes, hash: Bytes): number => {
  const count = leaves.length / LEAF_BYTES;
  let position = 0;
  while (position < count && compareBytes(leafKey(leaves, position), hash) < 0) position++;
  return position;
};
