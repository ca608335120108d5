/** A thread and a process run the same calls to the same outcomes, and so do a zone of the machine's and none. */
import assert from "node:assert/strict";
import { subscribe } from "node:diagnostics_channel";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { block, memoryState, rawScore } from "./fixture.ts";
import { executeHalting } from "./halting.ts";
import { DEFAULTS } from "./limits.ts";
import type { Outcome, ScoreSource } from "./outcome.ts";
import { pack } from "./pack.ts";
import { Sandbox } from "./sandbox.ts";
import type { Spawn } from "./spawn.ts";
import { startDisturbedThread, startThread } from "./thread.ts";

// The zone is the whole process's, its threads' as well.
process.env["TZ"] = "Asia/Seoul";

const RAW = rawScore("raw", {
  deepest: "const f = (n) => n === 0 ? 0 : 1 + f(n - 1); return f(9000)",
  tooDeep: "const f = () => { try { f() } catch { f() } }; f()",
  byNatives: "const f = () => [1].map(() => 'x'.replace(/x/, f)); return f()",
  memory: "const all = []; for (;;) all.push(new Array(1e5).fill(1.5))",
  thrown: "throw { message: 'no error', code: 1234, details: { a: 1 } }",
  classes:
    "class E extends Error { get name() { ctx.state.set('named', 1); return 'E' } } throw new E('own')",
  afterwards: "try { null.x } finally { ctx.state.set('a', 1) }",
  errors:
    "const all = []; for (let i = 0; i < 200; i++) try { i.x.y } catch (e) { all.push(e.message) } return all.length",
  read: "return [1, 2, 3].map((n) => ctx.state.get('k' + n) ?? n)",
  promise: "return Promise",
});
const METHODS = Object.keys({
  deepest: 0,
  tooDeep: 0,
  byNatives: 0,
  memory: 0,
  thrown: 0,
  classes: 0,
  afterwards: 0,
  errors: 0,
  read: 0,
  promise: 0,
});
const FAULTY =
  "refused unexpected elsewhere again native callback bound called calledAndCaught loop recursion stack pattern dates";

const CALLS: [string, string, unknown][] = [
  ...METHODS.map((method): [string, string, unknown] => ["raw", method, {}]),
  ...FAULTY.split(" ").map((method): [string, string, unknown] => ["faulty", method, { limit: 2 }]),
  ["bank", "transfer", { from: "x", to: "y", amount: 1 }],
];

const fixture = (name: string): Promise<ScoreSource> =>
  pack(fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url)));

let scores: readonly ScoreSource[];
let expected: readonly Outcome[];
const opened: Sandbox[] = [];

/** Executes all calls twice in one carrier, and returns the outcomes of both blocks. */
const execute = async (spawn?: Spawn): Promise<readonly Outcome[]> => {
  const options = { scores, memoryMb: 256, cacheBytesMax: 1 << 20, ...(spawn && { spawn }) };
  const { sandbox } = await Sandbox.start(options);
  opened.push(sandbox);
  const state = memoryState();
  const execution = { sandbox: async () => sandbox, limits: DEFAULTS, onEvent: () => {} };
  const outcomes: Outcome[] = [];
  for (const height of [1, 2]) {
    const { calls } = await executeHalting({ type: "block", ...block(height, CALLS) }, state.read, execution);
    state.apply(calls);
    outcomes.push(...calls);
  }
  return outcomes;
};

/** What peers agree on. */
const agreed = (outcomes: readonly Outcome[]) => outcomes.map(({ trace: _, ...outcome }) => outcome);

before(async () => {
  scores = [RAW, ...(await Promise.all([fixture("faulty"), fixture("bank")]))];
  expected = await execute();
});
after(() => Promise.all(opened.map((sandbox) => sandbox.close())));

test("a process traces nothing", () => {
  assert.ok(expected.every(({ trace }) => trace === undefined));
  assert.ok(expected.some(({ code }) => code === 0) && expected.some(({ code }) => code === 1001));
});

for (const [name, spawn] of [
  ["a thread", startThread],
  ["a disturbed thread", startDisturbedThread],
] as const)
  test(`${name} comes to the same, meters included, and knows from where`, async () => {
    const outcomes = await execute(spawn);
    assert.deepEqual(agreed(outcomes), agreed(expected));
    assert.ok(outcomes.some(({ trace }) => trace?.includes("score:faulty@1.0.0:")));
  });

test("a thread that is given back serves the next one, and one that was killed does not", async () => {
  let started = 0;
  subscribe("worker_threads", () => {
    started++;
  });
  const start = async (): Promise<Sandbox> =>
    (await Sandbox.start({ scores: [RAW], memoryMb: 96, cacheBytesMax: 0, spawn: startThread })).sandbox;
  const first = await start();
  await first.close();
  assert.deepEqual([first.alive, started], [false, 1]);
  const second = await start();
  assert.equal(started, 1);
  second.kill("closed");
  await second.exited;
  const third = await start();
  assert.deepEqual([third.alive, started], [true, 2]);
  await third.close();
});
