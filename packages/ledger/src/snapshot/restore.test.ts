import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodeText, NO_SIGNATURES } from "@dure/types";
import type { Reflected } from "../execution/records.ts";
import { CHANNEL, GENESIS, makeChain, suite, temporary } from "../fixture.test.ts";
import { openLedger } from "../open-ledger.ts";
import { applyBlock, fill, keyOf, optionsOf, refusedWith } from "../opening.fixture.test.ts";
import { type Changes, openKeyValue } from "../state/key-value.ts";
import { createState } from "../state/state.ts";
import type { StateRebuild } from "./rebuild.ts";
import { restoreLedger } from "./restore.ts";
import { type Snapshot, Snapshots } from "./snapshots.ts";

/** This file is also the process that is killed: `node restore.test.js restore <source store> <home>`. */
const [, , mode, sourceAt = "", home = ""] = process.argv;
const HEIGHT = 8;
const KEYS = 6_000;
const owner = { channelId: CHANNEL, publicKey: new Uint8Array(32).fill(5) };

const openSource = async (directory: string) => {
  const store = await openKeyValue(directory);
  const state = createState(suite, store);
  const reflected: Reflected = {
    channelId: CHANNEL,
    height: HEIGHT,
    blockId: (makeChain(HEIGHT).at(-1) ?? assert.fail()).id,
    timestampMs: 1,
    roots: { stateRoot: state.root(), receiptsRoot: state.root() },
  };
  return { store, state, reflected };
};

/** Restores a home from a source, and says when it is done. */
const restore = async (): Promise<void> => {
  const { store, reflected } = await openSource(sourceAt);
  const snapshots = new Snapshots(suite, store);
  await snapshots.take(reflected, true);
  const snapshot = snapshots.newest(() => true) as Snapshot;
  const answer = async (rebuild: StateRebuild): Promise<void> => {
    while (!rebuild.isWhole) {
      const [path = ""] = rebuild.wanted();
      const bytes = await snapshot.read(path);
      assert.equal(await rebuild.take(path, bytes ?? new Uint8Array(0)), undefined);
    }
  };
  const { height, roots } = reflected;
  const checkpoint = {
    reflected,
    execution: { epoch: 1, height, ...roots, signatures: NO_SIGNATURES },
    tree: snapshot.tree,
    base: undefined,
    baseHeight: 0,
  };
  const options = { directory: home, suite, genesis: GENESIS, owner, isKeyNew: false };
  await restoreLedger(options, checkpoint, answer);
  process.stdout.write("done\n");
  await snapshots.close();
  await store.close();
};

/** Whether a child came to its end within so many milliseconds; else it was killed. */
const restoredWithin = async (source: string, directory: string, ms: number): Promise<boolean> => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "restore", source, directory], {
    stdio: ["ignore", "pipe", "inherit"],
    env,
  });
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    said += data.toString();
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  await once(child, "close");
  clearTimeout(timer);
  return said.includes("done");
};

if (mode === "restore") await restore();
else
  test("a home that is killed while it is given a snapshot is the old one, or asks again, and is whole in the end", async () => {
    const source = join(await temporary(), "source");
    const { store, state } = await openSource(source);
    const changes: Changes = new Map();
    const writes = Array.from({ length: KEYS }, (_, n) => ({
      key: keyOf(`k${n}`),
      value: encodeText(`${n}`),
    }));
    state.apply(1, [writes], changes);
    state.flush(changes);
    await store.write(changes);
    const root = state.root();
    await store.close();

    const directory = await temporary();
    const old = await openLedger(optionsOf(directory));
    const chain = makeChain(HEIGHT + 2);
    await fill(old, chain.slice(0, 4));
    const record = old.journal.record;
    const oldRoot = old.stateRoot();
    await old.close();

    for (let round = 0; ; round++) {
      const copy = join(await temporary(), "source");
      await cp(source, copy, { recursive: true });
      if (await restoredWithin(copy, directory, 400 * 1.3 ** round)) break;
      try {
        const found = await openLedger(optionsOf(directory));
        assert.equal(found.stateRoot(), oldRoot, "it was not begun");
        assert.equal(found.head()?.height, 4);
        await found.close();
      } catch (error) {
        assert.ok(refusedWith("SNAPSHOT_NEEDED")(error), String(error));
      }
    }
    const whole = await openLedger(optionsOf(directory));
    assert.equal(whole.stateRoot(), root);
    assert.equal(whole.executedHeight(), HEIGHT);
    assert.equal(whole.head(), undefined, "its log is empty");
    assert.deepEqual(whole.journal.record, record, "the consensus record is untouched");
    // It takes the blocks up to the snapshot without executing them, and goes on above it.
    for (const { block } of chain) await whole.append([block]);
    await applyBlock(whole, chain[HEIGHT] ?? assert.fail());
    assert.equal(whole.executedHeight(), HEIGHT + 1);
    await whole.close();
  });
