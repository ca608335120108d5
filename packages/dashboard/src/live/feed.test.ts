import assert from "node:assert/strict";
import { test } from "node:test";
import type { BlockSummary, Events } from "../answers.ts";
import { createFeed } from "./feed.ts";

const block = (height: number, transactionCount = 0): BlockSummary => ({
  id: String(height).padStart(64, "0"),
  height,
  view: height,
  epoch: 0,
  parentId: String(height - 1).padStart(64, "0"),
  timestampMs: 1_700_000_000_000 + height,
  proposer: "peer0.devnet",
  bodyRoot: "00",
  transactionCount,
  executionHeight: null,
});

const transaction = (height: number, index: number): Events["transaction"] => ({
  id: `${height}-${index}`,
  height,
  index,
  sender: "00",
  score: "token",
  method: "transfer",
  code: 0,
  message: "",
  result: null,
});

test("a feed begins with what the chain has and goes on with what is told, newest first", () => {
  const feed = createFeed();
  feed.begin([block(9), block(8)], { height: 9, executedHeight: 9, transactionCount: 40 });
  feed.block({ ...block(10, 3), finalMs: 12 });
  feed.transaction(transaction(10, 0));
  feed.executed({ height: 10, transactionCount: 3 });
  const view = feed.view();
  assert.deepEqual(
    view.blocks.map(({ height, finalMs }) => [height, finalMs]),
    [
      [10, 12],
      [9, null],
      [8, null],
    ],
  );
  assert.deepEqual([view.height, view.executedHeight, view.transactionCount, view.finalMs], [10, 10, 43, 12]);
  assert.deepEqual(
    view.transactions.map(({ id }) => id),
    ["10-0"],
  );
});

test("a block that was told already, as two peers in turn may, counts once", () => {
  const feed = createFeed();
  feed.begin([block(5, 1)], { height: 5, executedHeight: 5, transactionCount: 1 });
  feed.block({ ...block(5, 1), finalMs: null });
  assert.equal(feed.view().blocks.length, 1);
  assert.equal(feed.view().transactionCount, 1);
});

test("days of events leave as much as a minute of them", () => {
  const feed = createFeed();
  for (let height = 1; height <= 5_000; height++) {
    feed.block({ ...block(height, 10), finalMs: height % 7 });
    for (let index = 0; index < 10; index++) feed.transaction(transaction(height, index));
  }
  const view = feed.view();
  assert.ok(view.blocks.length <= 15 && view.transactions.length <= 15);
  assert.equal(view.blocks[0]?.height, 5_000);
  assert.equal(view.transactions[0]?.id, "5000-9");
});

test("parts that did not change keep their identity", () => {
  const feed = createFeed();
  feed.block({ ...block(1), finalMs: 3 });
  const before = feed.view();
  feed.transaction(transaction(1, 0));
  assert.equal(feed.view().blocks, before.blocks);
  assert.notEqual(feed.view().transactions, before.transactions);
});

test("older transactions fill an empty list, and never stand above newer ones", () => {
  const old = {
    id: "old",
    status: "executed",
    sender: "00",
    score: "",
    expiryMs: 0,
    bytes: "",
    receipt: { height: 1, index: 0, code: 0, message: "", result: null, events: [] },
  } as const;
  const feed = createFeed();
  feed.fill([old]);
  assert.deepEqual(
    feed.view().transactions.map(({ id }) => id),
    ["old"],
  );
  feed.transaction(transaction(2, 0));
  feed.fill([old]);
  assert.deepEqual(
    feed.view().transactions.map(({ id }) => id),
    ["2-0", "old"],
  );
});
