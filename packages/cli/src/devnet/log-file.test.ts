import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { lastLines, rotateLog } from "./log-file.ts";

const parent = await mkdtemp(join(tmpdir(), "dure-cli-"));
after(() => rm(parent, { recursive: true, force: true }));

test("logs of earlier runs are kept, the latest first, and only so many", async () => {
  const directory = await mkdtemp(join(parent, "logs-"));
  const path = join(directory, "peer0.log");
  for (let run = 1; run <= 6; run++) {
    rotateLog(path);
    await writeFile(path, `run ${run}`);
  }
  assert.deepEqual((await readdir(directory)).sort(), [
    "peer0.log",
    "peer0.log.1",
    "peer0.log.2",
    "peer0.log.3",
  ]);
  assert.equal(await readFile(`${path}.1`, "utf8"), "run 5");
  assert.equal(await readFile(`${path}.3`, "utf8"), "run 3");
});

test("the last lines are told as people read them, whatever they are", async () => {
  const path = join(parent, "peer.log");
  await writeFile(
    path,
    [
      '{"level":30,"time":0,"msg":"peer started"}',
      '{"level":50,"time":1,"msg":"it broke","err":{"type":"Error","message":"disk full"}}',
      '{"level":30,"time":2,"msg":"ledger","event":{"type":"created","directory":"d"}}',
      "    at somewhere (file.js:1:2)",
      '{"code":"IN_USE","message":"another process uses it"}',
      "",
    ].join("\n"),
  );
  assert.deepEqual(lastLines(path, 4), [
    "00:00:00.001 error it broke: Error, disk full",
    "00:00:00.002 info ledger: created",
    "    at somewhere (file.js:1:2)",
    "another process uses it (IN_USE)",
  ]);
});

test("of a long log only the end is read, and a line that lost its beginning is left out", async () => {
  const path = join(parent, "long.log");
  await writeFile(path, `${"x".repeat(40_000)}\nthe end\n`);
  assert.deepEqual(lastLines(path, 5), ["the end"]);
  assert.deepEqual(lastLines(join(parent, "none.log"), 5), []);
});
