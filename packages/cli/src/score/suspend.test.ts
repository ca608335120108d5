/** Administrators of three organisations suspend a SCORE by the command line, and a peer takes their word. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { generateIdentityKey, issue, makeRequest, makeRoot, writeIdentity } from "@dure/crypto/x509";
import { DEFAULTS, formatGenesis } from "@dure/membership";
import { toBase64, toHex } from "@dure/types";
import type { Event } from "../emit.ts";
import { openConsensusKey } from "../peer/consensus-key.ts";
import { runPeer } from "../peer/run-peer.ts";
import { readConfigFile, settle } from "../peer/settings.ts";

const BIN = fileURLToPath(new URL("../../bin/dure.mjs", import.meta.url));
const DAY_MS = 86_400_000;

type Json = Readonly<Record<string, unknown>>;

const suite = createSodiumSuite();
const parent = await mkdtemp(join(tmpdir(), "dure-suspend-"));
const undone: (() => Promise<unknown>)[] = [() => rm(parent, { recursive: true, force: true })];
after(async () => {
  for (const undo of undone.reverse()) await undo();
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};

const makeOrganisation = async (organisation: string) => {
  const rootKey = generateIdentityKey();
  const nowMs = Date.now();
  const root = await makeRoot({ organisation, nowMs, notAfterMs: nowMs + DAY_MS, key: rootKey });
  /** Enrols someone into a directory of the test's, named `<name>.<organisation>`. */
  const enrol = async (name: string, role: string, lifeMs = DAY_MS / 2): Promise<string> => {
    const commonName = role === "peer" ? `${name}.${organisation}` : name;
    const key = generateIdentityKey();
    const request = await makeRequest({ commonName, organisation, roles: [role] }, key);
    const term = { notBeforeMs: nowMs - 60_000, notAfterMs: nowMs + lifeMs };
    const issued = await issue({ suite, root, rootKey, request, roles: [role], ...term });
    assert.ok(issued.ok);
    const directory = join(parent, `${name}.${organisation}`);
    await writeIdentity(directory, { certificate: issued.certificate, key, root });
    return directory;
  };
  return { name: organisation, root: toBase64(root.der), enrol };
};

const COUNTER = {
  name: "counter",
  version: "1.0.0",
  source: `module.exports.default = { abi: 1, name: "counter", version: "1.0.0",
    invoke: { add(ctx) { return 1; } }, query: {} };`,
};

const home = join(parent, "home");
const genesis = join(parent, "genesis.json");
const ports = { grpcPort: await freePort(), restPort: await freePort() };
const url = `http://127.0.0.1:${ports.restPort}`;

before(async () => {
  const [org, b, c, stranger] = await Promise.all(["org", "b", "c", "stranger"].map(makeOrganisation));
  assert.ok(org && b && c && stranger);
  await org.enrol("peer0", "peer");
  for (const { enrol } of [org, b, c, stranger]) await enrol("ann", "admin");
  await org.enrol("bob", "admin");
  await b.enrol("alice", "client");
  await c.enrol("old", "admin", -30_000);
  const organisations = [org, b, c].map(({ name, root }) => ({ name, root }));
  const publicKey = toHex(suite.publicKeyOf(await openConsensusKey(home)));
  const document = {
    ...DEFAULTS,
    format: "dure/genesis/1" as const,
    name: "trade",
    timestampMs: Date.now(),
    organisations,
    validators: [{ id: "peer0.org", publicKey, weight: 1 }],
    followers: [],
    policies: { submitRoles: ["client" as const], peerSubmits: true },
    revoked: [],
    scores: [COUNTER],
    defaultScore: COUNTER.name,
  };
  await writeFile(genesis, formatGenesis(document));
});

/** Runs the peer in this process until it is stopped, with files of suspensions. */
const startPeer = async (suspensions: readonly string[] = []): Promise<() => Promise<void>> => {
  const own = join(parent, "peer0.org");
  const config = join(parent, "peer.json");
  await writeFile(config, JSON.stringify({ suspensions }));
  const settings = settle(
    {
      home,
      name: "peer0.org",
      channel: "trade",
      logLevel: "silent",
      genesis,
      certificate: join(own, "certificate.pem"),
      key: join(own, "key.pem"),
      root: join(own, "root.pem"),
      ...ports,
    },
    await readConfigFile(config),
  );
  const stopping = new AbortController();
  const events: Event[] = [];
  const running = runPeer(
    settings,
    (event) => events.push(event),
    stopping.signal,
    (error) => assert.fail(String(error)),
  );
  let hasEnded = false;
  running
    .catch(() => undefined)
    .finally(() => {
      hasEnded = true;
    });
  while (!(hasEnded || events.some(({ event }) => event === "ready"))) await delay(20);
  if (hasEnded) await running;
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
  };
  undone.push(() => stop().catch(() => undefined));
  return stop;
};

const dure = (...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: parent }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });

const suspend = (as: string, ...args: string[]) =>
  dure("score", "suspend", ...args, "--peer", url, "--identity", join(parent, as));

