/** SCOREs on a running devnet, as an author and an administrator meet them: by the command line alone. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type DureProcess, runDure, startDure } from "./dure.ts";
import { commitData, type Devnet, startDevnet, withLogs } from "./harness.ts";
import { getJson, type Json } from "./json.ts";
import { until } from "./until.ts";

let devnet: Devnet;
let parent: string;
let project: string;

before(async () => {
  parent = await mkdtemp(join(tmpdir(), "dure-score-e2e-"));
  project = join(parent, "counter");
  devnet = await startDevnet({ peers: 4 });
});

after(async () => {
  await devnet.stop();
  await rm(parent, { recursive: true, force: true });
});

/** Runs `dure` against the devnet, as its administrator unless told otherwise, and returns what it prints with --json. */
const dure = async (args: readonly string[], as = "admin"): Promise<Json> => {
  const ended = await runDure([...args, "--home", devnet.home, "--json", ...(as === "" ? [] : ["--as", as])]);
  assert.equal(ended.code, 0, ended.stderr);
  return JSON.parse(ended.stdout) as Json;
};

const failed = async (args: readonly string[], code: RegExp): Promise<void> => {
  const ended = await runDure([...args, "--home", devnet.home, "--as", "admin"]);
  assert.notEqual(ended.code, 0);
  assert.match(ended.stderr, code);
};

const add = async (): Promise<unknown> => {
  const { receipt } = await dure(["tx", "send", "--score", "counter", "add", '{"by":1}'], "alice");
  return (receipt as Json)["result"];
};

const edit = async (file: string, from: string, to: string): Promise<void> => {
  const path = join(project, file);
  const text = await readFile(path, "utf8");
  assert.ok(text.includes(from), `${file} has ${from}`);
  await writeFile(path, text.replaceAll(from, to));
};

const steps = async (url: string): Promise<readonly Json[]> =>
  (await getJson(`${url}/api/v2/scores/counter`))["steps"] as readonly Json[];

/** Every peer's newest activation, once all have executed a height. */
const newest = async (height: number): Promise<readonly Json[]> => {
  for (const url of devnet.urls)
    await until(`${url} has executed ${height}`, async () => {
      const { executedHeight } = await getJson(`${url}/api/v2/status`);
      return Number(executedHeight) >= height;
    });
  return Promise.all(devnet.urls.map(async (url) => (await steps(url))[0] as Json));
};

test("a contract is deployed, upgraded at a height, rolled back and disabled, on all peers alike", async () =>
  withLogs(devnet, async () => {
    const made = await runDure(["score", "new", project]);
    assert.equal(made.code, 0, made.stderr);
    const deployed = await dure(["score", "deploy", project, "--params", '{"limit":100}']);
    assert.deepEqual([deployed["status"], deployed["version"]], ["applied", "1.0.0"]);
    assert.deepEqual(await add(), { sum: 1 });
    await failed(["score", "deploy", project], /upgrade it.*SCORE_REFUSED/);

    // An upgrade with a migration at a height to come; one peer is away meanwhile.
    for (const file of ["contract.ts", "package.json"]) await edit(file, "1.0.0", "2.0.0");
    await edit(
      "contract.ts",
      "  invoke: {",
      `  migrate(ctx) {
    counter(ctx.state, "count").add(50);
  },
  rollback(ctx) {
    counter(ctx.state, "count").add(-50);
  },

  invoke: {`,
    );
    await edit("package.json", '"migrate": false', '"migrate": true');
    await edit("package.json", '"rollback": false', '"rollback": true');
    await devnet.kill(3);
    const { executedHeight } = await getJson(`${devnet.urls[0]}/api/v2/status`);
    const at = Number(executedHeight) + 20;
    const scheduled = await dure(["score", "upgrade", project, "--height", String(at)]);
    assert.deepEqual([scheduled["status"], scheduled["height"]], ["scheduled", at]);
    await devnet.restart(3);
    for (;;) {
      const { executedHeight: now } = await getJson(`${devnet.urls[0]}/api/v2/status`);
      if (Number(now) >= at) break;
      await commitData(devnet.urls[0] as string, [devnet.urls[0] as string], "on");
    }
    for (const step of await newest(at))
      assert.deepEqual(
        [step["action"], step["from"], step["version"], step["height"], step["code"]],
        ["upgrade", "1.0.0", "2.0.0", at, 0],
      );
    assert.deepEqual(await add(), { sum: 52 });

    // A migration that throws leaves what ran before.
    for (const file of ["contract.ts", "package.json"]) await edit(file, "2.0.0", "3.0.0");
    await edit("contract.ts", ".add(50);\n", '.add(50);\n    refuse("not yet");\n');
    await failed(["score", "upgrade", project], /not yet.*ACTIVATION_FAILED/s);
    assert.deepEqual(await add(), { sum: 53 });

    const back = await dure(["score", "rollback", "counter"]);
    assert.deepEqual([back["status"], back["version"]], ["applied", "1.0.0"]);
    assert.deepEqual(await add(), { sum: 4 });
    const again = await dure(["score", "upgrade", "counter", "--use", "2.0.0"]);
    assert.equal(again["status"], "applied");
    assert.deepEqual(await add(), { sum: 55 });

    const gone = await dure(["score", "disable", "counter"]);
    assert.equal(gone["status"], "applied");
    const refused = await runDure([
      ...["tx", "send", "--home", devnet.home, "--as", "alice", "--json"],
      ...["--score", "counter", "add", '{"by":1}'],
    ]);
    assert.equal(refused.code, 1);
    const { scores } = await dure(["score", "list"], "");
    assert.deepEqual(
      (scores as readonly Json[]).map(({ score, active }) => `${score} ${active}`),
      ["contract-agreement true", "counter false", "score-store true", "token true"],
    );
    const info = await runDure(["score", "info", "counter", "--home", devnet.home]);
    assert.match(info.stdout, /counter does not run[\s\S]*disable[\s\S]*not yet/);
    const listed = await runDure(["score", "proposals", "--home", devnet.home]);
    assert.match(listed.stdout, /failed/);
    await failed(["score", "approve", "99"], /no proposal 99.*SCORE_REFUSED/);
  }));

test("while an author writes, each change runs, and what is wrong is told with its line", async () =>
  withLogs(devnet, async () => {
    project = join(parent, "dev");
    assert.equal((await runDure(["score", "new", project])).code, 0);
    const dev: DureProcess = startDure(["score", "dev", project, "--home", devnet.home, "--json"]);
    const told = (event: string, count: number): Promise<Json> =>
      until(
        `${event} for the ${count}. time, after ${JSON.stringify(dev.events)} ${dev.stderr()}`,
        () => dev.events.filter((each) => each["event"] === event)[count - 1],
        20_000,
      );
    await told("deployed", 1);
    const query = () => dure(["query", "--score", "dev", "count"], "");
    assert.equal((await query())["result"], 0);
    await edit("contract.ts", 'run: (ctx) => counter(ctx.state, "count").get()', "run: () => 42");
    const { tookMs } = await told("deployed", 2);
    assert.ok(Number(tookMs) < 10_000);
    assert.equal((await query())["result"], 42);
    await edit("contract.ts", "run: () => 42", "run: () => 42 +");
    const { message } = await told("failed", 1);
    assert.match(String(message), /contract\.ts:\d+:\d+: Unexpected/);
    await edit("contract.ts", "run: () => 42 +", "run: () => 43");
    await told("deployed", 3);
    assert.equal((await query())["result"], 43);
    dev.signal("SIGINT");
    assert.equal((await dev.ended).code, 0);
  }));
