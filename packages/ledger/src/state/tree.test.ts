import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "@dure/crypto";
import { TAG, toHex, Writer } from "@dure/types";
import fc from "fast-check";
import { suite } from "../fixture.test.ts";
import { entryHash, keyHash } from "./entry.ts";
import { type LeafChange, type NodeStore, type TreeNode, treeRoot, updateTree } from "./tree.ts";

type Leaf = { readonly key: string; readonly entry: Bytes };

/** The tree by its definition alone, over all leaves at once: hex digits of the key hash as text, no store, no changes. */
const naiveTop = (leaves: readonly Leaf[], depth: number): Bytes => {
  if (leaves.length <= 16) {
    const sorted = [...leaves].sort((a, b) => (a.key < b.key ? -1 : 1));
    return suite.hash(
      TAG.stateBucket,
      ...sorted.flatMap(({ key, entry }) => [Buffer.from(key, "hex"), entry]),
    );
  }
  const children = [..."0123456789abcdef"].map((digit) =>
    naiveTop(
      leaves.filter(({ key }) => key[depth] === digit),
      depth + 1,
    ),
  );
  return suite.hash(TAG.stateNode, ...children);
};

const naiveRoot = (leaves: readonly Leaf[]): string =>
  toHex(suite.hash(TAG.stateRoot, new Writer().u64(leaves.length).finish(), naiveTop(leaves, 0)));

const mapStore = () => {
  const nodes = new Map<string, TreeNode>();
  let sets = 0;
  const store: NodeStore = {
    get: (path) => nodes.get(path),
    set: (path, node) => {
      sets++;
      if (node === undefined) nodes.delete(path);
      else nodes.set(path, node);
    },
  };
  return { store, nodes, sets: () => sets };
};

const keyOf = (n: number): Bytes => keyHash(suite, Uint8Array.of(n >> 8, n & 255));
const entryOf = (n: number, version: number): Bytes =>
  entryHash(suite, Uint8Array.of(n), { height: version, index: 0 }, Uint8Array.of(version & 255));

const shapeOf = (nodes: ReadonlyMap<string, TreeNode>) =>
  [...nodes].map(([path, node]) => `${path} ${node.kind}`).sort();

test("the tree after any blocks of changes is the tree of what is left", () => {
  const change = fc.record({ n: fc.nat(120), keep: fc.boolean() });
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 80 }), { maxLength: 8 }), (blocks) => {
      const { store, nodes } = mapStore();
      const held = new Map<number, Bytes>();
      for (const [height, block] of blocks.entries()) {
        const changes = new Map<number, LeafChange>();
        for (const { n, keep } of block) {
          const entry = keep ? entryOf(n, height) : undefined;
          changes.set(n, { keyHash: keyOf(n), entryHash: entry });
          if (entry === undefined) held.delete(n);
          else held.set(n, entry);
        }
        const updated = updateTree(suite, store, [...changes.values()]);
        const leaves = [...held].map(([n, entry]) => ({ key: toHex(keyOf(n)), entry }));
        assert.equal(toHex(updated.root), naiveRoot(leaves));
        assert.equal(updated.count, held.size);
        assert.deepEqual(treeRoot(suite, store), updated);
        const fresh = mapStore();
        updateTree(
          suite,
          fresh.store,
          [...held].map(([n, entryHash]) => ({ keyHash: keyOf(n), entryHash })),
        );
        assert.deepEqual(shapeOf(nodes), shapeOf(fresh.nodes));
      }
    }),
    { numRuns: 300 },
  );
});

test("many keys, and then none, lead to the naive root and to the empty tree", () => {
  const { store, nodes } = mapStore();
  const all = Array.from({ length: 5000 }, (_, n) => n);
  const empty = toHex(treeRoot(suite, store).root);
  const full = updateTree(
    suite,
    store,
    all.map((n) => ({ keyHash: keyOf(n), entryHash: entryOf(n, 1) })),
  );
  assert.equal(toHex(full.root), naiveRoot(all.map((n) => ({ key: toHex(keyOf(n)), entry: entryOf(n, 1) }))));
  const none = updateTree(
    suite,
    store,
    all.map((n) => ({ keyHash: keyOf(n), entryHash: undefined })),
  );
  assert.equal(toHex(none.root), empty);
  assert.equal(nodes.size, 0);
});

test("a block stores each bucket and node on its paths once", () => {
  const { store, nodes, sets } = mapStore();
  const put = (from: number, to: number, version: number) =>
    updateTree(
      suite,
      store,
      Array.from({ length: to - from }, (_, i) => ({
        keyHash: keyOf(from + i),
        entryHash: entryOf(from + i, version),
      })),
    );
  put(0, 5000, 1);
  const before = sets();
  put(0, 5000, 2);
  assert(sets() - before <= nodes.size + 1);
  const one = sets();
  put(7, 8, 3);
  assert(sets() - one <= 16);
});

test("a key that is changed twice in one update is refused", () => {
  const { store } = mapStore();
  const change = { keyHash: keyOf(1), entryHash: entryOf(1, 1) };
  assert.throws(() => updateTree(suite, store, [change, change]), RangeError);
});