const refused = async (message: RegExp, as: string, ...args: string[]): Promise<void> => {
  const { status, stderr } = await suspend(as, ...args);
  assert.notEqual(status, 0);
  assert.match(stderr, message);
};

const draft = (height: number, output: string) =>
  ["counter", "--height", String(height), "--reason", "it halts", "-o", output] as const;

const call = async (): Promise<Json> => {
  const body = JSON.stringify({ method: "add", params: {} });
  const submitted = await fetch(`${url}/api/v1/transactions`, { method: "POST", body });
  const { tx_hash } = (await submitted.json()) as Json;
  for (;;) {
    const answer = (await (await fetch(`${url}/api/v2/transactions/${tx_hash}`)).json()) as Json;
    if (answer["status"] === "executed") return answer["receipt"] as Json;
    await delay(20);
  }
};

test("a suspension is approved by one organisation after the other, and is what every command then shows", async () => {
  const stop = await startPeer();
  assert.equal((await call())["code"], 0);

  const first = await suspend("ann.b", ...draft(2, "two.json"));
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /counter is suspended from block 2 on: it halts\n.* b\n/);
  assert.match(first.stdout, /1 more .* must approve: dure score suspend --approve two.json/);
  const alone = await readFile(join(parent, "two.json"), "utf8");

  await refused(/b approves twice.*SUSPENSION_REFUSED/, "ann.b", "--approve", "two.json");
  await refused(/an approval of b is by no administrator/, "alice.b", ...draft(2, "no.json"));
  await refused(/no organisation stranger/, "ann.stranger", "--approve", "two.json");
  await refused(/has expired/, "old.c", "--approve", "two.json");
  assert.equal(await readFile(join(parent, "two.json"), "utf8"), alone);

  const second = await suspend("ann.org", "--approve", "two.json", "--json");
  assert.equal(second.status, 0, second.stderr);
  assert.deepEqual(JSON.parse(second.stdout), {
    ...{ score: "counter", height: 2, reason: "it halts", approvedBy: ["b", "org"], needed: 0 },
    file: "two.json",
  });
  await refused(/org approves twice/, "bob.org", "--approve", "two.json");
  const third = await suspend("ann.c", "--approve", "two.json", "-o", "three.json");
  assert.match(
    third.stdout,
    /approved by +b, org, c\n.*\nThat is enough: start every peer with --suspension/,
  );
  await stop();

  await writeFile(join(parent, "alone.json"), alone);
  await assert.rejects(startPeer(["missing.json"]), { code: "FILE_UNREADABLE" });
  // Its block is still to come: whether it counts there is judged there, and another may take its place until then.
  await (await startPeer(["alone.json"]))();
  const again = await startPeer(["three.json"]);
  const answer = await call();
  assert.deepEqual(
    [answer["code"], answer["message"]],
    [9100, "SCORE counter is suspended from block 2 by its administrators"],
  );
  const info = await dure("score", "info", "counter", "--peer", url);
  assert.match(info.stdout, /^counter 1.0.0 is suspended from block 2: it halts\n/);
  assert.match((await dure("score", "list", "--peer", url)).stdout, /suspended from block 2: it halts/);
  assert.match((await dure("status", "--peer", url)).stdout, /counter is suspended from block 2/);
  await again();
  // The home has kept it, whatever becomes of the file.
  const kept = await startPeer();
  assert.equal((await call())["code"], 9100);
  await kept();
});

test("what could not be taken up is refused when it is made", async () => {
  const stop = await startPeer();
  const { executedHeight } = (await (await fetch(`${url}/api/v2/status`)).json()) as Json;
  const next = Number(executedHeight) + 1;
  await refused(/SCORE_UNKNOWN/, "ann.b", "nothing", "--height", String(next), "--reason", "x");
  await refused(
    new RegExp(`has executed block ${next - 1} already: .*\\(${next} there\\).*SUSPENSION_LATE`),
    "ann.b",
    ...draft(next - 1, "late.json"),
  );
  await refused(/cannot be suspended/, "ann.b", "score-store", "--height", String(next), "--reason", "x");
  await refused(/reason: .*SUSPENSION_MALFORMED/, "ann.b", "counter", "--height", "9", "--reason", "a\nb");
  await refused(/USAGE/, "ann.b", "counter", "--height", "9");
  await refused(/USAGE/, "ann.b", "counter", "--approve", "two.json");
  await refused(/FILE_UNREADABLE/, "ann.b", "--approve", "missing.json");

  const { stdout } = await suspend("ann.b", ...draft(next, "-"));
  const document = JSON.parse(stdout) as Json;
  assert.equal(document["height"], next);
  await writeFile(join(parent, "damaged.json"), stdout.trimEnd());
  await refused(/damaged.json holds no suspension: .*canonical form/, "ann.c", "--approve", "damaged.json");
  const elsewhere = stdout.replace(String(document["channel"]), "ab".repeat(32));
  await writeFile(join(parent, "elsewhere.json"), elsewhere);
  await refused(/it is of channel abab.*SUSPENSION_REFUSED/, "ann.c", "--approve", "elsewhere.json");
  await stop();

  await assert.rejects(startPeer(["elsewhere.json"]), { code: "SUSPENSION_REFUSED" });
});
