import { type Bytes, type CryptoSuite, HASH_BYTES, taggedHash } from "@dure/crypto";
import { type Hash, hashOf, toHash } from "./hash.ts";
import { fromHex } from "./hex.ts";
import { TAG } from "./tags.ts";
import { Writer } from "./writer.ts";

/**
 * A binary Merkle tree after RFC 6962's shape (the left subtree of n leaves has the greatest power of two below n),
 * with leaves, inner nodes and the root tagged apart and the count bound into the root.
 */

const leafHash = (suite: CryptoSuite, leaf: Bytes): Bytes => taggedHash(suite, TAG.merkleLeaf, leaf);
const nodeHash = (suite: CryptoSuite, left: Bytes, right: Bytes): Bytes =>
  taggedHash(suite, TAG.merkleNode, left, right);

const rootHash = (suite: CryptoSuite, count: number, top: Bytes): Hash =>
  hashOf(suite, TAG.merkleRoot, new Writer().u32(count).finish(), top);

/** Pairs neighbours level by level; a last odd node rises. This gives RFC 6962's shape without recursion. */
const nextLevel = (suite: CryptoSuite, level: readonly Bytes[]): Bytes[] => {
  const next: Bytes[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const right = level[i + 1];
    next.push(right === undefined ? (level[i] as Bytes) : nodeHash(suite, level[i] as Bytes, right));
  }
  return next;
};

/** The root over leaves in order. No leaves: the root of count 0 over nothing. */
export const merkleRoot = (suite: CryptoSuite, leaves: readonly Bytes[]): Hash => {
  let level = leaves.map((leaf) => leafHash(suite, leaf));
  while (level.length > 1) level = nextLevel(suite, level);
  return rootHash(suite, leaves.length, level[0] ?? new Uint8Array(0));
};

/** A path from a leaf to the root: `index` of `count` leaves, and the siblings from the bottom up. */
export type MerklePath = {
  readonly index: number;
  readonly count: number;
  readonly siblings: readonly Hash[];
};

/** The path of the leaf at `index`. Throws RangeError if there is no such leaf. */
export const merklePath = (suite: CryptoSuite, leaves: readonly Bytes[], index: number): MerklePath => {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length)
    throw new RangeError(`no leaf ${index}`);
  const siblings: Hash[] = [];
  let level = leaves.map((leaf) => leafHash(suite, leaf));
  for (let at = index; level.length > 1; at >>= 1) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) siblings.push(toHash(sibling));
    level = nextLevel(suite, level);
  }
  return { index, count: leaves.length, siblings };
};

/**
 * The root that a leaf and its path lead to, or undefined if the path's shape is not that of its index and count, or
 * a sibling is no hash. Never throws: paths come from strangers.
 */
export const rootOfPath = (suite: CryptoSuite, leaf: Bytes, path: MerklePath): Hash | undefined => {
  const { index, count, siblings } = path;
  if (
    !Number.isSafeInteger(count) ||
    count > 0xffffffff ||
    !Number.isInteger(index) ||
    index < 0 ||
    index >= count
  )
    return undefined;
  let hash = leafHash(suite, leaf);
  let used = 0;
  for (let at = index, width = count; width > 1; at = Math.floor(at / 2), width = Math.ceil(width / 2)) {
    if (at % 2 === 0 && at + 1 === width) continue;
    const sibling = fromHex(siblings[used++] ?? "", HASH_BYTES);
    if (sibling === undefined) return undefined;
    hash = at % 2 === 0 ? nodeHash(suite, hash, sibling) : nodeHash(suite, sibling, hash);
  }
  return used === siblings.length ? rootHash(suite, count, hash) : undefined;
};
