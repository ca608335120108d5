import { strict as assert } from "node:assert";
import { test } from "node:test";
import { type Hash, toHex } from "@dure/types";
import { BatchFetcher } from "./batch-fetcher.ts";
import type { Frame } from "./frame.ts";
import type { Links } from "./links.ts";

const digest = (value: number): Hash => toHex(new Uint8Array(32).fill(value)) as Hash;

const harness = (t: { mock: { timers: { enable: (o: { apis: ["setInterval"] }) => void } } }) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const asked: (readonly [string, readonly Hash[]])[] = [];
  let connected: readonly string[] = ["a", "b", "c"];
  let nowMs = 0;
  const links: Links = {
    send: (peerId: string, frame: Frame) => {
      if (frame.type === "getBatches") asked.push([peerId, frame.digests]);
      return true;
    },
    broadcast: () => undefined,
    connected: () => connected,
    indexOf: () => undefined,
    peerOf: () => undefined,
    counts: () => ({ frames: 0, bytes: 0 }),
  };
  const fetcher = new BatchFetcher(links, () => nowMs);
  return {
    asked,
    fetcher,
    disconnect: () => {
      connected = [];
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
};

const [FIRST, SECOND] = [digest(1), digest(2)];

test("whoever named a batch is asked first, the others in turn, and each at most twice", (t) => {
  const { fetcher, asked, pass } = harness(t);
  fetcher.fetch([FIRST], "c");
  for (let at = 0; at < 20; at++) {
    pass(150);
    t.mock.timers.tick(150);
  }
  assert.deepEqual(
    asked.map(([peerId]) => peerId),
    ["c", "a", "b", "c", "a", "b", "c", "a"],
  );
  assert.equal(fetcher.size, 0);
});

test("a peer that sends some of what it was asked for delays nothing of the rest", (t) => {
  const { fetcher, asked, pass } = harness(t);
  fetcher.fetch([FIRST, SECOND], "a");
  fetcher.forget([FIRST]);
  pass(150);
  t.mock.timers.tick(150);
  assert.deepEqual(asked, [
    ["a", [FIRST, SECOND]],
    ["a", [SECOND]],
  ]);
  fetcher.close();
});

test("what is asked for is not asked for again by another proposal, but after it was given up", (t) => {
  const { fetcher, asked, pass, disconnect } = harness(t);
  fetcher.fetch([FIRST], "a");
  fetcher.fetch([FIRST, SECOND], "b");
  assert.deepEqual(asked.at(-1), ["b", [SECOND]]);
  disconnect();
  pass(150);
  t.mock.timers.tick(150);
  assert.equal(fetcher.size, 0);
  fetcher.fetch([FIRST], "c");
  assert.deepEqual(asked.at(-1), ["c", [FIRST]]);
  fetcher.close();
});

test("many are asked for in requests of a bounded size, and closing leaves no timer", (t) => {
  const { fetcher, asked, pass } = harness(t);
  const many = Array.from({ length: 2_500 }, (_, at) => at.toString(16).padStart(64, "0") as Hash);
  fetcher.fetch(many, "a");
  assert.deepEqual(
    asked.map(([, digests]) => digests.length),
    [1_024, 1_024, 452],
  );
  fetcher.close();
  pass(1_000);
  t.mock.timers.tick(1_000);
  assert.equal(asked.length, 3);
});
