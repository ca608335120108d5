import { strict as assert } from "node:assert";
import { test } from "node:test";
import { type Head, validatorSet } from "@dure/consensus";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { parseHash } from "@dure/types";
import type { Frame } from "./frame.ts";
import { Sync } from "./sync.ts";

const suite = createSodiumSuite();
const channelId = parseHash("ab".repeat(32)) ?? assert.fail();
const set = validatorSet({
  engine: "lft",
  suite,
  channelId,
  epoch: 1,
  base: { blockId: channelId },
  validators: [{ publicKey: suite.publicKeyOf(new Uint8Array(32).fill(1)), weight: 1 }],
});
const LIMITS = {
  headerBytesMax: 1 << 17,
  bodyBytesMax: 1 << 20,
  batchBytesMax: 1 << 20,
  bytesMax: 1 << 20,
  transactionBytesMax: 1 << 16,
};
const PATIENCE_MS = 40;
const ANSWER_MS = 2_000;

/** A node at height 5 that hears claims; what it asks, and whom it refuses, is written down. */
const harness = (
  connected: readonly string[],
  onBehind: () => void = () => assert.fail("nothing is pruned here"),
) => {
  const asked: string[] = [];
  const refused: string[] = [];
  let height = 5;
  let links = connected;
  const sync = new Sync({
    suite,
    set: () => set,
    limits: LIMITS,
    links: {
      send: (peerId: string, frame: Frame) => {
        if (frame.type === "getBlocks") asked.push(`${peerId} ${frame.fromHeight}`);
        return true;
      },
      broadcast: () => undefined,
      connected: () => links,
      indexOf: () => undefined,
      peerOf: () => undefined,
      counts: () => ({ frames: 0, bytes: 0 }),
    },
    head: (): Head => ({
      height,
      blockId: channelId,
      view: height,
      timestampMs: height,
      executionHeight: 0,
      proof: undefined,
    }),
    append: () => assert.fail("nothing here is true"),
    onRefused: (peerId, reason) => refused.push(`${peerId}: ${reason}`),
    onBehind,
    onFailed: (error) => assert.fail(String(error)),
  });
  return {
    sync,
    asked,
    refused,
    advance: (to: number) => {
      height = to;
    },
    disconnect: () => {
      links = [];
    },
    pruned: (peerId: string) => sync.pruned(peerId, height + 1, 1_000),
    empty: (peerId: string, fromHeight = height + 1) => sync.receive({ peerId, fromHeight, blocks: [] }),
  };
};

