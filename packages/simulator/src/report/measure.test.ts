import assert from "node:assert/strict";
import { test } from "node:test";
import { measure, type Setting } from "./measure.ts";

/** Message delays are what is counted here: the virtual clock makes them exact, on any machine. */
const calm = (more: Partial<Setting>): Setting => ({
  engine: "lft",
  validators: 4,
  delayMs: () => 1,
  baseMs: 100,
  heights: 40,
  ...more,
});

test("a block is final after three message delays, under either engine", () => {
  for (const validators of [4, 7])
    for (const more of [{}, { optimistic: true }, { engine: "ibft" }] as const)
      assert.equal(measure(calm({ validators, ...more })).finalityMs, 3);
});

test("blocks follow one another by one delay with optimistic proposals, by two without, by three under IBFT", () => {
  assert(measure(calm({ optimistic: true })).periodMs <= 1.1);
  assert(measure(calm({})).periodMs <= 2.1);
  assert(measure(calm({ engine: "ibft" })).periodMs <= 3.1);
});

test("groups save messages, and most bytes between them", () => {
  const flat = measure(calm({ validators: 16, heights: 16 }));
  const grouped = measure(calm({ validators: 16, heights: 16, groups: 4 }));
  assert(grouped.messages < 0.75 * flat.messages, `${grouped.messages} of ${flat.messages}`);
  assert(grouped.crossBytes < flat.bytes);
});

test("a sticky leader that stops is passed over, though its tenure ends a thousand views ahead", () => {
  const { recoveryMs } = measure(calm({ leaderPolicy: "sticky", stops: { atHeight: 20, turnsLater: 0 } }));
  assert(recoveryMs !== undefined && recoveryMs < 2 * 100, `${recoveryMs} ms`);
});

test("a leader that stops is passed over after one view's timer", () => {
  for (const turnsLater of [0, 1, 2]) {
    const { recoveryMs } = measure(calm({ stops: { atHeight: 20, turnsLater } }));
    assert(recoveryMs !== undefined && recoveryMs < 2 * 100, `${recoveryMs} ms`);
  }
});
