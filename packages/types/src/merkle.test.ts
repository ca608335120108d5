import { strict as assert } from "node:assert";
import { test } from "node:test";
import { suite } from "./codecs.fixture.test.ts";
import { type Hash, merklePath, merkleRoot, rootOfPath } from "./index.ts";

const leavesOf = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => Uint8Array.from([at, at >> 8, 9]));
const flip = (hash: Hash): Hash => ((hash[0] === "0" ? "1" : "0") + hash.slice(1)) as Hash;

test("every leaf of every tree up to 70 leaves has a path to the root", () => {
  for (let count = 1; count <= 70; count++) {
    const leaves = leavesOf(count);
    const root = merkleRoot(suite, leaves);
    for (const [index, leaf] of leaves.entries()) {
      assert.equal(rootOfPath(suite, leaf, merklePath(suite, leaves, index)), root);
    }
  }
});

test("no change of leaf, index, count or sibling leads to the root", () => {
  for (let count = 1; count <= 70; count++) {
    const leaves = leavesOf(count);
    const root = merkleRoot(suite, leaves);
    leaves.forEach((leaf, index) => {
      const path = merklePath(suite, leaves, index);
      const forged = [
        rootOfPath(suite, Uint8Array.from([...leaf, 0]), path),
        ...Array.from({ length: count + 2 }, (_, at) =>
          at === index ? undefined : rootOfPath(suite, leaf, { ...path, index: at }),
        ),
        rootOfPath(suite, leaf, { ...path, count: count + 1 }),
        rootOfPath(suite, leaf, { ...path, count: count - 1 }),
        rootOfPath(suite, leaf, { ...path, siblings: [...path.siblings, root] }),
        ...path.siblings.map((_, at) =>
          rootOfPath(suite, leaf, {
            ...path,
            siblings: path.siblings.with(at, flip(path.siblings[at] as Hash)),
          }),
        ),
        ...(path.siblings.length > 0
          ? [rootOfPath(suite, leaf, { ...path, siblings: path.siblings.slice(1) })]
          : []),
      ];
      for (const candidate of forged) assert.notEqual(candidate, root);
    });
  }
});

test("the count is bound, and no leaf passes for an inner node", () => {
  const roots = Array.from({ length: 20 }, (_, count) => merkleRoot(suite, leavesOf(count)));
  assert.equal(new Set(roots).size, roots.length);
  assert.notEqual(
    merkleRoot(suite, [new Uint8Array(64)]),
    merkleRoot(suite, [new Uint8Array(32), new Uint8Array(32)]),
  );
});

test("a path of another shape, or with a sibling that is no hash, leads nowhere and throws nothing", () => {
  const leaves = leavesOf(5);
  const path = merklePath(suite, leaves, 1);
  const leaf = leaves[1] as Uint8Array;
  const shapes = [
    { ...path, index: 5 },
    { ...path, index: -1 },
    { ...path, index: 0.5 },
    { ...path, index: Number.NaN },
    { ...path, count: 0 },
    { ...path, count: 2 ** 32 },
    { ...path, count: Number.POSITIVE_INFINITY },
    { ...path, siblings: [] },
    ...["", "zz", "00", "AB".repeat(32), "0".repeat(63)].map((bad) => ({
      ...path,
      siblings: path.siblings.with(0, bad as Hash),
    })),
  ];
  for (const shape of shapes) assert.equal(rootOfPath(suite, leaf, shape), undefined);
  for (const index of [-1, 5, 0.5]) assert.throws(() => merklePath(suite, leaves, index), RangeError);
});
