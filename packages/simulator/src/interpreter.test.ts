import assert from "node:assert/strict";
import { test } from "node:test";
import type { Effect } from "@dure/consensus";
import { createInterpreter, type DiskTiming } from "./interpreter.ts";
import { createRandom } from "./random.ts";
import { createSchedule } from "./schedule.ts";

const TIMING: DiskTiming = { syncMs: 10, isCoalescing: false, sendsFirst: false };

const persist = (byte: number): Extract<Effect, { type: "persist" }> => ({
  type: "persist",
  record: Uint8Array.of(byte),
  blocks: [],
});
const send = (byte: number): Extract<Effect, { type: "send" }> => ({
  type: "send",
  to: "all",
  message: Uint8Array.of(byte),
});

const createTrial = (timing: DiskTiming, seed = 1) => {
  const schedule = createSchedule();
  const done: string[] = [];
  const interpreter = createInterpreter(schedule, createRandom(seed), timing, {
    send: ({ message }) => done.push(`send ${message[0]}`),
    write: (record) => done.push(`write ${record[0]}`),
    append: () => done.push("append"),
    onTorn: () => undefined,
    crashes: () => false,
  });
  return { schedule, done, interpreter };
};

test("nothing behind a persist is carried out before it is complete", () => {
  const { schedule, done, interpreter } = createTrial(TIMING);
  interpreter.push(send(0));
  interpreter.push(persist(1));
  interpreter.push(send(1));
  interpreter.push({ type: "append", blocks: [], proofs: [], isSync: false });
  interpreter.push(send(2));
  assert.deepEqual(done, ["send 0"]);
  while (schedule.advance());
  assert.deepEqual(done, ["send 0", "write 1", "send 1", "append", "send 2"]);
});

test("a coalescing disk writes the newest record once, before all that waits", () => {
  const { schedule, done, interpreter } = createTrial({ ...TIMING, isCoalescing: true });
  interpreter.push(persist(1));
  interpreter.push(send(1));
  interpreter.push(persist(2));
  interpreter.push(send(2));
  interpreter.push(persist(3));
  while (schedule.advance());
  assert.deepEqual(done, ["write 1", "send 1", "write 3", "send 2"]);
});

test("a write that a crash cuts off is wholly there or wholly absent, and nothing follows it", () => {
  const ends = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const { schedule, done, interpreter } = createTrial(TIMING, seed);
    interpreter.push(persist(1));
    interpreter.push(send(1));
    interpreter.crash();
    while (schedule.advance());
    ends.add(done.join(", "));
  }
  assert.deepEqual([...ends].sort(), ["", "write 1"]);
});

test("the mutant sends before what it depends on is durable", () => {
  const { done, interpreter } = createTrial({ ...TIMING, sendsFirst: true });
  interpreter.push(persist(1));
  interpreter.push(send(1));
  assert.deepEqual(done, ["send 1"]);
});
