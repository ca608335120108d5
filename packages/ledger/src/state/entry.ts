import { type Bytes, type CryptoSuite, HASH_BYTES, taggedHash } from "@dure/crypto";
import { compareBytes, TAG, Writer } from "@dure/types";

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

/** The hash of an inner node: tagged, over its two subtrees' hashes. */
export const nodeHash = (suite: CryptoSuite, left: Bytes, right: Bytes): Bytes =>
  taggedHash(suite, TAG.stateNode, left, right);

/** The root: tagged, over the number of keys and the top hash. */
export const rootHash = (suite: CryptoSuite, count: number, top: Bytes): Bytes =>
  taggedHash(suite, TAG.stateRoot, new Writer().u64(count).finish(), top);

/** The bit of a key hash that decides at a depth: 0 goes left. */
export const bitAt = (hash: Bytes, depth: number): 0 | 1 =>
  (((hash[depth >> 3] as number) >> (7 - (depth & 7))) & 1) as 0 | 1;

/** The first bits of a key hash as text of zeros and ones: the place of a node. */
export const pathOf = (hash: Bytes, depth: number): string => {
  let path = "";
  for (let at = 0; at < depth; at++) path += bitAt(hash, at);
  return path;
};

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
