/** What becomes of loops, bombs and killed processes. Real processes throughout. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { processCarrier } from "./carrier.ts";
import type { ScoreHostError } from "./error.ts";
import { block, memoryState, query, rawScore } from "./fixture.ts";
import { createScoreHost, type ScoreHost } from "./host.ts";
import { NO_LAYERS } from "./layers.ts";
import type { ScoreHostLimits } from "./limits.ts";
import type { QueryOutcome } from "./outcome.ts";
import { Sandbox } from "./sandbox.ts";

const ROGUE = rawScore(
  "rogue",
  {
    good: "const n = (ctx.state.get('n') ?? 0) + 1; ctx.state.set('n', n); return n",
    slow: "let x = 0; for (let i = 0; i < 1e6; i++) x = (x + i) % 7; const n = (ctx.state.get('n') ?? 0) + 1; ctx.state.set('n', n); return n",
    loop: "for (;;);",
    bomb: "const all = []; for (;;) all.push(new Array(1e5).fill(1.5))",
    recurse: "const deeper = () => 1 + deeper(); return deeper()",
    recurseAndCatch: "const deeper = () => 1 + deeper(); try { return deeper(); } catch { return 'caught'; }",
    longString: "let s = 'x'; for (;;) s += s",
    negative: "return 'x'.repeat(-1)",
    log: "for (let i = 0; i < 1e4; i++) console.log('flood'); return 'done'",
  },
  {
    n: "return ctx.state.get('n') ?? 0",
    askLoop: "for (;;);",
    askBomb: "const all = []; for (;;) all.push(new Array(1e5).fill(1.5))",
    write: "ctx.state.set('n', 99); return 1",
    writeAndCatch: "try { ctx.state.set('n', 99); } catch { return 'caught'; }",
    both: "return [ctx.state.get('n') ?? 0, ctx.block.height, ctx.state.get('m') ?? 0, typeof ctx.emit]",
  },
);

/** Returns a host of ROGUE that is closed after the test, however that ends. */
const hostOf = async (t: TestContext, limits: ScoreHostLimits = {}): Promise<ScoreHost> => {
  const host = await createScoreHost({
    scores: [ROGUE],
    limits: { callsDeadlineMs: 5_000, memoryMb: 64, attemptsMax: 2, ...limits },
  });
  t.after(() => host.close());
  return host;
};

