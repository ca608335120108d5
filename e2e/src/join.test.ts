/** loopchain's first boot: one peer founds a channel and leads it; others are started by hand, one after the other, and join. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { agreedHead, headOf } from "./chain.ts";
import { type DureProcess, runDure, startDure } from "./dure.ts";
import { getJson, type Json } from "./json.ts";
import { freeOffset } from "./ports.ts";
import { until } from "./until.ts";

const PEERS = 5;

let root: string;
let offset: number;
let station: string;
const running: DureProcess[] = [];

before(async () => {
  root = await mkdtemp(join(tmpdir(), "dure-join-"));
  offset = await freeOffset(PEERS);
  station = join(root, "station");
});

after(async () => {
  for (const child of running.reverse()) {
    if (child.isRunning()) child.signal("SIGKILL");
    await child.ended;
  }
  await rm(root, { recursive: true, force: true });
});

const homeOf = (at: number): string => join(root, `peer${at}`);
const urlOf = (at: number): string => `http://127.0.0.1:${9000 + offset + 100 * at}`;
const idOf = (at: number): string => `peer${at}.org`;

/** Runs a command that must succeed; returns the last JSON value that it printed. */
const dure = async (...args: string[]): Promise<Json> => {
  const { code, stdout, stderr } = await runDure([...args, "--json"]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Json;
};

const start = async (args: readonly string[]): Promise<DureProcess> => {
  const child = startDure([...args, "--json"]);
  running.push(child);
  await child.awaitEvent("ready");
  return child;
};

const startPeer = async (at: number, token?: string, more: readonly string[] = []): Promise<DureProcess> => {
  const ports = ["--grpc-port", String(7100 + offset + at), "--rest-port", String(9000 + offset + 100 * at)];
  const enrolment = token === undefined ? [] : ["--token", token];
  const where = ["--home", homeOf(at), "--name", idOf(at), "--channel", "trade"];
  return start([
    "peer",
    ...where,
    ...ports,
    ...enrolment,
    ...more,
    "--radiostation",
    `127.0.0.1:${7002 + offset}`,
  ]);
};

const tokenFor = async (at: number): Promise<string> =>
  String(
    (await dure("radiostation", "token", "--home", station, "--name", idOf(at), "--role", "peer"))["token"],
  );

const asAdmin = (): string[] => ["--identity", join(root, "admin"), "--peer", urlOf(0)];

const record = (url: string, value: string): Promise<Json> =>
  dure("tx", "send", "--data", JSON.stringify(value), "--identity", join(root, "admin"), "--peer", url);

const isVoting = async (at: number): Promise<boolean> =>
  ((await getJson(`${urlOf(at)}/api/v2/status`))["consensus"] as Json)["voting"] === true;

test("peers join the channel of a first one, bear its death, and one comes back under a new key", async () => {
  const found = join(root, "found.json");
  const consensus = { baseMs: 300, resendMs: 300, statusMs: 300 };
  await writeFile(found, JSON.stringify({ channel: "trade", validators: 1, consensus }));
  const ports = ["--rest-port", String(9002 + offset), "--grpc-port", String(7002 + offset)];
  await start(["radiostation", "--home", station, "--organisation", "org", "--found", found, ...ports]);
  const client = ["--name", "admin", "--role", "admin", "--out", join(root, "admin")];
  await dure("radiostation", "client", "--home", station, ...client);

  const peers = [await startPeer(0, await tokenFor(0))];
  const alone = await record(urlOf(0), "alone");
  for (let at = 1; at < 4; at++) {
    const peer = await startPeer(at, await tokenFor(at));
    peers.push(peer);
    const ready = await peer.awaitEvent("ready");
    const key = ["--public-key", String(ready["publicKey"])];
    const { epoch } = await dure("validator", "add", idOf(at), ...key, ...asAdmin());
    assert.equal(epoch, at + 1);
    await until(`peer ${at} votes`, () => isVoting(at).then((voting) => voting || undefined));
    await record(urlOf(at), `with ${at}`);
  }
  const joined = await agreedHead([0, 1, 2, 3].map(urlOf));
  assert.equal(joined.transactionCount, 4 + 3);

  const [first] = peers as [DureProcess];
  first.signal("SIGKILL");
  await first.ended;
  await record(urlOf(1), "without the first");

  // The first one's disk is lost, but for its identity: it comes back under a new key.
  await rm(join(homeOf(0), "channels"), { recursive: true });
  const { publicKey } = await dure("peer", "rekey", "--home", homeOf(0));
  await startPeer(0, undefined, ["--snapshot"]);
  await until("it has caught up", async () =>
    (await headOf(urlOf(0))).height >= (await headOf(urlOf(1))).height ? true : undefined,
  );
  assert.equal(await isVoting(0), false);
  // It began with a snapshot, over all the epochs: what was executed before that, only the others can tell.
  const early = `/api/v2/transactions/${alone["id"]}`;
  assert.equal((await getJson(`${urlOf(1)}${early}`))["status"], "executed");
  assert.equal((await getJson(`${urlOf(0)}${early}`))["code"], "BLOCK_PRUNED");
  await dure("validator", "set", idOf(0), "--public-key", String(publicKey), ...asAdmin());
  await until("it votes", () => isVoting(0).then((voting) => voting || undefined));
  const listed = (await dure("validator", "list", "--peer", urlOf(2))) as unknown as Json[];
  assert.deepEqual(
    listed.map(({ id }) => id),
    [0, 1, 2, 3].map(idOf),
  );
  assert.equal(listed[0]?.["publicKey"], publicKey);

  // Its vote counts: with another one gone, the three of them are the quorum.
  peers[3]?.signal("SIGKILL");
  await peers[3]?.ended;
  await record(urlOf(0), "with its vote");
  const { epoch } = await dure("validator", "remove", idOf(3), ...asAdmin());
  assert.equal(epoch, 6);
  await record(urlOf(2), "by three");
  await agreedHead([0, 1, 2].map(urlOf));
});
