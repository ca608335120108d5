/** The programs that the readme and the client's guide begin with, run as they are written. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runDure } from "./dure.ts";
import { type Devnet, startDevnet, withLogs } from "./harness.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Inside the repository, so that the client is found as a reader's program finds it. */
const SCRATCH = fileURLToPath(new URL("../dist/guides/", import.meta.url));

let devnet: Devnet;
const children: ChildProcess[] = [];

before(async () => {
  devnet = await startDevnet();
  await mkdir(SCRATCH, { recursive: true });
});

after(async () => {
  for (const child of children) child.kill("SIGKILL");
  await devnet.stop();
  await rm(SCRATCH, { recursive: true, force: true });
});

/** The first program of a page that uses the client, with this devnet's home and ports in place of the usual ones. */
const programOf = async (page: string): Promise<string> => {
  const text = await readFile(join(ROOT, page), "utf8");
  const [, program = ""] = /```ts\n(import[^`]*?@dure\/client[^`]*(?:`[^`\n]+`[^`]*)*?)```/.exec(text) ?? [];
  assert.match(program, /await call\(/, `${page} has such a program`);
  return program
    .replaceAll(/"\.dure\/([^"]+)"/g, (_, path: string) => JSON.stringify(join(devnet.home, path)))
    .replace("http://127.0.0.1:9000", devnet.urls[0] ?? "")
    .replace("http://127.0.0.1:9100", devnet.urls[1] ?? "");
};

/** Runs a program until it prints a line like this. */
const printed = async (name: string, program: string, line: RegExp): Promise<string> => {
  const file = join(SCRATCH, `${name}.mjs`);
  await writeFile(file, program);
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  for await (const text of createInterface({ input: child.stdout }))
    if (line.test(text)) {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      return text;
    }
  return assert.fail(`${name} ended without printing ${line}`);
};

test("what the readme and the guide begin with works as it is written", () =>
  withLogs(devnet, async () => {
    const home = ["--home", devnet.home];
    const minted = await runDure([
      "tx",
      "send",
      "--as",
      "admin",
      "--score",
      "token",
      "mint",
      '{"to":"alice@devnet","amount":"100"}',
      ...home,
    ]);
    assert.equal(minted.code, 0, minted.stderr);
    await printed("guide", await programOf("docs/client.md"), /^[0-9a-f]{64} is final in block \d+$/);
    await printed("readme", await programOf("README.md"), /method: 'transfer'/);
    await printed("readme.ko", await programOf("README.ko.md"), /method: 'transfer'/);
  }));
