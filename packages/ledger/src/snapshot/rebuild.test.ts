import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Bytes, HASH_BYTES } from "@dure/crypto";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { encodeText, toHash, ZERO_HASH } from "@dure/types";
import type { Reflected } from "../execution/records.ts";
import { type Changes, openKeyValue } from "../state/key-value.ts";
import { createState, type State, type Write } from "../state/state.ts";
import type { TreeRoot } from "../state/tree.ts";
import { decodeAnswer, encodeAnswer } from "./answer.ts";
import { StateRebuild } from "./rebuild.ts";
import { type Snapshot, Snapshots } from "./snapshots.ts";

const suite = createSodiumSuite();
const home = await mkdtemp(join(tmpdir(), "dure-snapshot-"));
after(() => rm(home, { recursive: true, force: true }));
let stores = 0;
const open = () => openKeyValue(join(home, String(stores++)));

const reflected = (height: number, state: State): Reflected => ({
  channelId: ZERO_HASH,
  height,
  blockId: ZERO_HASH,
  timestampMs: height,
  roots: { stateRoot: state.root(), receiptsRoot: ZERO_HASH },
});

/** A store with a state that was written in one height, and what writes to it further. */
const filled = async (writes: readonly Write[]) => {
  const store = await open();
  const state = createState(suite, store);
  const write = async (height: number, list: readonly Write[]): Promise<void> => {
    const changes: Changes = new Map();
    state.apply(height, [list], changes);
    state.flush(changes);
    await store.write(changes);
  };
  await write(1, writes);
  return { store, state, write };
};

const keyOf = (n: number): Bytes => encodeText(`key/${n}`);
const textOf = (n: number, bytes: number): Bytes => encodeText(`${n}`.padEnd(bytes, "."));
const writesOf = (count: number, bytes = 3): readonly Write[] =>
  Array.from({ length: count }, (_, n) => ({ key: keyOf(n), value: textOf(n, bytes) }));

/** Answers everything that the rebuild wants; `change` may put another answer in the place of one, which must be refused. */
const fill = async (
  rebuild: StateRebuild,
  snapshot: Snapshot,
  change: (path: string, answer: Bytes) => readonly Bytes[] = () => [],
): Promise<number> => {
  let asked = 0;
  while (!rebuild.isWhole) {
    const [path = assert.fail()] = rebuild.wanted();
    const answer = (await snapshot.read(path)) ?? assert.fail(`nothing at ${path}`);
    for (const wrong of change(path, answer)) assert.notEqual(await rebuild.take(path, wrong), undefined);
    assert.equal(await rebuild.take(path, answer), undefined);
    asked += 1;
  }
  return asked;
};

const rebuilt = async (tree: TreeRoot, work: (rebuild: StateRebuild) => Promise<unknown>) => {
  const store = await open();
  const rebuild = new StateRebuild(suite, store, tree);
  await work(rebuild);
  const changes: Changes = new Map();
  rebuild.finish(changes);
  await store.write(changes);
  await store.settled();
  return { store, state: createState(suite, store), keys: rebuild.progress.keys };
};

const KEYS = [0, 1, 16, 17, 300, 3_000];
for (const count of KEYS) {
  test(`a state of ${count} keys is rebuilt as it stood when its snapshot was taken`, async () => {
    const { store, state, write } = await filled(writesOf(count));
    const snapshots = new Snapshots(suite, store);
    await snapshots.take(reflected(1, state), true);
    const root = state.root();
    const proof = state.prove(keyOf(0));
    const held = await state.range(encodeText("key/"), encodeText("key/"), count + 1);
    // What is written later is not in it.
    await write(2, [
      { key: keyOf(0), value: encodeText("later") },
      { key: keyOf(count), value: encodeText("new") },
      { key: keyOf(1), value: undefined },
    ]);
    const snapshot = snapshots.newest(() => true) ?? assert.fail();
    assert.equal(toHash(snapshot.tree.root), root);
    const copy = await rebuilt(snapshot.tree, (rebuild) => fill(rebuild, snapshot));
    assert.equal(copy.keys, count);
    assert.equal(copy.state.root(), root);
    assert.deepEqual(copy.state.prove(keyOf(0)), proof);
    assert.deepEqual(await copy.state.range(encodeText("key/"), encodeText("key/"), count + 1), held);
    // It goes on as the first one does.
    const changes: Changes = new Map();
    assert.equal(
      copy.state.apply(2, [[{ key: keyOf(0), value: encodeText("later") }]], changes),
      (await filledAgain(writesOf(count), { key: keyOf(0), value: encodeText("later") })).root(),
    );
    await snapshots.close();
    await store.close();
    await copy.store.close();
  });
}

const filledAgain = async (writes: readonly Write[], more: Write): Promise<State> => {
  const { store, state, write } = await filled(writes);
  await write(2, [more]);
  await store.close();
  return state;
};

