/** The processes that run contracts are killed again and again under load, on several peers at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { submitTo } from "@dure/client";
import { agreedHead, auditChains } from "./chain.ts";
import { type Devnet, isAlive, startDevnet, withLogs } from "./harness.ts";
import { getJson, postJson } from "./json.ts";
import { startLoad } from "./load.ts";
import { blockHostOf, hostEventsOf } from "./score-hosts.ts";
import { chooseSeed, type Seeded, seeded } from "./seeded.ts";
import { type Client, clientOf } from "./signer.ts";
import { until } from "./until.ts";

const PEERS = [0, 1, 2, 3];
const ROUNDS = 16;
const PER_SECOND = 240;
const SUPPLY = 1_000_000_000;
const AT_ONCE = 16;

/** kill -9 of the host that executes a peer's blocks. Returns whether there was one. */
const killHost = (devnet: Devnet, peer: number): boolean => {
  const pid = blockHostOf(devnet, peer);
  if (pid === undefined || !isAlive(pid)) return false;
  process.kill(pid, "SIGKILL");
  return true;
};

const balanceAt = async (url: string, { holder }: Client): Promise<number> => {
  const query = { score: "token", method: "balance", params: { holder } };
  return Number((await postJson(`${url}/api/v2/query`, query)).answer["result"]);
};

/** Kills the hosts of some peers, and lets the load go on for a random while. Returns how many it killed. */
const strike = async (devnet: Devnet, chance: Seeded, acknowledged: ReadonlySet<string>): Promise<number> => {
  const victims = PEERS.filter(() => chance.below(2) === 0);
  const killed = victims.filter((peer) => killHost(devnet, peer)).length;
  const enough = acknowledged.size + chance.below(80);
  await until("the load goes on", () => acknowledged.size >= enough, 60_000);
  return killed;
};

test("score hosts that are killed under load lose nothing and double nothing", async (t) => {
  const devnet = await startDevnet();
  try {
    await withLogs(devnet, async () => {
      const seed = chooseSeed();
      t.diagnostic(`SEED=${seed} repeats this run`);
      const chance = seeded(seed);
      const [alice, bob, admin] = (await Promise.all(
        ["alice", "bob", "admin"].map((name) => clientOf(devnet.home, name, devnet.channelId)),
      )) as [Client, Client, Client];
      const mint = admin.call("token", "mint", { to: alice.holder, amount: String(SUPPLY) });
      const [first] = devnet.urls as [string];
      assert.equal((await submitTo({ url: first }, mint, admin.signer.certificate)).receipt?.code, 0);

      const load = startLoad({
        perSecond: PER_SECOND,
        client: alice,
        make: (client) => client.call("token", "transfer", { to: bob.holder, amount: "1" }),
        live: () => devnet.urls,
      });
      let killed = 0;
      for (let round = 0; round < ROUNDS; round++) killed += await strike(devnet, chance, load.acknowledged);
      const { perSecond } = await load.stop();

      const head = await agreedHead(devnet.urls, 60_000);
      const ids = await auditChains(devnet.urls, head.height);
      assert.deepEqual(
        [...load.acknowledged].filter((id) => !ids.has(id)),
        [],
        "acknowledged, but in no block",
      );
      assert.deepEqual(load.failed, [], "transfers with enough balance are never refused");
      const transfers = [...load.sent].filter((id) => ids.has(id));
      await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, worker) => {
          for (let at = worker; at < transfers.length; at += AT_ONCE) {
            const url = devnet.urls[at % devnet.urls.length] as string;
            const { receipt } = await getJson(`${url}/api/v2/transactions/${transfers[at]}`);
            assert.equal((receipt as { readonly code?: number } | undefined)?.code, 0, transfers[at]);
          }
        }),
      );
      for (const url of devnet.urls) {
        assert.equal(await balanceAt(url, bob), transfers.length, "each transfer moved 1, once");
        assert.equal(await balanceAt(url, alice), SUPPLY - transfers.length);
      }
      const events = PEERS.flatMap((peer) => hostEventsOf(devnet, peer));
      const countOf = (type: string): number => events.filter((event) => event.type === type).length;
      t.diagnostic(
        `${killed} processes killed, ${countOf("attempt-failed")} of them in the midst of a block; ` +
          `${transfers.length} transfers at ${perSecond}/s in ${head.height} blocks`,
      );
      assert.ok(countOf("died") >= killed, "every kill was noticed");
      assert.ok(countOf("attempt-failed") > 0, "some died in the midst of a block");
      assert.equal(countOf("halted"), 0);
    });
  } finally {
    await devnet.stop();
  }
});