const gone = async (pid: number): Promise<void> => {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

for (const [name, method, message] of [
  ["an endless loop", "loop", /more than \d+ steps/],
  ["a memory bomb", "bomb", /bytes of memory/],
  ["runaway recursion", "recurse", /too deep/],
  ["runaway recursion that the contract catches", "recurseAndCatch", /too deep/],
  ["a text that doubles", "longString", /a text that is too long/],
] as const)
  test(`${name} is a receipt, and harms nothing else`, async (t) => {
    const host = await hostOf(t);
    const calls: [string, string][] = [
      ["rogue", "good"],
      ["rogue", method],
      ["rogue", "good"],
    ];
    const { calls: outcomes } = await host.execute(block(1, calls), memoryState().read);
    assert.deepEqual(
      outcomes.map(({ code, result }) => [code, result]),
      [
        [0, "1"],
        [9000, "null"],
        [0, "2"],
      ],
    );
    assert.match(outcomes[1]!.message, message);
    assert.equal(host.status().restarts, 0);
  });

test("a machine that is too slow halts execution, names the call, and goes on when it is given time", async (t) => {
  const host = await hostOf(t, { callsDeadlineMs: 25 });
  const state = memoryState();
  const calls: [string, string][] = [["rogue", "good"]];
  for (let index = 0; index < 18; index++) calls.push(["rogue", "slow"]);
  await assert.rejects(host.execute(block(1, calls), state.read), (error: ScoreHostError) => {
    assert.equal(error.code, "EXECUTION_HALTED");
    const { height, score } = error.call!;
    assert.deepEqual([height, score], [1, "rogue"]);
    assert.match(error.message, /raise callsDeadlineMs or memoryMb/);
    return true;
  });
  assert.equal(host.status().state, "halted");
  const patient = await hostOf(t, { callsDeadlineMs: 30_000 });
  const { calls: outcomes } = await patient.execute(block(1, calls), state.read);
  assert.deepEqual(
    outcomes.map(({ result }) => result),
    calls.map((_, index) => `${index + 1}`),
  );
});

test("what a block's calls may take together ends with the same call on every machine", async (t) => {
  const host = await hostOf(t, { callsDeadlineMs: 60_000 });
  const calls = Array.from({ length: 24 }, (): [string, string] => ["rogue", "loop"]);
  const { calls: outcomes } = await host.execute(block(1, [...calls, ["rogue", "good"]]), memoryState().read);
  const few = outcomes.findIndex(({ message }) => /too few left/.test(message));
  assert.equal(few, 20);
  assert.ok(outcomes.slice(few).every(({ code, message }) => code === 9000 && /too few left/.test(message)));
  assert.equal(
    outcomes.reduce((sum, { used }) => sum + used.steps, 0),
    400_000_000,
  );
});

test("a RangeError that the language prescribes is a refusal like any other", async (t) => {
  const host = await hostOf(t);
  const [outcome] = (await host.execute(block(1, [["rogue", "negative"]]), memoryState().read)).calls;
  assert.deepEqual([outcome!.code, outcome!.message], [9000, "the method threw a RangeError"]);
});

test("a contract that logs without end floods nothing", async (t) => {
  const host = await hostOf(t, { callsDeadlineMs: 10_000 });
  const [outcome] = (await host.execute(block(1, [["rogue", "log"]]), memoryState().read)).calls;
  assert.equal(outcome!.result, '"done"');
});

test("a process killed at any moment changes no outcome", async (t) => {
  const host = await hostOf(t, { callsDeadlineMs: 60_000, attemptsMax: 50 });
  const state = memoryState();
  const calls = Array.from({ length: 12 }, (): [string, string] => ["rogue", "slow"]);
  let killed = 0;
  for (let height = 1; height <= 12; height++) {
    const execution = host.execute(block(height, calls), state.read);
    // A different moment in each round, from before the request arrives to after the outcomes were sent.
    const timer = setTimeout(
      () => {
        const { pid } = host.status();
        if (pid !== undefined && process.kill(pid, "SIGKILL")) killed++;
      },
      height * 6 - 6,
    );
    const { calls: outcomes } = await execution;
    clearTimeout(timer);
    assert.deepEqual(
      outcomes.map(({ result }) => Number(result)),
      calls.map((_, index) => (height - 1) * calls.length + index + 1),
    );
    state.apply(outcomes);
  }
  assert.ok(killed > 0 && host.status().restarts > 0, `${killed} killed`);
});

test("a process killed while idle is replaced when it is needed", async (t) => {
  const host = await hostOf(t);
  const state = memoryState();
  state.apply((await host.execute(block(1, [["rogue", "good"]]), state.read)).calls);
  const { pid } = host.status();
  process.kill(pid!, "SIGKILL");
  await gone(pid!);
  assert.equal((await host.execute(block(2, [["rogue", "good"]]), state.read)).calls[0]!.result, "2");
});

test("an activation takes the place of a SCORE in the processes that run, and in a new one after many", async (t) => {
  const store = rawScore("score-store", { applied: "return null" });
  const counted = rawScore("counted", {}, { version: "return VERSION" }, "const VERSION = 0;");
  const host = await createScoreHost({ scores: [store, counted] });
  t.after(() => host.close());
  const { read } = memoryState();
  const versionAt = async (height: number) => {
    const answer = await host.query(query(height, "counted", "version"), read);
    return answer.kind === "answer" ? answer.result : answer.message;
  };
  assert.equal(await versionAt(0), "0");
  const first = host.status();
  const upgrade = async (height: number): Promise<void> => {
    const source = counted.source.replace("VERSION = 0", `VERSION = ${height}`);
    const told = {
      action: "upgrade",
      manifest: "",
      from: "1.0.0",
      params: "",
      entry: "{}",
      refusal: "",
    } as const;
    const activation = { score: "counted", version: "1.0.0", source, ...told };
    const { activations } = await host.execute({ ...block(height, []), activations: [activation] }, read);
    assert.equal(activations[0]!.code, 0, activations[0]!.message);
  };
  await upgrade(1);
  assert.equal(await versionAt(1), "1");
  assert.deepEqual([host.status().pid, host.status().queryPid], [first.pid, first.queryPid]);
  assert.equal(host.status().restarts, 0);
  for (let height = 2; height <= 70; height++) await upgrade(height);
  assert.equal(await versionAt(70), "70");
  assert.notEqual(host.status().pid, first.pid);
  assert.equal(host.status().restarts, 2);
});

test("closing leaves no process behind", async (t) => {
  const host = await hostOf(t);
  await host.query(query(0, "rogue", "n"), memoryState().read);
  const { pid, queryPid } = host.status();
  await host.close();
  await Promise.all([gone(pid!), gone(queryPid!)]);
});

test("a busy process ends when its supervisor is killed", async () => {
  const program = `
    const { createScoreHost } = await import(${JSON.stringify(new URL("./host.js", import.meta.url).href)});
    const host = await createScoreHost({ scores: [${JSON.stringify(ROGUE)}], limits: { callsDeadlineMs: 1e9, attemptsMax: 1 } });
    const sender = { id: "", name: "", organisation: "", roles: [], attributes: {} };
    host.execute({ height: 1, timestampMs: 1, organisations: [], activations: [], suspended: [], calls: [
      { index: 0, txId: "", score: "rogue", method: "good", params: "{}", sender },
      ...Array.from({ length: 15 }, (_, at) => ({ index: at + 1, txId: "", score: "rogue", method: "loop", params: "{}", sender })) ] },
      (keys) => { console.log(host.status().pid); return keys.map(() => undefined); });`;
  const supervisor = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(supervisor.stdout, "data");
  const pid = Number(String(line));
  assert.ok(pid > 0 && process.kill(pid, 0));
  supervisor.kill("SIGKILL");
  await gone(pid);
});

test("a query sees the state after its block and writes nothing", async (t) => {
  const host = await hostOf(t);
  const state = memoryState();
  state.apply((await host.execute(block(1, [["rogue", "good"]]), state.read)).calls);
  const ask = async (method: string, height = 1) => host.query(query(height, "rogue", method), state.read);
  const answer = async (method: string, height?: number) => {
    const { used, ...rest } = (await ask(method, height)) as Extract<QueryOutcome, { kind: "answer" }>;
    assert.ok(used.steps > 0 && used.bytes > 0);
    return rest;
  };
  assert.deepEqual(await answer("both"), {
    kind: "answer",
    code: 0,
    message: "",
    result: '[1,1,0,"undefined"]',
  });
  state.apply((await host.execute(block(2, [["rogue", "good"]]), state.read)).calls);
  assert.deepEqual(await answer("n", 2), { kind: "answer", code: 0, message: "", result: "2" });
  const refused = await ask("write", 2);
  assert.deepEqual(
    [refused.kind === "answer" && refused.code, refused.message],
    [9000, "a query must not write"],
  );
  const caught = await ask("writeAndCatch", 2);
  assert.equal(caught.kind === "answer" && caught.code, 9000);
  const unknown = await ask("good", 2);
  assert.equal(unknown.message, "the SCORE rogue has no query method good");
});

test("a query that loops or bombs is answered as such while blocks go on", async (t) => {
  const host = await hostOf(t, { queryDeadlineMs: 400 });
  const state = memoryState();
  const pidBefore = host.status().pid;
  const looping = host.query(query(0, "rogue", "askLoop"), state.read);
  const bombing = host.query(query(0, "rogue", "askBomb"), state.read);
  const sound = host.query(query(0, "rogue", "n"), state.read);
  for (let height = 1; height <= 5; height++)
    state.apply((await host.execute(block(height, [["rogue", "good"]]), state.read)).calls);
  for (const answer of await Promise.all([looping, bombing]))
    assert.equal(answer.kind === "answer" && answer.code, 9000, JSON.stringify(answer));
  assert.equal((await sound).kind, "answer");
  assert.equal(state.text("rogue\0n"), "5");
  assert.equal(host.status().pid, pidBefore);
});

test("queries beyond the queue are turned away", async (t) => {
  const host = await hostOf(t, { queriesMax: 1 });
  const read = memoryState().read;
  const first = host.query(query(0, "rogue", "n"), read);
  await assert.rejects(host.query(query(0, "rogue", "n"), read), { code: "QUERY_OVERLOADED" });
  assert.equal((await first).kind, "answer");
});

for (const [name, program] of Object.entries({
  garbage: "process.stdout.write('hello, I am no frame at all'); setInterval(() => {}, 1e6)",
  "an endless flood": "const b = Buffer.alloc(65536, 1); const go = () => process.stdout.write(b, go); go()",
  "a huge length": "process.stdout.write(Buffer.from([255, 255, 255, 255])); setInterval(() => {}, 1e6)",
  "a message that nobody asked for": `const m = Buffer.from('{"type":"started","index":-5}'); const l = Buffer.alloc(4); l.writeUInt32BE(m.length); process.stdout.write(Buffer.concat([l, m])); setInterval(() => {}, 1e6)`,
  "nothing, and ends": "process.exit(3)",
}))
  test(`a process that sends ${name} is ended, and the peer told`, async () => {
    let pid = 0;
    const start = Sandbox.start({
      scores: [],
      memoryMb: 64,
      cacheBytesMax: 0,
      spawn: () => {
        const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "pipe"] });
        pid = child.pid!;
        return processCarrier(child, NO_LAYERS);
      },
    });
    await assert.rejects(start, { code: "SANDBOX_START_FAILED" });
    await gone(pid);
  });