test("values that are too large to travel together come one by one, each checked", async () => {
  const { store, state } = await filled(writesOf(120, 200_000));
  const snapshots = new Snapshots(suite, store);
  await snapshots.take(reflected(1, state), true);
  const snapshot = snapshots.newest(() => true) ?? assert.fail();
  const kinds = new Set<string>();
  const copy = await rebuilt(snapshot.tree, (rebuild) =>
    fill(rebuild, snapshot, (_, answer) => {
      const decoded = decodeAnswer(answer);
      assert.ok(decoded.ok);
      kinds.add(decoded.value.kind);
      return [answer.map((byte, at) => (at === answer.length - 1 ? byte ^ 1 : byte))];
    }),
  );
  assert.deepEqual([...kinds].sort(), ["branches", "entries", "leaves"]);
  assert.equal(copy.state.root(), state.root());
  await snapshots.close();
  await store.close();
  await copy.store.close();
});

test("no answer but the tree's own is taken: another byte, order, number, kind or subtree is refused", async () => {
  // Where one of the sixteen subtrees is too large for one answer, the answer above it spans two levels.
  const isInLargest = ({ key }: Write): boolean => (suite.hash(key)[0] ?? 0) < 16;
  const crowd = writesOf(40_000).filter((write, n) => n < 300 || isInLargest(write));
  const { store, state } = await filled(crowd);
  const snapshots = new Snapshots(suite, store);
  await snapshots.take(reflected(1, state), true);
  const snapshot = snapshots.newest(() => true) ?? assert.fail();
  let other: Bytes | undefined;
  const seen = new Set<string>();
  let turn = 0;
  const wrongOnes = (_: string, answer: Bytes): readonly Bytes[] => {
    const decoded = decodeAnswer(answer);
    assert.ok(decoded.ok);
    const { value } = decoded;
    const wrong: Bytes[] = [
      answer.slice(0, -1),
      new Uint8Array(0),
      answer.map((byte, at) => (at === (turn * 997) % answer.length ? byte ^ 0x10 : byte)),
    ];
    turn += 1;
    if (other !== undefined) wrong.push(other);
    if (value.kind === "entries") {
      const [first, ...rest] = value.entries;
      wrong.push(encodeAnswer({ kind: "entries", entries: rest }));
      if (first !== undefined) {
        wrong.push(encodeAnswer({ kind: "entries", entries: [first, ...value.entries] }));
        // So many that no tree could tell them apart.
        wrong.push(encodeAnswer({ kind: "entries", entries: Array.from({ length: 17 }, () => first) }));
      }
      other = answer;
    }
    if (value.kind === "branches") {
      const [first, ...rest] = value.branches;
      wrong.push(encodeAnswer({ kind: "branches", branches: rest }));
      wrong.push(encodeAnswer({ kind: "branches", branches: [] }));
      const hash = new Uint8Array(HASH_BYTES);
      wrong.push(encodeAnswer({ kind: "branches", branches: [...value.branches, { suffix: "00", hash }] }));
      if (first !== undefined)
        wrong.push(encodeAnswer({ kind: "branches", branches: [{ ...first, hash }, ...rest] }));
      // A branch of the liar's own, beside the true ones further down its path: hashed nowhere, it must not be asked for.
      const further = value.branches.find(({ suffix }) => suffix.length === 2)?.suffix[0];
      if (further !== undefined) {
        wrong.push(
          encodeAnswer({ kind: "branches", branches: [...value.branches, { suffix: further, hash }] }),
        );
        seen.add("a branch above others");
      }
    }
    return wrong;
  };
  const copy = await rebuilt(snapshot.tree, (rebuild) => fill(rebuild, snapshot, wrongOnes));
  assert.equal(copy.state.root(), state.root());
  assert.ok(seen.has("a branch above others"), "an answer spans two levels");
  await snapshots.close();
  await store.close();
  await copy.store.close();
});

test("two snapshots are held, and a third while one is read from", async () => {
  const { store, state, write } = await filled(writesOf(10));
  const snapshots = new Snapshots(suite, store);
  const take = async (height: number): Promise<void> => {
    await write(height, [{ key: keyOf(height), value: encodeText("x") }]);
    await snapshots.take(reflected(height, state), true);
  };
  await take(2);
  assert.ok(await snapshots.read(2, ""));
  await take(3);
  await take(4);
  assert.ok(await snapshots.read(2, ""), "it is being read from");
  await take(5);
  assert.ok(await snapshots.read(2, ""));
  assert.equal(await snapshots.read(3, ""), undefined, "nobody read from it");
  assert.ok(await snapshots.read(4, ""));
  await take(6);
  assert.equal(await snapshots.read(2, ""), undefined, "never more than three");
  assert.ok(await snapshots.read(4, ""));
  assert.equal(await snapshots.read(5, "0".repeat(64)), undefined);
  assert.equal(await snapshots.read(5, "0101"), undefined);
  await snapshots.close();
  await store.close();
});
