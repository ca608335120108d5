import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { detectContainment } from "@dure/score-host";
import { type Examined, examine, node } from "./checks.ts";

const folder = await mkdtemp(join(tmpdir(), "doctor-"));
after(() => rm(folder, { recursive: true }));

const PORT_OFFSET = 21_000;
const examined = async (change: Partial<Examined> = {}) => {
  const findings = await examine({ folder, peers: 1, portOffset: PORT_OFFSET, ...change });
  return new Map(findings.map((finding) => [finding.check, finding]));
};

test("a Node.js before 20.11 is bad, and every later one good", () => {
  for (const version of ["18.20.4", "20.10.0"]) assert.equal(node(version).state, "bad", version);
  for (const version of ["20.11.0", "22.0.0", "24.3.1"]) assert.equal(node(version).state, "good", version);
});

test("what is good needs no advice, and what is not has some", async () => {
  for (const { check, state, advice } of (await examined()).values())
    assert.equal(advice === "", state === "good", check);
});

test("the network of contracts is as the machine has it", async () => {
  const { networkNamespace } = detectContainment().layers;
  const found = (await examined()).get("contracts: a network of their own");
  assert.equal(found?.state, networkNamespace ? "good" : "lacking");
});

test("the disk is timed, and a folder that is not there is bad", async () => {
  assert.match((await examined()).get("disk: sync")?.found ?? "", /^\d+\.\d\d ms in /);
  const missing = await examined({ folder: join(folder, "missing") });
  assert.equal(missing.get("disk: sync")?.state, "bad");
});

test("a port in use is named", async () => {
  const check = "ports of a devnet of 1";
  assert.equal((await examined()).get(check)?.state, "good");
  const server = createServer();
  const port = 9000 + PORT_OFFSET;
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  assert.match((await examined()).get(check)?.advice ?? "", new RegExp(`port ${port} is in use`));
  server.close();
});