/** All microtasks, so all that an answer leads to without a timer. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Mock = { readonly mock: { readonly timers: { readonly tick: (ms: number) => void } } };
const later = async (t: Mock, ms: number): Promise<void> => {
  t.mock.timers.tick(ms);
  await settled();
};

test("one empty answer costs nothing: the commit may not be synced there yet; a second one does", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { sync, asked, refused, empty } = harness(["a"]);
  for (const refusals of [0, 1]) {
    sync.claim("a", 9);
    await later(t, PATIENCE_MS);
    empty("a");
    await settled();
    assert.equal(refused.length, refusals);
  }
  assert.deepEqual(asked, ["a 6", "a 6"]);
  assert.match(refused[0] ?? "", /^a: an answer without blocks/);
  sync.claim("a", 9);
  await later(t, PATIENCE_MS);
  assert.equal(asked.length, 2, "it is not asked for a while");
  await later(t, 10_000);
  sync.claim("a", 9);
  await later(t, PATIENCE_MS);
  assert.equal(asked.length, 3, "and then again");
  await sync.close();
});

test("an empty answer that live commits have overtaken is nobody's fault", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { sync, refused, advance } = harness(["a"]);
  for (let at = 0; at < 3; at++) {
    sync.claim("a", 9);
    await later(t, PATIENCE_MS);
    advance(9);
    sync.receive({ peerId: "a", fromHeight: 6, blocks: [] });
    await settled();
    advance(5);
  }
  assert.deepEqual(refused, []);
  await sync.close();
});

test("a silent peer is given up, one that went away is not blamed, and the next one is asked", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { sync, asked, refused, disconnect } = harness(["a", "b"]);
  sync.claim("a", Number.MAX_SAFE_INTEGER);
  sync.claim("b", 7);
  await later(t, PATIENCE_MS);
  await later(t, ANSWER_MS);
  assert.deepEqual(asked, ["a 6", "b 6"]);
  assert.deepEqual(refused, ["a: no answer to a request for blocks"]);
  disconnect();
  await later(t, ANSWER_MS);
  assert.equal(refused.length, 1);
  await sync.close();
});

test("of two that claim more, the one that lied before is asked last, however much it claims", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { sync, asked, refused } = harness(["liar", "honest"]);
  sync.claim("liar", 1_000);
  await later(t, PATIENCE_MS);
  sync.receive({ peerId: "liar", fromHeight: 6, blocks: [Uint8Array.of(1, 2, 3)] });
  await settled();
  assert.equal(refused.length, 1);
  await later(t, 10_001);
  sync.claim("liar", 1_000_000);
  sync.claim("honest", 6);
  await later(t, PATIENCE_MS);
  assert.deepEqual(asked, ["liar 6", "honest 6"]);
  await sync.close();
});

test("what was not asked for is not read: another peer's answer, another height's, a second one", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { sync, refused, empty } = harness(["a", "b"]);
  const noise = [Uint8Array.of(1)];
  sync.receive({ peerId: "a", fromHeight: 6, blocks: noise });
  sync.claim("a", 9);
  await later(t, PATIENCE_MS);
  sync.receive({ peerId: "b", fromHeight: 6, blocks: noise });
  sync.receive({ peerId: "a", fromHeight: 7, blocks: noise });
  empty("a");
  await settled();
  sync.receive({ peerId: "a", fromHeight: 6, blocks: noise });
  await settled();
  assert.deepEqual(refused, []);
  await sync.close();
});

test("closing ends a request under way, and no claim begins another", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { sync, asked, refused } = harness(["a"]);
  sync.claim("a", 9);
  await later(t, PATIENCE_MS);
  await sync.close();
  sync.claim("a", 9);
  await later(t, PATIENCE_MS);
  assert.deepEqual([asked, refused], [["a 6"], []]);
});

test("one that says that it has pruned is not believed before all the others were asked, and again and again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  let behind = 0;
  const { sync, asked, refused, pruned, empty, advance } = harness(["liar", "b", "c"], () => {
    behind += 1;
  });
  const round = async (): Promise<void> => {
    sync.claim("liar", 10_000);
    await later(t, PATIENCE_MS);
  };
  await round();
  pruned("liar");
  await settled();
  // Those that claim nothing may have it: the block is asked of them too.
  assert.deepEqual(asked, ["liar 6", "b 6"]);
  empty("b");
  await settled();
  pruned("c");
  await settled();
  assert.deepEqual(asked.slice(2), ["c 6"]);
  await later(t, 4_000);
  await round();
  assert.equal(behind, 0, "not at once");
  // One that had nothing to give is asked again when it claims more.
  sync.claim("b", 6);
  await later(t, PATIENCE_MS);
  assert.deepEqual(asked.slice(3), ["b 6"]);
  // Its claim was not true yet, and ends; without one it is asked like the others.
  for (const _ of ["its claim", "without one"]) {
    empty("b");
    await settled();
  }
  // A commit shows that the chain goes on: all of it is forgotten.
  advance(6);
  await later(t, 4_000);
  await round();
  for (const say of [() => pruned("liar"), () => empty("b"), () => empty("c")]) {
    say();
    await settled();
  }
  assert.equal(behind, 0);
  await later(t, 5_001);
  await round();
  assert.equal(behind, 1, "nobody has it: the channel asks for a proof of that");
  assert.deepEqual(refused, []);
  await sync.close();
});
