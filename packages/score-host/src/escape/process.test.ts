/**
 * What holds when everything within has failed: a program that is hostile from its first line, in the process and the thread
 * that contracts have, and with none of the layers for a control.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { memoryState, query, rawScore } from "../fixture.ts";
import { createScoreHost } from "../host.ts";
import { detectContainment, permissionFlag } from "../layers.ts";
import { startProcess } from "../spawn.ts";

const HOSTILE = fileURLToPath(new URL("./fixtures/hostile.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hostile-"));
const file = join(folder, "file");
const own = fileURLToPath(new URL("./fixtures/written.js", import.meta.url));
const server = createServer((socket) => socket.destroy());
const address = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === "IPv4" && !one.internal)?.address;
const containment = detectContainment();
const hasPermissions = permissionFlag(process.allowedNodeEnvironmentFlags) !== undefined;

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
  rmSync(own, { force: true });
});

type Came = { readonly got?: string; readonly error?: string; readonly died?: boolean };

/** Returns what came of an attempt, within the layers or without any. */
const attempt = async (name: string, isWithin: boolean): Promise<Came> => {
  const child = isWithin
    ? startProcess(containment, HOSTILE, 64)
    : spawn(process.execPath, ["--max-old-space-size=64", HOSTILE], { stdio: ["pipe", "pipe", "pipe"] });
  child.stderr.resume();
  const { port } = server.address() as AddressInfo;
  child.stdin.end(JSON.stringify({ name, file, own, port, address: address ?? "192.0.2.1" }));
  let text = "";
  for await (const chunk of child.stdout) text += String(chunk);
  return text === "" ? { died: true } : (JSON.parse(text) as Came);
};

/** What the permissions deny. */
const PERMITTED = [
  "readFile",
  "readEnvironmentOfParent",
  "listFolder",
  "writeFile",
  "writeOwnPackage",
  "link",
  "childProcess",
  "thread",
  "threadWithoutPermissions",
  "wasi",
  "binding",
];

for (const name of PERMITTED)
  test(`${name} is denied, and is not without the permissions`, { skip: !hasPermissions }, async () => {
    const within = await attempt(name, true);
    assert.equal(within.error, "ERR_ACCESS_DENIED", JSON.stringify(within));
    const without = await attempt(name, false);
    assert.notEqual(without.got, undefined, JSON.stringify(without));
    rmSync(file, { force: true });
    rmSync(own, { force: true });
  });

test("addons are denied", async () => {
  assert.equal((await attempt("addon", true)).error, "ERR_DLOPEN_DISABLED");
});

test("the environment is empty", async () => {
  assert.deepEqual(await attempt("environment", true), { got: "[]" });
  assert.notEqual((await attempt("environment", false)).got, "[]");
});

test("memory is bounded, and its end is the end of the process alone", async () => {
  assert.deepEqual(await attempt("memory", true), { died: true });
});

test("no socket reaches anything, and one does without the namespace", {
  skip: !containment.layers.networkNamespace,
}, async () => {
  assert.match(
    (await attempt("connect", true)).error ?? "",
    /^E(CONNREFUSED|NETUNREACH|NETDOWN|ADDRNOTAVAIL)$/,
  );
  assert.match((await attempt("udp", true)).error ?? "", /^E(NETUNREACH|NETDOWN|HOSTUNREACH)$/);
  assert.match((await attempt("lookUp", true)).error ?? "", /^(EAI_AGAIN|ENOTFOUND|EAI_FAIL)$/);
  assert.deepEqual(await attempt("connect", false), { got: "connected" });
  if (address !== undefined) assert.deepEqual(await attempt("udp", false), { got: "sent" });
});

test("nothing was written", () => {
  assert.equal(existsSync(file), false);
  assert.equal(existsSync(own), false);
});

test("a host says which layers hold its processes", async () => {
  const started: unknown[] = [];
  const host = await createScoreHost({
    scores: [rawScore("plain", { one: "return 1" })],
    onEvent: (event) => event.type === "started" && started.push(event.layers),
  });
  assert.deepEqual(host.status().layers, { ...containment.layers, permission: hasPermissions });
  assert.deepEqual(started, [host.status().layers]);
  await host.close();
});

test("channels share no process, and blocks and queries of one channel neither", async () => {
  const scores = [rawScore("plain", { one: "return 1" }, { two: "return 2" })];
  const hosts = await Promise.all([createScoreHost({ scores }), createScoreHost({ scores })]);
  for (const host of hosts) await host.query(query(0, "plain", "two"), memoryState().read);
  const pids = hosts.flatMap((host) => [host.status().pid, host.status().queryPid]);
  assert.equal(new Set(pids).size, 4);
  assert.ok(pids.every((pid) => pid !== undefined));
  await Promise.all(hosts.map((host) => host.close()));
});
