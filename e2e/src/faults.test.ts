/** Either engine under faults on a live network: a leader killed, validators frozen, power lost by all at once. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { agreedHead, auditChains, headOf } from "./chain.ts";
import { commitData, type Devnet, startDevnet, withLogs } from "./harness.ts";
import { type Load, startLoad } from "./load.ts";
import { clientOf } from "./signer.ts";
import { until } from "./until.ts";

const PEERS = [0, 1, 2, 3] as const;
const PER_SECOND = 60;

const pidOf = (devnet: Devnet, at: number): number =>
  devnet.pidOf(at) ?? assert.fail(`peer ${at} does not run`);

const freeze = (devnet: Devnet, which: readonly number[]): (() => void) => {
  const pids = which.map((at) => pidOf(devnet, at));
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  return () => {
    for (const pid of pids) process.kill(pid, "SIGCONT");
  };
};

/** How long until a transaction that is sent now is executed at a peer, in ms. */
const commitMs = async (devnet: Devnet, at: number, what: string): Promise<number> => {
  const startedMs = Date.now();
  const url = devnet.urls[at] as string;
  await commitData(url, [url], what);
  return Date.now() - startedMs;
};

const acknowledged = (load: Load, more: number): Promise<true> => {
  const enough = load.acknowledged.size + more;
  return until(
    `${more} more acknowledged`,
    () => load.acknowledged.size >= enough && (true as const),
    60_000,
  );
};

for (const engine of ["lft", "ibft"] as const)
  describe(`faults under ${engine}`, () => {
    test("nothing acknowledged is lost, nobody forks, and it goes on", async (t) => {
      const devnet = await startDevnet({ args: ["--engine", engine, "--no-restart"] });
      const frozen = new Set<number>();
      try {
        await withLogs(devnet, async () => {
          const alice = await clientOf(devnet.home, "alice", devnet.channelId);
          let round = 0;
          const load = startLoad({
            perSecond: PER_SECOND,
            client: alice,
            make: (client) => client.data(`note ${round++}`),
            live: () =>
              PEERS.filter((at) => devnet.pidOf(at) !== undefined && !frozen.has(at)).map(
                (at) => devnet.urls[at] as string,
              ),
          });
          await acknowledged(load, 50);

          // The leader is killed.
          const { leaderId } = (await headOf(devnet.urls[0] as string)).consensus;
          const leader = PEERS.find((at) => leaderId === `peer${at}.devnet`) ?? 0;
          await devnet.kill(leader);
          const other = PEERS.find((at) => at !== leader) ?? 1;
          t.diagnostic(`leader killed: committed after ${await commitMs(devnet, other, "leader killed")} ms`);
          await devnet.restart(leader);

          // One validator stands still: the others go on, and it comes after.
          const thaw = freeze(devnet, [3]);
          frozen.add(3);
          t.diagnostic(`one frozen: committed after ${await commitMs(devnet, 0, "one frozen")} ms`);
          await acknowledged(load, 50);
          thaw();
          frozen.delete(3);

          // Half of them stand still: nothing can be final, and nothing is said to be.
          const thawHalf = freeze(devnet, [2, 3]);
          for (const at of [2, 3]) frozen.add(at);
          const stalled = commitData(devnet.urls[0] as string, [devnet.urls[0] as string], "half frozen");
          await new Promise((resolve) => setTimeout(resolve, 1_500));
          const [before, after] = [
            await headOf(devnet.urls[0] as string),
            await headOf(devnet.urls[1] as string),
          ];
          assert.ok(Math.abs(before.height - after.height) <= 1, "two of four commit nothing of their own");
          const thawedMs = Date.now();
          thawHalf();
          frozen.clear();
          await stalled;
          t.diagnostic(`half frozen: committed ${Date.now() - thawedMs} ms after they thawed`);

          // All lose power at once.
          await Promise.all(PEERS.map((at) => devnet.kill(at)));
          await Promise.all(PEERS.map((at) => devnet.restart(at)));
          t.diagnostic(`all killed: committed after ${await commitMs(devnet, 2, "all killed")} ms`);

          await load.stop();
          const head = await agreedHead(devnet.urls, 60_000);
          const ids = await auditChains(devnet.urls, head.height);
          assert.deepEqual(
            [...load.acknowledged].filter((id) => !ids.has(id)),
            [],
            "acknowledged, but in no block",
          );
          t.diagnostic(`${head.height} blocks, ${load.acknowledged.size} acknowledged`);
        });
      } finally {
        await devnet.stop();
      }
    });
  });
