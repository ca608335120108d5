import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { Candidate, Effect, Engine, Input } from "@dure/consensus";
import { createDriver, type Shell } from "./driver.ts";

type Waiting = {
  readonly what: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

const RECORD = (name: string): Uint8Array => Buffer.from(name);
const persist = (name: string, blocks: readonly string[] = []): Effect => ({
  type: "persist",
  record: RECORD(name),
  blocks: blocks.map((id) => ({ id }) as Candidate),
});
const send = (name: string): Effect => ({ type: "send", to: "all", message: Buffer.from(name) });
const commit = (name: string): Effect => ({
  type: "commit",
  blocks: [{ id: name } as Candidate],
  proof: undefined as never,
});

/**
 * A driver over an engine whose answer to each view timer is the next list of effects, and a shell that writes down what
 * it is told; its disk answers when the test says so.
 */
const harness = (script: readonly (readonly Effect[])[], more: Partial<Shell> = {}) => {
  const done: string[] = [];
  const disk: Waiting[] = [];
  const inputs: Input[] = [];
  let steps = 0;
  const wait = (what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      done.push(`${what}…`);
      const settle = (): void => {
        done.push(what);
        resolve();
      };
      disk.push({ what, resolve: settle, reject });
    });
  const engine: Engine<number> = {
    initial: () => 0,
    freshRecord: () => RECORD(""),
    step: (state, input) => {
      inputs.push(input);
      return { state: state + 1, effects: script[steps++] ?? [] };
    },
    tip: () => "tip" as never,
    wanted: () => [],
    status: (state) => ({ view: state }) as never,
  };
  const failures: unknown[] = [];
  const driver = createDriver(
    engine,
    {
      adopt: (blocks) => {
        if (blocks.length > 0) done.push(`adopt ${blocks.map(({ id }) => id).join(" ")}`);
      },
      persist: (record, blocks) =>
        wait(`persist ${Buffer.from(record)}${blocks.map(({ id }) => ` ${id}`).join("")}`),
      commit: ({ blocks }) => wait(`commit ${blocks[0]?.id}`),
      send: ({ message }) => done.push(`send ${Buffer.from(message)}`),
      payload: () => done.push("payload"),
      validate: () => done.push("validate"),
      notice: ({ type }) => done.push(type),
      stepped: () => undefined,
      failed: (error) => failures.push(error),
      ...more,
    },
    () => 1_000,
  );
  const step = (): void => driver.tell({ type: "timer", name: "view" });
  const answer = async (): Promise<void> => {
    (disk.shift() ?? assert.fail("the disk was not asked")).resolve();
    // The driver goes on in microtasks: they are all done before the next macrotask.
    await new Promise(setImmediate);
  };
  return { driver, done, disk, inputs, failures, step, answer };
};

test("a message leaves at once when nothing waits for the disk, and never before what it depends on is synced", async () => {
  const { done, step, answer } = harness([[send("a")], [persist("1"), send("b")], [send("c")]]);
  step();
  assert.deepEqual(done, ["send a"]);
  step();
  step();
  assert.deepEqual(done, ["send a", "persist 1…"]);
  await answer();
  assert.deepEqual(done, ["send a", "persist 1…", "persist 1", "send b", "send c"]);
});

test("what is cast while the disk is busy shares the next sync: the newest record, and the data of all", async () => {
  const { done, step, answer } = harness([
    [persist("1", ["x"]), send("a")],
    [persist("2", ["y"]), send("b")],
    [persist("3", ["z"]), send("c")],
  ]);
  for (let at = 0; at < 3; at++) step();
  await answer();
  assert.deepEqual(done.slice(-3), ["persist 1 x", "send a", "persist 3 y z…"]);
  await answer();
  assert.deepEqual(done.slice(-3), ["persist 3 y z", "send b", "send c"]);
});

test("a commit is carried out after the record before it, and holds back what comes after", async () => {
  const { done, step, answer } = harness([[persist("1"), send("a"), commit("x"), send("b")], [send("c")]]);
  step();
  await answer();
  step();
  assert.deepEqual(done.slice(2), ["send a", "commit x…"]);
  await answer();
  assert.deepEqual(done.slice(4), ["commit x", "send b", "send c"]);
});

test("payloads, checks and notices wait for no disk, and what they tell comes after the step they belong to", () => {
  const payload: Effect = {
    type: "payload",
    view: 1,
    parentId: "p" as never,
    timestampMs: 1,
    empty: false,
  };
  const { done, step, inputs, driver } = harness(
    [[persist("1"), payload, { type: "disseminate" }], [send("a")]],
    { payload: () => driver.tell({ type: "pending", pending: true }) },
  );
  step();
  assert.deepEqual(done, ["disseminate", "persist 1…"]);
  assert.deepEqual(
    inputs.map(({ type, nowMs }) => [type, nowMs]),
    [
      ["timer", 1_000],
      ["pending", 1_000],
    ],
  );
});

test("own blocks are made known before their data is written", () => {
  const { done, step } = harness([[persist("1", ["x"])]]);
  step();
  assert.deepEqual(done, ["adopt x", "persist 1 x…"]);
});

test("after the disk has failed nothing leaves and nothing is written any more, and it is told once", async () => {
  const { done, disk, step, failures, driver } = harness([
    [persist("1"), send("a")],
    [persist("2"), commit("x"), send("b")],
    [send("c")],
  ]);
  step();
  step();
  disk.shift()?.reject(new Error("no space"));
  await driver.idle();
  step();
  await driver.close();
  assert.deepEqual(done, ["persist 1…"]);
  assert.deepEqual(
    failures.map((error) => (error as Error).message),
    ["no space"],
  );
});

test("an engine that throws stops everything: a bug, from which only a restart recovers", () => {
  const { done, step, failures, driver } = harness([[send("a")]], {
    stepped: () => {
      throw new Error("a bug");
    },
  });
  step();
  step();
  assert.deepEqual(done, ["send a"]);
  assert.equal(failures.length, 1);
  assert.equal(driver.status().view, 1);
});

test("closing finishes what is under way, takes nothing more, and leaves no timer behind", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { done, step, answer, inputs, driver } = harness([
    [{ type: "timer", name: "status", afterMs: 0 }, persist("1"), commit("x"), send("a")],
  ]);
  step();
  const closed = driver.close();
  step();
  await answer();
  await answer();
  await closed;
  assert.deepEqual(done, ["persist 1…", "persist 1", "commit x…", "commit x", "send a"]);
  t.mock.timers.tick(1);
  assert.equal(inputs.length, 1);
});

test("a timer is replaced by the next of its name and ended by one without a time", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const timer = (name: "view" | "drift", afterMs: number | undefined): Effect => ({
    type: "timer",
    name,
    afterMs,
  });
  const { step, inputs } = harness([
    [timer("view", 10), timer("drift", 20)],
    [timer("view", 30), timer("drift", undefined)],
  ]);
  step();
  step();
  t.mock.timers.tick(29);
  assert.equal(inputs.length, 2);
  t.mock.timers.tick(1);
  assert.deepEqual(inputs.at(-1), { type: "timer", name: "view", nowMs: 1_000 });
  t.mock.timers.tick(100);
  assert.equal(inputs.length, 3);
});
