import { type Bytes, type CryptoSuite, HASH_BYTES } from "@dure/crypto";
import {
  compareBytes,
  concatBytes,
  type Decoded,
  decode,
  equalBytes,
  type Hash,
  type Reader,
  toHash,
  Writer,
} from "@dure/types";
import {
  BRANCHES,
  bucketHash,
  childHash,
  digitAt,
  emptyChildren,
  emptyHash,
  entryHash,
  keyHash,
  LEAF_BYTES,
  leafKey,
  leafPosition,
  nodeHash,
  PATH_DIGITS,
  pathOf,
  rootHash,
  type Version,
} from "./entry.ts";
import type { Held } from "./held.ts";
import { BUCKET_KEYS_MAX, type NodeStore } from "./tree.ts";

const VERSION = 2;
const VALUE_BYTES_MAX = 0xffffffff;

/** The subtrees of an inner node beside the one on the path: which of them have keys, and their hashes. */
export type Level = { readonly digits: number; readonly hashes: readonly Bytes[] };

/** Why a key has a value, or none, under a state root. */
export type StateProof = {
  /** Number of keys in the tree. */
  readonly count: number;
  /** Of each inner node on the key's path, from the top down, the hashes of its subtrees that have keys, but for the key's own. */
  readonly levels: readonly Level[];
  /** The bucket's leaves, in order, without the key's own. */
  readonly others: Bytes;
  readonly held: Held | undefined;
};

/** What a proof shows. */
export type StateVerdict =
  | { readonly kind: "present"; readonly value: Bytes; readonly version: Version }
  | { readonly kind: "absent" }
  | { readonly kind: "invalid"; readonly message: string };

/** Canonical bytes of a proof. */
export const encodeStateProof = (proof: StateProof): Bytes => {
  const writer = new Writer().u8(VERSION).u64(proof.count).u8(proof.levels.length);
  for (const { digits, hashes } of proof.levels) {
    writer.u16(digits);
    for (const hash of hashes) writer.fixed(hash, HASH_BYTES);
  }
  writer.u8(proof.others.length / LEAF_BYTES).fixed(proof.others, proof.others.length);
  writer.flag(proof.held !== undefined);
  if (proof.held !== undefined)
    writer.u64(proof.held.version.height).u32(proof.held.version.index).bytes(proof.held.value);
  return writer.finish();
};

const isSet = (digits: number, digit: number): boolean => (digits & (0x8000 >> digit)) !== 0;

const readLevel = (reader: Reader): Level => {
  const digits = reader.u16();
  const hashes: Bytes[] = [];
  for (let digit = 0; digit < BRANCHES; digit++)
    if (isSet(digits, digit)) hashes.push(reader.fixed(HASH_BYTES));
  return { digits, hashes };
};

const readProof = (reader: Reader): StateProof => {
  reader.expect(VERSION, "the proof's version");
  const count = reader.u64();
  const depth = reader.u8();
  if (depth > PATH_DIGITS) reader.fail(`a path of ${depth} is too long`);
  const levels = Array.from({ length: depth }, () => readLevel(reader));
  const otherCount = reader.u8();
  if (otherCount > BUCKET_KEYS_MAX) reader.fail(`a bucket of ${otherCount} is above ${BUCKET_KEYS_MAX}`);
  const others = reader.fixed(otherCount * LEAF_BYTES);
  if (!reader.flag()) return { count, levels, others, held: undefined };
  const version = { height: reader.u64(), index: reader.u32() };
  return { count, levels, others, held: { version, value: reader.bytes(VALUE_BYTES_MAX) } };
};

/** Reads a proof strictly; what it shows is for `verifyStateProof`. */
export const decodeStateProof = (bytes: Bytes): Decoded<StateProof> => decode(bytes, readProof);

const levelBeside = (suite: CryptoSuite, children: Bytes, own: number): Level => {
  const empty = emptyHash(suite);
  const hashes: Bytes[] = [];
  let digits = 0;
  for (let digit = 0; digit < BRANCHES; digit++) {
    const hash = childHash(children, digit);
    if (digit === own || equalBytes(hash, empty)) continue;
    digits |= 0x8000 >> digit;
    hashes.push(hash);
  }
  return { digits, hashes };
};

