import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { agreedHead, headOf } from "./chain.ts";
import { runDure } from "./dure.ts";
import { commitData, type Devnet, gone, isAlive, startDevnet, withLogs } from "./harness.ts";
import { getJson } from "./json.ts";
import { freeOffset } from "./ports.ts";
import { treeHash } from "./tree-hash.ts";
import { until } from "./until.ts";

const PEERS = 4;

let root: string;
let home: string;
let offset: number;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "dure-operate-"));
  home = join(root, "home");
  offset = await freeOffset(PEERS);
});

let current: Devnet | undefined;
let isLeft = false;

const stop = async (): Promise<void> => {
  isLeft = false;
  await current?.stop();
  current = undefined;
};

// A test that fails must not leave its devnet in the way of the next one; one that ends well may leave it to it.
afterEach(async () => {
  if (!isLeft) await stop();
  isLeft = false;
});
after(async () => {
  await stop();
  await rm(root, { recursive: true, force: true });
});

const start = async (args: readonly string[] = []): Promise<Devnet> => {
  current = await startDevnet({ peers: PEERS, home, offset, args: ["--no-restart", ...args] });
  return current;
};

/** The devnet that the test before has left, or a new one. */
const running = async (): Promise<Devnet> => current ?? start();

/** Leaves the devnet running for the next test. */
const leave = (): void => {
  isLeft = true;
};

/** Runs `dure devnet`, which must refuse to start; returns what it says. */
const refusal = async (
  at: string,
  args: readonly string[] = [],
): Promise<{ code: string; message: string }> => {
  const ports = ["--port-offset", String(await freeOffset(PEERS))];
  const ended = await runDure(["devnet", "--json", "--home", at, ...ports, ...args]);
  assert.notEqual(ended.code, 0);
  const line = ended.stderr.trim().split("\n").at(-1) ?? "";
  const told = JSON.parse(line) as { code: string; message: string };
  assert.match(told.code, /^[A-Z_]+$/);
  assert.match(told.message, /\w+ \w+ \w+/, "a sentence, which says what to do");
  return told;
};

