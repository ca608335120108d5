import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CliError } from "../error.ts";
import { lockHome } from "./lock-home.ts";

const parent = await mkdtemp(join(tmpdir(), "dure-cli-"));
after(() => rm(parent, { recursive: true, force: true }));

const failsWith = (code: string, work: Promise<unknown>): Promise<void> =>
  assert.rejects(work, (error) => error instanceof CliError && error.code === code);

test("a home has one holder at a time, and the message says who holds it", async () => {
  const home = join(parent, "one");
  const lock = await lockHome(home, "devnet");
  await assert.rejects(lockHome(home, "devnet"), /a devnet is running on .*one: stop it/);
  await lock.release();
  await (await lockHome(home, "devnet")).release();
});

test("a holder that was killed holds no longer", async () => {
  const home = join(parent, "two");
  const module = JSON.stringify(new URL("./lock-home.js", import.meta.url).href);
  const script = `import(${module}).then(async ({ lockHome }) => {
    await lockHome(${JSON.stringify(home)}, "devnet");
    console.log("held");
    setInterval(() => undefined, 1000);
  });`;
  const holder = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(holder.stdout, "data");
    await failsWith("HOME_LOCKED", lockHome(home, "devnet"));
  } finally {
    holder.kill("SIGKILL");
    await once(holder, "exit");
  }
  await (await lockHome(home, "devnet")).release();
});

test("a home that cannot be made is told as such", async () => {
  const file = join(parent, "file");
  await writeFile(file, "");
  await failsWith("HOME_UNWRITABLE", lockHome(file, "devnet"));
  await failsWith("HOME_UNWRITABLE", lockHome(join(file, "home"), "devnet"));
  await failsWith("HOME_UNWRITABLE", lockHome(join(file, "a", "b"), "devnet"));
  // Not even root makes a directory there.
  if (process.platform === "linux") await failsWith("HOME_UNWRITABLE", lockHome("/proc/home", "devnet"));
});

test("the directories above a home are made too", async () => {
  await (await lockHome(join(parent, "a", "b", "c"), "devnet")).release();
});
