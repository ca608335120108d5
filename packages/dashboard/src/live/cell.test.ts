import assert from "node:assert/strict";
import { test } from "node:test";
import { createCells, pacedSchedule } from "./cell.ts";

test("watchers are told once per frame, however many cells were set how often", () => {
  const frames: (() => void)[] = [];
  const cell = createCells((run) => frames.push(run));
  const [height, leader] = [cell(0), cell("")];
  let told = 0;
  const watcher = () => told++;
  height.watch(watcher);
  const stop = leader.watch(watcher);
  for (let at = 1; at <= 2_000; at++) height.set(at);
  leader.set("peer1.devnet");
  assert.equal(height.get(), 2_000, "the value is there at once");
  assert.equal(frames.length, 1);
  frames.pop()?.();
  assert.equal(told, 1);
  leader.set("peer1.devnet");
  assert.equal(frames.length, 0, "the same value is no change");
  stop();
  leader.set("peer2.devnet");
  frames.pop()?.();
  assert.equal(told, 1, "who does not watch is not told");
});

test("a paced schedule runs at the next frame, and then rests", () => {
  let nowMs = 1_000;
  const frames: (() => void)[] = [];
  const timers: { atMs: number; run: () => void }[] = [];
  const schedule = pacedSchedule(
    {
      now: () => nowMs,
      frame: (run) => frames.push(run),
      after: (ms, run) => timers.push({ atMs: nowMs + ms, run }),
    },
    100,
  );
  let runs = 0;
  const run = () => runs++;
  schedule(run);
  assert.equal(frames.length, 1, "the first is shown at once");
  frames.pop()?.();
  nowMs += 30;
  schedule(run);
  assert.deepEqual([frames.length, timers[0]?.atMs], [0, 1_100]);
  nowMs = 1_100;
  timers.pop()?.run();
  frames.pop()?.();
  assert.equal(runs, 2);
});
