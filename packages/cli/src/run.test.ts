import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../bin/dure.mjs", import.meta.url));
const parent = await mkdtemp(join(tmpdir(), "dure-cli-"));
after(() => rm(parent, { recursive: true, force: true }));

const dure = (...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: parent }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });

test("help is printed once, names every command and ends well", async () => {
  const { status, stdout, stderr } = await dure("--help");
  assert.equal(status, 0);
  assert.equal(stderr, "");
  for (const command of [
    "devnet",
    "status",
    "tx",
    "query",
    "state",
    "block",
    "verify",
    "doctor",
    "bench",
    "peer",
    "radiostation",
  ])
    assert.match(stdout, new RegExp(`^  ${command} `, "m"));
});

test("what a command needs to run is loaded when it runs, and not to read the command line", async () => {
  // Prints each module that is loaded; `register` is Node's own way to watch.
  const hooks = `
    import { writeSync } from "node:fs";
    export const load = (url, context, next) => (writeSync(2, url + "\\n"), next(url, context));`;
  const watch = `
    import { register } from "node:module";
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
  const loadedBy = (...args: string[]): Promise<readonly string[]> =>
    new Promise((resolve) => {
      const watched = ["--import", `data:text/javascript,${encodeURIComponent(watch)}`, BIN, ...args];
      execFile(process.execPath, watched, { cwd: parent }, (_error, _stdout, stderr) =>
        resolve(stderr.split("\n").filter((line) => line.startsWith("file:"))),
      );
    });
  const isLight = (url: string): boolean => /\/(cli|client|commander|picocolors)\//.test(url);
  for (const args of [["--version"], ["--help"], ["nonsense"]]) {
    const loaded = await loadedBy(...args);
    assert.ok(loaded.some((url) => url.endsWith("/commands/verify.js")));
    assert.deepEqual(
      loaded.filter((url) => !isLight(url)),
      [],
    );
  }
  // So that the test can tell: checks of the machine need what holds contracts.
  assert.ok((await loadedBy("doctor")).some((url) => url.includes("/score-host/")));
});

test("a command line that cannot be understood ends with status 2 and one sentence", async () => {
  for (const args of [
    ["devnet", "--peers", "17"],
    ["nonsense"],
    ["radiostation"],
    ["status", "--nonsense"],
    ["query"],
  ]) {
    const { status, stdout, stderr } = await dure(...args);
    assert.equal(status, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
    assert.match(stderr, /^dure: .*\(USAGE\)$/m);
  }
});

test("what is no terminal gets no colours, on a build server either", async () => {
  const env: NodeJS.ProcessEnv = { ...process.env, CI: "true" };
  delete env["FORCE_COLOR"];
  const stderr = await new Promise<string>((resolve) => {
    execFile(process.execPath, [BIN, "nonsense"], { cwd: parent, env }, (_error, _stdout, text) =>
      resolve(text),
    );
  });
  assert.match(stderr, /^dure: unknown command/);
});

test("with --json an error is one JSON object on stderr", async () => {
  const home = join(parent, "other");
  await writeFile(home, "a file");
  for (const args of [
    ["devnet", "--home", home],
    ["status", "--home", home],
    ["devnet", "--peers", "x"],
  ]) {
    const { status, stdout, stderr } = await dure(...args, "--json");
    assert.notEqual(status, 0);
    assert.equal(stdout, "");
    const told = JSON.parse(stderr) as Record<string, unknown>;
    assert.deepEqual(Object.keys(told), ["code", "message"]);
    assert.match(String(told["code"]), /^[A-Z_]+$/);
  }
});

test("a stack trace is shown only when asked for", async () => {
  const args = ["tx", "send", "--as", "alice", "propose"];
  assert.doesNotMatch((await dure(...args)).stderr, /\n {4}at /);
  assert.match((await dure(...args, "--verbose")).stderr, /\n {4}at /);
});

test("tokens and clients come from a RadioStation's home, and from nowhere else", async () => {
  const station = await dure(
    "radiostation",
    "token",
    "--home",
    "nowhere",
    "--name",
    "peer0.org",
    "--role",
    "peer",
  );
  assert.equal(station.status, 1);
  assert.match(station.stderr, /HOME_MISSING/);
  const client = [
    "radiostation",
    "client",
    "--home",
    "nowhere",
    "--name",
    "eve",
    "--role",
    "client",
    "--out",
    "eve",
  ];
  assert.match((await dure(...client)).stderr, /HOME_MISSING/);
});

test("a signer must be named, and a devnet found to know it by name", async () => {
  const unnamed = await dure("tx", "send", "propose");
  assert.equal(unnamed.status, 1);
  assert.match(unnamed.stderr, /--as alice/);
  const homeless = await dure("identity", "--as", "alice");
  assert.equal(homeless.status, 1);
  assert.match(homeless.stderr, /HOME_MISSING/);
});

test("devnet refuses a home with other content and leaves it alone", async () => {
  const home = await mkdtemp(join(parent, "mine-"));
  await writeFile(join(home, "notes.txt"), "mine");
  for (const args of [[], ["--reset"]]) {
    const { status, stderr } = await dure("devnet", "--home", home, ...args);
    assert.equal(status, 1);
    assert.match(stderr, /HOME_FOREIGN/);
  }
});