/** The proof of a key in a tree, present or absent. `held` is what stands under the key. */
export const proveKey = (
  suite: CryptoSuite,
  store: NodeStore,
  key: Bytes,
  count: number,
  held: Held | undefined,
): StateProof => {
  const hash = keyHash(suite, key);
  const levels: Level[] = [];
  let node = store.get("");
  while (node?.kind === "inner") {
    levels.push(levelBeside(suite, node.children, digitAt(hash, levels.length)));
    node = store.get(pathOf(hash, levels.length));
  }
  const leaves = node?.leaves ?? new Uint8Array(0);
  if (held === undefined) return { count, levels, others: leaves, held };
  const at = leafPosition(leaves, hash) * LEAF_BYTES;
  const others = concatBytes([leaves.subarray(0, at), leaves.subarray(at + LEAF_BYTES)]);
  return { count, levels, others, held };
};

/** The hashes of an inner node's subtrees, with the one on the path in its place. */
const childrenOf = (suite: CryptoSuite, { digits, hashes }: Level, own: number, hash: Bytes): Bytes => {
  const children = emptyChildren(suite);
  let next = 0;
  for (let digit = 0; digit < BRANCHES; digit++)
    if (isSet(digits, digit)) children.set(hashes[next++] as Bytes, digit * HASH_BYTES);
  children.set(hash, own * HASH_BYTES);
  return children;
};

/** What is wrong with the shape of a proof for a key hash; undefined if nothing is. */
const shapeFault = (suite: CryptoSuite, proof: StateProof, hash: Bytes): string | undefined => {
  const { count, levels, others, held } = proof;
  const depth = levels.length;
  const otherCount = others.length / LEAF_BYTES;
  const bucketCount = otherCount + (held === undefined ? 0 : 1);
  if (bucketCount > BUCKET_KEYS_MAX) return "the bucket holds more than 16 keys";
  if (depth === 0 ? count !== bucketCount : count <= BUCKET_KEYS_MAX)
    return "the count does not fit the path";
  for (const [at, { digits, hashes }] of levels.entries()) {
    if (isSet(digits, digitAt(hash, at))) return "a level holds the subtree of the path";
    if (hashes.some((sibling) => equalBytes(sibling, emptyHash(suite))))
      return "a subtree without keys is marked";
  }
  for (let position = 0; position < otherCount; position++) {
    const other = leafKey(others, position);
    if (compareBytes(other, hash) === 0) return "the bucket holds the key beside its own leaf";
    if (position > 0 && compareBytes(leafKey(others, position - 1), other) >= 0)
      return "the bucket is out of order";
    if (pathOf(other, depth) !== pathOf(hash, depth)) return "the bucket holds a key of another path";
  }
  return undefined;
};

/**
 * What a proof's bytes show of a key under a state root: the value and version that stand there, that nothing does,
 * or that the proof is invalid. Never throws on any bytes. The root is for the caller to trust, by an execution
 * certificate.
 */
export const verifyStateProof = (suite: CryptoSuite, root: Hash, key: Bytes, bytes: Bytes): StateVerdict => {
  const decoded = decodeStateProof(bytes);
  if (!decoded.ok) return { kind: "invalid", message: decoded.message };
  const { count, levels, others, held } = decoded.value;
  const hash = keyHash(suite, key);
  const fault = shapeFault(suite, decoded.value, hash);
  if (fault !== undefined) return { kind: "invalid", message: fault };
  const at = leafPosition(others, hash) * LEAF_BYTES;
  const own = held === undefined ? [] : [hash, entryHash(suite, key, held.version, held.value)];
  let top = bucketHash(suite, concatBytes([others.subarray(0, at), ...own, others.subarray(at)]));
  for (let depth = levels.length - 1; depth >= 0; depth--)
    top = nodeHash(suite, childrenOf(suite, levels[depth] as Level, digitAt(hash, depth), top));
  if (toHash(rootHash(suite, count, top)) !== root)
    return { kind: "invalid", message: "the proof leads to another root" };
  return held === undefined
    ? { kind: "absent" }
    : { kind: "present", value: held.value, version: held.version };
};
