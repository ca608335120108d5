import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { Refusals } from "./refusals.ts";

const trial = () => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  let nowMs = 1_000_000;
  const refusals = new Refusals(logger, () => nowMs);
  return { lines, refusals, pass: (ms: number) => (nowMs += ms) };
};

test("a flood of refused frames is a line a second for each sender, and each is counted", () => {
  const { lines, refusals, pass } = trial();
  for (let at = 0; at < 10_000; at++) refusals.note("peer3.org", "no frame type 99");
  refusals.note("peer1.org", "a vote's signature");
  assert.deepEqual(
    lines.map(({ peerId, others }) => [peerId, others]),
    [
      ["peer3.org", 0],
      ["peer1.org", 0],
    ],
  );
  pass(1_000);
  refusals.note("peer3.org", "no frame type 98");
  assert.deepEqual([lines[2]?.["reason"], lines[2]?.["others"]], ["no frame type 98", 9_999]);
});

test("a long reason is cut, and a clock set back silences nobody for long", () => {
  const { lines, refusals, pass } = trial();
  refusals.note("peer3.org", "x".repeat(1_000));
  assert.equal(String(lines[0]?.["reason"]).length, 200);
  pass(-3_600_000);
  refusals.note("peer3.org", "again");
  assert.equal(lines.length, 2);
});
