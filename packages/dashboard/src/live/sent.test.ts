import assert from "node:assert/strict";
import { test } from "node:test";
import { createCells } from "./cell.ts";
import { createSentLog, type Sent } from "./sent.ts";

const begin = () => {
  const cell = createCells(() => undefined)<readonly Sent[]>([]);
  return { cell, log: createSentLog(cell) };
};

const event = (id: string, height: number, code = 0) => ({
  id,
  height,
  index: 0,
  sender: "00",
  score: "",
  method: null,
  code,
  message: "",
  result: null,
});

test("a path is timed from the sending: accepted, final by the block's arrival, executed", () => {
  const { cell, log } = begin();
  log.add("a", 1_000, 1_004);
  log.block(7, 1_015);
  log.transaction(event("a", 7), 1_020);
  assert.deepEqual(
    cell
      .get()
      .map(({ acceptedAfterMs, finalAfterMs, executedAfterMs, height, code }) => [
        acceptedAfterMs,
        finalAfterMs,
        executedAfterMs,
        height,
        code,
      ]),
    [[4, 15, 20, 7, 0]],
  );
});

test("a transaction that was executed before its acceptance was heard is not missed", () => {
  const { cell, log } = begin();
  log.block(7, 1_010);
  log.transaction(event("a", 7, 9000), 1_012);
  log.add("a", 1_000, 1_013);
  const [sent] = cell.get();
  assert.deepEqual([sent?.finalAfterMs, sent?.executedAfterMs, sent?.code], [10, 12, 9000]);
  assert.equal(sent?.acceptedAfterMs, 10, "it was accepted before it was final, whenever that was heard");
});

test("a poll tells what the stream did not, and does not undo what it did", () => {
  const { cell, log } = begin();
  log.add("a", 0, 1);
  log.progress("a", { stage: "final", height: 3 }, 30);
  assert.equal(cell.get()[0]?.finalAfterMs, 30);
  log.progress("a", { stage: "executed", height: 3, code: 0, message: "" }, 40);
  const done = cell.get()[0];
  log.progress("a", { stage: "executed", height: 3, code: 0, message: "" }, 90);
  assert.deepEqual(cell.get()[0], done);
  assert.deepEqual([done?.finalAfterMs, done?.executedAfterMs], [30, 40]);
});

test("only the latest few are kept, however many are sent and told", () => {
  const { cell, log } = begin();
  for (let at = 0; at < 2_000; at++) {
    log.block(at, at);
    log.transaction(event(`other ${at}`, at), at);
    log.add(String(at), at, at);
  }
  assert.deepEqual(
    cell.get().map(({ id }) => id),
    ["1999", "1998", "1997"],
  );
});
