import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { submitTo } from "@dure/client";
import { agreedHead, auditChains, headOf } from "./chain.ts";
import { commitData, type Devnet, startDevnet, withLogs } from "./harness.ts";
import { getJson, postJson } from "./json.ts";
import { type Load, startLoad } from "./load.ts";
import { chooseSeed, type Seeded, seeded } from "./seeded.ts";
import { type Client, clientOf } from "./signer.ts";
import { until } from "./until.ts";

/** So many unless `ROUNDS` asks for more. */
const ROUNDS = Number(process.env["ROUNDS"] ?? 6);
const PER_SECOND = 240;
const PER_SECOND_MIN = 200;
const BACK_WITHIN_MS = 60_000;
const PEERS = [0, 1, 2, 3];

let devnet: Devnet;
let alice: Client;
let bob: Client;
let load: Load;

const urlOf = (at: number): string => devnet.urls[at] as string;
const livePeers = (): readonly number[] => PEERS.filter((at) => devnet.pidOf(at) !== undefined);

before(async () => {
  devnet = await startDevnet();
  alice = await clientOf(devnet.home, "alice", devnet.channelId);
  bob = await clientOf(devnet.home, "bob", devnet.channelId);
  const admin = await clientOf(devnet.home, "admin", devnet.channelId);
  const mint = admin.call("token", "mint", { to: alice.holder, amount: "1000000000" });
  const minted = await submitTo({ url: urlOf(0) }, mint, admin.signer.certificate);
  assert.equal(minted.receipt?.code, 0);
  load = startLoad({
    perSecond: PER_SECOND,
    client: alice,
    make: (client) => client.call("token", "transfer", { to: bob.holder, amount: "1" }),
    live: () => livePeers().map(urlOf),
  });
});

after(async () => {
  await load?.stop();
  await devnet?.stop();
});

/** Waits until so many more transactions are acknowledged: time measured in work, so that a slow machine is no excuse. */
const acknowledged = (more: number, timeoutMs = 20_000): Promise<true> => {
  const enough = load.acknowledged.size + more;
  return until(
    `${more} more acknowledged`,
    () => load.acknowledged.size >= enough && (true as const),
    timeoutMs,
  );
};

/** Milliseconds until a transaction submitted now to this peer is executed there. */
const commitTime = async (at: number, sinceMs: number): Promise<number> => {
  await commitData(urlOf(at), [urlOf(at)], `probe ${sinceMs}`);
  return Date.now() - sinceMs;
};

test("the leader is killed under load, and the others go on", () =>
  withLogs(devnet, async () => {
    await acknowledged(100);
    const { leaderId } = (await headOf(urlOf(0))).consensus;
    const leader = PEERS.find((at) => leaderId === `peer${at}.devnet`);
    assert.ok(leader !== undefined, leaderId);
    await devnet.kill(leader);
    const killedMs = Date.now();
    const [first] = livePeers() as [number];
    assert.ok((await commitTime(first, killedMs)) < BACK_WITHIN_MS);
    await acknowledged(100);
    await devnet.restart(leader);
  }));

/** Starts a peer and kills it again before its first commit: in the midst of its start, or when it has just begun. */
const stumble = async (chance: Seeded, at: number): Promise<void> => {
  const moment = chance.pick(["started", "ready"] as const);
  if (moment === "ready") {
    await devnet.restart(at);
    await devnet.kill(at);
    return;
  }
  const start = devnet.restart(at).catch(() => undefined);
  // Not a wait for anything: a random point of the recovery.
  await new Promise((resolve) => setTimeout(resolve, chance.below(600)));
  await devnet.kill(at);
  await start;
};

const playRound = async (chance: Seeded, round: number): Promise<string> => {
  const count = chance.pick([1, 1, 2, 4]);
  const victims = PEERS.map((at) => ({ at, rank: chance.below(1 << 30) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ at }) => at);
  await acknowledged(chance.below(300));
  await Promise.all(victims.map((at) => devnet.kill(at)));
  // A quorum is left only if one was killed.
  if (count === 1) await acknowledged(1 + chance.below(100));
  const stumbles = round % 4 === 3;
  if (stumbles) for (const at of victims) await stumble(chance, at);
  const sinceMs = Date.now();
  await Promise.all(victims.map((at) => devnet.restart(at)));
  const backMs = await commitTime(victims[0] as number, sinceMs);
  assert.ok(backMs < BACK_WITHIN_MS, `round ${round}: ${backMs} ms until a new transaction was executed`);
  return `${count}${stumbles ? "*" : ""}:${backMs}`;
};

test(`${ROUNDS} rounds of kill -9 under load lose nothing that was acknowledged and double nothing`, (t) =>
  withLogs(devnet, async () => {
    const seed = chooseSeed();
    t.diagnostic(`SEED=${seed} repeats this run`);
    const chance = seeded(seed);
    const times: string[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await playRound(chance, round));
    t.diagnostic(
      `killed:ms from restart to a new transaction's receipt (* killed again while starting): ${times.join(" ")}`,
    );
  }));

test("a peer whose channel data is lost comes back by synchronising, while the others go on", (t) =>
  withLogs(devnet, async () => {
    const lost = 3;
    await devnet.kill(lost);
    await rm(join(devnet.home, `peer${lost}`, "channels"), { recursive: true });
    await acknowledged(50);
    const target = await headOf(urlOf(0));
    const sinceMs = Date.now();
    await devnet.restart(lost);
    const head = await until("the peer has caught up", async () => {
      const now = await headOf(urlOf(lost));
      return now.executedHeight >= target.height && now;
    });
    t.diagnostic(`${target.height} blocks in ${Date.now() - sinceMs} ms; ${JSON.stringify(head.consensus)}`);
    const path = `/api/v2/blocks/${target.height}`;
    assert.deepEqual(await getJson(urlOf(lost) + path), await getJson(urlOf(0) + path));
  }));

test("after all that, every acknowledged transaction stands exactly once on every peer, and all states are one", (t) =>
  withLogs(devnet, async () => {
    const { perSecond } = await load.stop();
    const head = await agreedHead(devnet.urls);
    const ids = await auditChains(devnet.urls, head.height);
    const lost = [...load.acknowledged].filter((id) => !ids.has(id));
    assert.deepEqual(lost, [], "acknowledged, but in no block");
    assert.deepEqual(load.failed, [], "transfers with enough balance are never refused");
    const transfers = [...load.sent].filter((id) => ids.has(id)).length;
    t.diagnostic(
      `${head.height} blocks; sent ${load.sent.size} at ${perSecond}/s, acknowledged ${load.acknowledged.size}, in the chain ${transfers}`,
    );
    assert.ok(perSecond >= PER_SECOND_MIN, `${perSecond} transactions per second were sent`);
    for (const url of devnet.urls) {
      const query = { score: "token", method: "balance", params: { holder: bob.holder } };
      const { answer } = await postJson(`${url}/api/v2/query`, query);
      assert.equal(answer["result"], String(transfers), "each transfer moved 1, once");
    }
    for (const id of [...load.acknowledged].slice(-200)) {
      const receipts = await Promise.all(
        devnet.urls.map(async (url) => (await getJson(`${url}/api/v2/transactions/${id}`))["receipt"]),
      );
      for (const receipt of receipts) assert.deepEqual(receipt, receipts[0]);
      assert.ok(receipts[0] !== undefined);
    }
  }));
