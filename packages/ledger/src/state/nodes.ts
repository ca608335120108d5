import { type Bytes, type CryptoSuite, HASH_BYTES } from "@dure/crypto";
import { type Decoded, decode, equalBytes, type Reader, Writer } from "@dure/types";
import { BRANCHES, childHash, emptyChildren, emptyHash, LEAF_BYTES } from "./entry.ts";
import { byteKey, type Changes, type KeyValue } from "./key-value.ts";
import { BUCKET_KEYS_MAX, type NodeStore, type TreeNode } from "./tree.ts";

/** Nodes kept in memory once they are written, of at most 1 KiB each: between so many and twice as many. */
const KEPT = 24_576;

const KIND = { inner: 1, bucket: 2 } as const;
const NODE_PREFIX = "t";

/**
 * Bytes of a node: of an inner one its count, which of its subtrees have keys, sixteen bits from digit 0 down, and their
 * hashes; of a bucket its leaves.
 */
export const encodeNode = (suite: CryptoSuite, node: TreeNode): Bytes => {
  if (node.kind === "bucket")
    return new Writer().u8(KIND.bucket).fixed(node.leaves, node.leaves.length).finish();
  const empty = emptyHash(suite);
  const held: Bytes[] = [];
  let digits = 0;
  for (let digit = 0; digit < BRANCHES; digit++) {
    const hash = childHash(node.children, digit);
    if (equalBytes(hash, empty)) continue;
    digits |= 0x8000 >> digit;
    held.push(hash);
  }
  const writer = new Writer().u8(KIND.inner).u64(node.count).u16(digits);
  for (const hash of held) writer.fixed(hash, HASH_BYTES);
  return writer.finish();
};

const readInner = (suite: CryptoSuite, reader: Reader): TreeNode => {
  const count = reader.u64();
  const digits = reader.u16();
  if (count <= BUCKET_KEYS_MAX) reader.fail("an inner node has more than 16 keys");
  const children = emptyChildren(suite);
  for (let digit = 0; digit < BRANCHES; digit++) {
    if ((digits & (0x8000 >> digit)) === 0) continue;
    const hash = reader.fixed(HASH_BYTES);
    if (equalBytes(hash, emptyHash(suite))) reader.fail("a subtree without keys is marked");
    children.set(hash, digit * HASH_BYTES);
  }
  return { kind: "inner", count, children };
};

const readBucket = (reader: Reader): TreeNode => {
  const count = reader.remaining / LEAF_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > BUCKET_KEYS_MAX) reader.fail("a bucket is malformed");
  // A copy: the bytes may be on their way to the disk still, and a node is written to in place.
  return { kind: "bucket", leaves: reader.fixed(reader.remaining).slice() };
};

/** Reads a node strictly. */
export const decodeNode = (suite: CryptoSuite, bytes: Bytes): Decoded<TreeNode> =>
  decode(bytes, (reader) => {
    const kind = reader.u8();
    if (kind === KIND.inner) return readInner(suite, reader);
    return kind === KIND.bucket ? readBucket(reader) : reader.fail(`no node of kind ${kind}`);
  });

/** The tree's nodes over a key-value store. */
export type StoredNodes = NodeStore & {
  /** Adds what was set since the last call to a batch, and forgets what was not used for long. */
  readonly flush: (changes: Changes) => void;
};

/** Nodes over a store: one record for each, under its path. */
export const createStoredNodes = (
  suite: CryptoSuite,
  keyValue: Pick<KeyValue, "get" | "condemn">,
): StoredNodes => {
  const changed = new Map<string, TreeNode | undefined>();
  /** What was read or written last, and what was before: a node that is used again moves up. */
  let young = new Map<string, TreeNode | undefined>();
  let old = new Map<string, TreeNode | undefined>();

  const read = (path: string): TreeNode | undefined => {
    const bytes = keyValue.get(byteKey(NODE_PREFIX) + path);
    if (bytes === undefined) return undefined;
    const decoded = decodeNode(suite, bytes);
    if (decoded.ok) return decoded.value;
    throw keyValue.condemn(decoded.message);
  };

  return {
    get: (path) => {
      const set = changed.get(path);
      if (set !== undefined || changed.has(path)) return set;
      const kept = young.get(path);
      if (kept !== undefined || young.has(path)) return kept;
      const found = old.has(path) ? old.get(path) : read(path);
      young.set(path, found);
      return found;
    },
    set: (path, node) => {
      changed.set(path, node);
    },
    flush: (changes) => {
      for (const [path, node] of changed) {
        changes.set(byteKey(NODE_PREFIX) + path, node && encodeNode(suite, node));
        young.set(path, node);
      }
      changed.clear();
      if (young.size <= KEPT) return;
      old = young;
      young = new Map();
    },
  };
};
