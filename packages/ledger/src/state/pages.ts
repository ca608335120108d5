import { type Bytes, HASH_BYTES } from "@dure/crypto";
import { type Decoded, decode, type Reader, Writer } from "@dure/types";
import { LEAF_BYTES } from "./entry.ts";
import { byteKey, type Changes, type KeyValue } from "./key-value.ts";
import { BUCKET_KEYS_MAX, type NodeStore, type TreeNode } from "./tree.ts";

/** Levels of inner nodes that are stored as one record: fewer, larger records cost less than many small ones. */
const PAGE_LEVELS = 4;
/** Pages kept in memory, of at most 15 nodes each. */
const PAGES_MAX = 8192;
/** Buckets kept in memory, of at most 1 KiB each. */
const BUCKETS_MAX = 16_384;

const KIND = { page: 1, bucket: 2 } as const;
const PREFIX = { page: "p", bucket: "b" } as const;

type Inner = Extract<TreeNode, { readonly kind: "inner" }>;
type Page = Map<string, Inner>;

/** A path as bytes: its length, then its bits, the last byte filled up with zeros. */
const pathBytes = (path: string): Bytes => {
  const bytes = new Uint8Array(1 + Math.ceil(path.length / 8));
  bytes[0] = path.length;
  for (let i = 0; i < path.length; i++)
    if (path[i] === "1") bytes[1 + (i >> 3)] = (bytes[1 + (i >> 3)] as number) | (0x80 >> (i & 7));
  return bytes;
};

/** Bytes of a page: each inner node after its path within the page, with its count and the hashes of its subtrees. */
export const encodePage = (page: ReadonlyMap<string, Inner>): Bytes => {
  const writer = new Writer().u8(KIND.page).u8(page.size);
  for (const [path, { count, left, right }] of page)
    writer.text(path).u64(count).fixed(left, HASH_BYTES).fixed(right, HASH_BYTES);
  return writer.finish();
};

const readInner = (reader: Reader): [string, Inner] => {
  const path = reader.text();
  if (!/^[01]*$/.test(path) || path.length >= PAGE_LEVELS) reader.fail("a path is malformed");
  return [
    path,
    {
      kind: "inner",
      count: reader.u64(),
      left: reader.fixed(HASH_BYTES).slice(),
      right: reader.fixed(HASH_BYTES).slice(),
    },
  ];
};

/** Reads a page strictly. */
export const decodePage = (bytes: Bytes): Decoded<Page> =>
  decode(bytes, (reader) => {
    reader.expect(KIND.page, "the record's kind");
    const page: Page = new Map();
    for (let left = reader.u8(); left > 0; left--) {
      const [path, inner] = readInner(reader);
      if (page.has(path)) reader.fail("a node stands twice");
      page.set(path, inner);
    }
    return page;
  });

/** Reads a bucket's record strictly: its kind, then its leaves. */
export const decodeBucket = (bytes: Bytes): Decoded<Bytes> =>
  decode(bytes, (reader) => {
    reader.expect(KIND.bucket, "the record's kind");
    const leaves = reader.fixed(reader.remaining);
    const count = leaves.length / LEAF_BYTES;
    if (!Number.isInteger(count) || count < 1 || count > BUCKET_KEYS_MAX)
      reader.fail("a bucket is malformed");
    return leaves;
  });

/** The tree's nodes over a key-value store: inner nodes in pages of four levels, buckets one by one. */
export type PageStore = NodeStore & {
  /** Adds what was set since the last call to a batch. */
  readonly flush: (changes: Changes) => void;
};

/** Forgets the entries that came first, down to a size. */
const trim = (map: Map<string, unknown>, max: number): void => {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
};

export const createPageStore = (keyValue: Pick<KeyValue, "get" | "condemn">): PageStore => {
  const orDamaged = <T>(decoded: Decoded<T>): T => {
    if (decoded.ok) return decoded.value;
    throw keyValue.condemn(decoded.message);
  };
  const pages = new Map<string, Page>();
  const dirtyPages = new Set<string>();
  /** Buckets by path, as they are now; undefined where there is none. */
  const buckets = new Map<string, Bytes | undefined>();
  const dirtyBuckets = new Set<string>();

  const pageOf = (path: string): { page: Page; base: string; within: string } => {
    const length = path.length - (path.length % PAGE_LEVELS);
    const base = path.slice(0, length);
    let page = pages.get(base);
    if (page === undefined) {
      const bytes = keyValue.get(byteKey(PREFIX.page, pathBytes(base)));
      page = bytes === undefined ? new Map() : orDamaged(decodePage(bytes));
    } else pages.delete(base);
    // Set anew, so that the Map's order is that of use.
    pages.set(base, page);
    return { page, base, within: path.slice(length) };
  };

  const bucketAt = (path: string): Bytes | undefined => {
    const held = buckets.get(path);
    if (held !== undefined || buckets.has(path)) return held;
    const bytes = keyValue.get(byteKey(PREFIX.bucket, pathBytes(path)));
    const leaves = bytes === undefined ? undefined : orDamaged(decodeBucket(bytes));
    buckets.set(path, leaves);
    return leaves;
  };

  return {
    get: (path) => {
      const { page, within } = pageOf(path);
      const inner = page.get(within);
      if (inner !== undefined) return inner;
      const leaves = bucketAt(path);
      return leaves === undefined ? undefined : { kind: "bucket", leaves };
    },
    set: (path, node) => {
      const { page, base, within } = pageOf(path);
      const before = page.get(within);
      if (node?.kind === "inner") page.set(within, node);
      else page.delete(within);
      if (before !== undefined || node?.kind === "inner") dirtyPages.add(base);
      // Where an inner node stood there is no bucket to remove.
      if (before !== undefined && node?.kind !== "bucket") return;
      buckets.set(path, node?.kind === "bucket" ? node.leaves : undefined);
      dirtyBuckets.add(path);
    },
    flush: (changes) => {
      for (const base of dirtyPages) {
        const page = pages.get(base) as Page;
        const key = byteKey(PREFIX.page, pathBytes(base));
        changes.set(key, page.size === 0 ? undefined : encodePage(page));
      }
      for (const path of dirtyBuckets) {
        const leaves = buckets.get(path);
        const record = leaves === undefined ? undefined : Buffer.concat([Uint8Array.of(KIND.bucket), leaves]);
        changes.set(byteKey(PREFIX.bucket, pathBytes(path)), record);
      }
      dirtyPages.clear();
      dirtyBuckets.clear();
      trim(pages, PAGES_MAX);
      trim(buckets, BUCKETS_MAX);
    },
  };
};
