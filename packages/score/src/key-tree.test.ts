import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Range } from "./collection.ts";
import { type CountedState, countedState } from "./fixture.ts";
import { type KeyTree, keyTree } from "./key-tree.ts";

type Node = string[] | { keys: string[]; nodes: number[] };
type Head = { size: number; next: number; root: number };

const WEIGHT_MAX = 1640;

const weightOf = (node: Node): number =>
  (Array.isArray(node) ? node : node.keys).reduce((sum, key) => sum + key.length + 3, 0) +
  (Array.isArray(node) ? 0 : node.nodes.length * 6);

/** Checks all that the tree promises of itself, and returns its depth and how many nodes it has. */
const audit = ({ texts }: CountedState, prefix: string): { depth: number; nodes: number; keys: string[] } => {
  const headText = texts.get(prefix);
  if (headText === undefined) {
    assert.equal(texts.size, 0, "an empty tree leaves nothing behind");
    return { depth: 0, nodes: 0, keys: [] };
  }
  const head: Head = JSON.parse(headText);
  const keys: string[] = [];
  const seen = new Set<number>();
  const depths = new Set<number>();
  const visit = (id: number, low: string, high: string | undefined, depth: number): number => {
    assert.ok(!seen.has(id) && id < head.next, "each node has one place");
    seen.add(id);
    const node: Node = JSON.parse(texts.get(prefix + id) ?? assert.fail(`node ${id} is missing`));
    const weight = weightOf(node);
    assert.ok(weight <= WEIGHT_MAX, `a node weighs ${weight}`);
    const own = Array.isArray(node) ? node : node.keys;
    for (const [at, key] of own.entries())
      assert.ok(
        (at === 0 ? key >= low : key > own[at - 1]!) && (high === undefined || key < high),
        "in order",
      );
    if (Array.isArray(node)) {
      assert.ok(node.length > 0, "no leaf is empty");
      keys.push(...node);
      depths.add(depth);
      return weight;
    }
    assert.equal(node.nodes.length, node.keys.length + 1);
    const weights = node.nodes.map((child, at) =>
      visit(child, at === 0 ? low : node.keys[at - 1]!, node.keys[at] ?? high, depth + 1),
    );
    for (const [at, one] of weights.entries())
      assert.ok(
        at === 0 || Math.max(one, weights[at - 1]!) >= WEIGHT_MAX / 4,
        `neighbours of ${weights[at - 1]} and ${one}`,
      );
    return weight;
  };
  visit(head.root, "", undefined, 1);
  assert.equal(depths.size, 1, "all leaves are as deep");
  assert.equal(seen.size + 1, texts.size, "no node is left behind");
  assert.equal(keys.length, head.size);
  return { depth: [...depths][0]!, nodes: seen.size, keys };
};

/** What a page must be, from all keys in order. */
const modelPage = (sorted: readonly string[], range: Range): { keys: string[]; next: string | null } => {
  const { from = "", to, prefix = "", limit = 100, reverse = false, after } = range;
  const within = sorted.filter(
    (key) =>
      key >= from &&
      (to === undefined || key < to) &&
      key.startsWith(prefix) &&
      (after === undefined || (reverse ? key < after : key > after)),
  );
  if (reverse) within.reverse();
  const keys = within.slice(0, limit);
  return { keys, next: within.length > limit ? keys.at(-1)! : null };
};

const fresh = (): { counted: CountedState; tree: KeyTree } => {
  const counted = countedState();
  return { counted, tree: keyTree(counted.state, "t:") };
};

/** Keys of many kinds: short, long, of few letters so that prefixes are shared, beyond ASCII, and surrogate pairs. */
const anyKey = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom("a", "b", "c", "\0", "\uffff"), maxLength: 8 }) },
  { weight: 4, arbitrary: fc.string({ unit: "grapheme", maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ minLength: 100, maxLength: 400 }) },
  { weight: 2, arbitrary: fc.constantFrom("😀", "😁", "😀a", "가", "각", "나") },
);
const anyRange: fc.Arbitrary<Range> = fc.record(
  {
    from: anyKey,
    to: anyKey,
    prefix: fc.oneof(fc.string({ maxLength: 2 }), fc.constantFrom("a", "ab", "\uffff", "😀")),
    limit: fc.integer({ min: 1, max: 50 }),
    reverse: fc.boolean(),
    after: anyKey,
  },
  { requiredKeys: [] },
);

test("a tree holds, page by page, what a sorted set holds, whatever is added, removed and asked for", () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: anyKey.map((key) => ({ add: key })) },
    { weight: 3, arbitrary: fc.nat().map((nth) => ({ remove: nth })) },
    { weight: 2, arbitrary: anyRange.map((range) => ({ range })) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
      const { counted, tree } = fresh();
      const model = new Set<string>();
      for (const one of steps) {
        if ("add" in one) {
          assert.equal(tree.add(one.add), !model.has(one.add));
          model.add(one.add);
        } else if ("remove" in one) {
          const key = [...model][one.remove % Math.max(model.size, 1)] ?? "none";
          assert.equal(tree.remove(key), model.delete(key));
        } else assert.deepEqual(tree.page(one.range), modelPage([...model].sort(), one.range));
      }
      assert.deepEqual(audit(counted, "t:").keys, [...model].sort());
    }),
    { numRuns: 150, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: true },
  );
});