/** The processes below another one, score hosts and their like included. */
const descendants = (pid: number): readonly number[] => {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const below = (parent: number): number[] =>
    table.filter(([, of]) => of === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
};

test("a port in use is named, with the way out, and nothing is written", async () => {
  const taken = createServer();
  taken.listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  const at = join(root, "port");
  const { code, stderr } = await runDure([
    "devnet",
    "--json",
    "--home",
    at,
    "--port-offset",
    String(port - 9000),
  ]);
  taken.close();
  assert.notEqual(code, 0);
  assert.match(stderr, /PORT_IN_USE/);
  assert.ok(stderr.includes(String(port)) && stderr.includes("--port-offset"), stderr);
  await assert.rejects(readdir(at), { code: "ENOENT" });
});

test("a directory that is no devnet's home is refused and left as it is, with --reset too", async () => {
  const at = join(root, "foreign");
  await mkdir(join(at, "photos"), { recursive: true });
  await writeFile(join(at, "photos", "one.jpg"), "not ours");
  const hash = await treeHash(at);
  assert.equal((await refusal(at)).code, "HOME_FOREIGN");
  assert.equal((await refusal(at, ["--reset"])).code, "HOME_FOREIGN");
  assert.equal(await treeHash(at), hash);
});

test("a home that cannot be written is refused", async () => {
  // A file in the place of a directory cannot be written to by anyone, root included.
  const file = join(root, "a-file");
  await writeFile(file, "x");
  const told = await refusal(join(file, "home"));
  assert.match(told.code, /^HOME_/);
  assert.equal(await readFile(file, "utf8"), "x");
});

test("Ctrl-C ends every process in good order, and the next start resumes with all data", async () => {
  const devnet = await start();
  let id = "";
  let pids: readonly number[] = [];
  await withLogs(devnet, async () => {
    id = await commitData(devnet.urls[0] as string, devnet.urls, "kept");
    pids = descendants(devnet.supervisor.pid);
    assert.ok(pids.length >= 1 + 2 * PEERS, `RadioStation, peers and score hosts: ${pids.length}`);
  });
  const before = await agreedHead(devnet.urls);
  devnet.supervisor.signal("SIGINT");
  assert.deepEqual(await devnet.supervisor.ended, { code: 0, signal: null });
  await gone(pids);
  const again = await start();
  await withLogs(again, async () => {
    assert.equal(again.channelId, devnet.channelId);
    for (const url of again.urls) {
      const { status } = await getJson(`${url}/api/v2/transactions/${id}`);
      assert.equal(status, "executed");
      const block = await getJson(`${url}/api/v2/blocks/${before.height}`);
      assert.equal(block["id"], before.blockId);
    }
    await commitData(again.urls[1] as string, again.urls, "more");
  });
  leave();
});

test("a home that a running devnet uses is refused, and the devnet does not notice", async () => {
  const devnet = await running();
  await withLogs(devnet, async () => {
    assert.equal((await refusal(home)).code, "HOME_LOCKED");
    assert.equal((await refusal(home, ["--reset"])).code, "HOME_LOCKED");
    await commitData(devnet.urls[0] as string, devnet.urls, "undisturbed");
  });
  leave();
});

test("kill -9 of the supervisor leaves no process behind, and the data is whole", async () => {
  const devnet = await running();
  const pids = descendants(devnet.supervisor.pid);
  let id = "";
  await withLogs(devnet, async () => {
    assert.ok(pids.filter(isAlive).length >= 1 + 2 * PEERS);
    id = await commitData(devnet.urls[0] as string, devnet.urls, "before the kill");
  });
  devnet.supervisor.signal("SIGKILL");
  await devnet.supervisor.ended;
  await gone(pids);
  const again = await start();
  await withLogs(again, async () => {
    for (const url of again.urls) {
      const { status } = await getJson(`${url}/api/v2/transactions/${id}`);
      assert.equal(status, "executed");
    }
  });
  leave();
});

test("a peer's home with another's channel data is refused, and its data stays", async () => {
  const devnet = await running();
  await devnet.kill(0);
  const genesis = join(home, "peer0", "channels", devnet.channelId, "home.json");
  const good = await readFile(genesis, "utf8");
  await writeFile(genesis, good.replace(devnet.channelId, "0".repeat(64)));
  const data = join(home, "peer0", "channels");
  const hash = await treeHash(data);
  await withLogs(devnet, async () => {
    await assert.rejects(devnet.restart(0), /FOREIGN_HOME/);
    assert.equal(await treeHash(data), hash);
    await writeFile(genesis, good);
    await devnet.restart(0);
    await commitData(devnet.urls[0] as string, devnet.urls, "the right home again");
  });
  leave();
});

test("the network goes on without its RadioStation, and a peer starts again without it", async () => {
  const devnet = await running();
  await withLogs(devnet, async () => {
    process.kill(devnet.station.pid, "SIGKILL");
    await gone([devnet.station.pid]);
    await commitData(devnet.urls[0] as string, devnet.urls, "no station");
    await devnet.kill(2);
    await commitData(devnet.urls[0] as string, [devnet.urls[0] as string], "no station, three peers");
    await devnet.restart(2);
    await commitData(devnet.urls[2] as string, devnet.urls, "no station, a peer started again");
  });
});

test("a damaged home is refused with an error, and not one byte of it is changed", async () => {
  const marker = join(home, "devnet.json");
  const good = await readFile(marker);
  for (const bad of ["", "{", "null", '{"kind":"dure/devnet","version":1,"peers":-1,"portOffset":0}']) {
    await writeFile(marker, bad);
    const hash = await treeHash(home);
    assert.equal((await refusal(home)).code, "HOME_DAMAGED", bad);
    assert.equal(await treeHash(home), hash);
  }
  await writeFile(marker, '{"kind":"dure/devnet","version":99}');
  const hash = await treeHash(home);
  assert.equal((await refusal(home)).code, "HOME_VERSION");
  assert.equal(await treeHash(home), hash);
  await writeFile(marker, good);
});

test("other founding options than the home's are refused", async () => {
  const hash = await treeHash(home);
  assert.equal((await refusal(home, ["--peers", "2"])).code, "SETTING_CONFLICT");
  assert.equal(await treeHash(home), hash);
});

test("--reset begins a new channel in the same home", async () => {
  const before = await readdir(join(home, "peer0", "channels"));
  const devnet = await start(["--reset"]);
  await withLogs(devnet, async () => {
    assert.ok(!before.includes(devnet.channelId), "another channel");
    assert.deepEqual(await readdir(join(home, "peer0", "channels")), [devnet.channelId]);
    const { height } = await headOf(devnet.urls[0] as string);
    assert.equal(height, 0);
    await until("the new channel works", () => commitData(devnet.urls[0] as string, devnet.urls, "anew"));
  });
});
