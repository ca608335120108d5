import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { CliError } from "../error.ts";
import type { ChildSpec } from "./child.ts";
import { type Death, keepProcess } from "./kept-process.ts";

const parent = await mkdtemp(join(tmpdir(), "dure-cli-"));
after(() => rm(parent, { recursive: true, force: true }));

const freePort = async (): Promise<string> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return String(port);
};

/** A RadioStation, the smallest process of a devnet. */
const specOf = async (home: string): Promise<ChildSpec> => ({
  name: "radiostation",
  logFile: join(home, "logs", "radiostation.log"),
  args: [
    "radiostation",
    ...["--home", join(home, "radiostation"), "--organisation", "devnet"],
    ...["--rest-port", await freePort(), "--grpc-port", await freePort()],
  ],
});

const keep = async (spec: ChildSpec, restart: boolean) => {
  const deaths: Death[] = [];
  const restarts: number[] = [];
  const kept = await keepProcess(async () => spec, restart, {
    onEvent: () => undefined,
    onDied: (death) => deaths.push(death),
    onRestarted: (pid) => restarts.push(pid),
  });
  return { kept, deaths, restarts };
};

const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await delay(10);
};

test("a killed process is told of and started again, and stops in good order when asked", {
  timeout: 60_000,
}, async () => {
  const home = await mkdtemp(join(parent, "again-"));
  const { kept, deaths, restarts } = await keep(await specOf(home), true);
  await kept.awaitEvent("ready");
  const first = kept.pid()!;
  process.kill(first, "SIGKILL");
  await until(() => restarts.length === 1);
  assert.equal(deaths[0]?.signal, "SIGKILL");
  assert.ok(deaths[0]?.lines.some((line) => line.includes("RadioStation started")));
  assert.notEqual(kept.pid(), first);
  // Of the new process, not the old one's event.
  await kept.awaitEvent("ready");
  await kept.stop();
  assert.equal(kept.pid(), undefined);
  assert.equal(deaths.length, 1, "an end that was asked for is no death");
  assert.deepEqual((await readdir(join(home, "logs"))).sort(), ["radiostation.log", "radiostation.log.1"]);
});

test("a process that cannot start gives its reason, and is left dead if so wished", {
  timeout: 60_000,
}, async () => {
  const home = await mkdtemp(join(parent, "never-"));
  const spec = await specOf(home);
  const found = join(home, "found.json");
  await writeFile(found, "{");
  const { kept, deaths } = await keep({ ...spec, args: [...spec.args, "--found", found] }, false);
  await assert.rejects(kept.awaitEvent("ready"), (error) => {
    assert.ok(error instanceof CliError && error.code === "CHILD_FAILED");
    assert.match(error.message, /radiostation ended with status 1: .*found\.json cannot be read as JSON/);
    return true;
  });
  await until(() => deaths.length === 1);
  assert.equal(deaths[0]?.againInMs, undefined);
  assert.equal(kept.pid(), undefined);
  await kept.stop();
});