/** A small generator of numbers, so that large runs are the same each time. */
const numbers = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

for (const [name, keyOf] of Object.entries<(n: number) => string>({
  "short numbers": (n) => String(n),
  hashes: (n) =>
    ((BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc8341082276bf3a27251f86c6a11d0c18e95n) % 2n ** 256n)
      .toString(16)
      .padStart(64, "0"),
  "texts that share long beginnings": (n) => `${"supply/".repeat(10)}${String(n).padStart(6, "0")}`,
  "Korean texts": (n) => String.fromCharCode(0xac00 + (n % 100), 0xac00 + (Math.floor(n / 100) % 100)),
  "texts beyond the first plane": (n) => String.fromCodePoint(0x10000 + n * 170),
  "keys as long as they may be": (n) => String(n).padStart(400, "x"),
}))
  test(`thousands of random changes of ${name} leave a sound tree, and cost what they must`, () => {
    const random = numbers(7);
    const { counted, tree } = fresh();
    const model = new Set<string>();
    let highest = 0;
    // It grows, stays, and shrinks to nothing.
    for (const [count, addsOf10] of [
      [3000, 9],
      [2000, 5],
      [8000, 1],
    ] as const)
      for (let index = 0; index < count; index++) {
        const key = keyOf(random(6000));
        const isAdd = random(10) < addsOf10;
        counted.counts();
        assert.equal(isAdd ? tree.add(key) : tree.remove(key), isAdd !== model.has(key));
        if (isAdd) model.add(key);
        else model.delete(key);
        if (index % 500 === 0) highest = Math.max(highest, audit(counted, "t:").depth);
      }
    const { keys } = audit(counted, "t:");
    assert.deepEqual(keys, [...model].sort());
    assert.ok(highest >= 2);
    for (const key of model) assert.ok(tree.remove(key));
    assert.equal(counted.texts.size, 0);
  });

test("an addition reads the head and a node a level, and writes the head and a leaf; a split writes two more a level", () => {
  const { counted, tree } = fresh();
  const random = numbers(11);
  let splits = 0;
  for (let index = 0; index < 20_000; index++) {
    const { depth } = index % 1000 === 0 ? audit(counted, "t:") : { depth: -1 };
    counted.counts();
    if (!tree.add(String(random(1_000_000)).padStart(6, "0"))) continue;
    const { reads, writes } = counted.counts();
    if (depth >= 0) assert.equal(reads, 1 + depth);
    assert.ok(reads <= 5 && writes <= 9, `${reads} reads, ${writes} writes`);
    if (writes > 2) splits++;
  }
  assert.ok(splits < 20_000 / 50, `${splits} splits`);
  const { depth, nodes } = audit(counted, "t:");
  assert.equal(depth, 3);
  // A key of six characters weighs nine: 182 fill a leaf, and leaves are about two thirds full.
  assert.ok(nodes > 110 && nodes < 230, `${nodes} nodes`);
});

test("keys that come in order fill their nodes", () => {
  const { counted, tree } = fresh();
  for (let index = 0; index < 10_000; index++) tree.add(String(index).padStart(6, "0"));
  const { nodes } = audit(counted, "t:");
  assert.ok(nodes <= Math.ceil(10_000 / 182) + 3, `${nodes} nodes`);
});

test("a removal reads two neighbours more a level at most", () => {
  const { counted, tree } = fresh();
  const random = numbers(5);
  const model = new Set<string>();
  while (model.size < 5000) model.add(String(random(1_000_000)).padStart(6, "0"));
  for (const key of model) tree.add(key);
  for (const key of model) {
    counted.counts();
    assert.ok(tree.remove(key));
    const { reads, writes } = counted.counts();
    assert.ok(reads <= 1 + 3 * 3 + 1 && writes <= 8, `${reads} reads, ${writes} writes`);
  }
});

test("a page reads the way down and the leaves that it covers", () => {
  const { counted, tree } = fresh();
  for (let index = 0; index < 10_000; index++) tree.add(String(index).padStart(6, "0"));
  counted.counts();
  tree.page({ from: "005000", limit: 100 });
  const { reads, writes } = counted.counts();
  assert.ok(reads <= 4 && writes === 0, `${reads} reads`);
});

for (const limit of [0, -1, 1.5, 1001, Number.NaN, "5" as unknown as number])
  test(`a page of ${typeof limit} ${limit} is refused`, () => {
    assert.throws(() => fresh().tree.page({ limit }), /limit must be/);
  });
