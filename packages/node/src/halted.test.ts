import { strict as assert } from "node:assert";
import { test } from "node:test";
import { endChildren } from "./end-children.fixture.test.ts";
import { found, getJson, type Json, postJson, startAll, statusOf, until, withHome } from "./fixture.test.ts";

const LAG = 3;

/** A SCORE like any other. That execution halts is the doing of whoever ends its processes, faster than they start. */
const SCORE = {
  name: "work",
  version: "1.0.0",
  source: `module.exports.default = { abi: 1, name: "work", version: "1.0.0",
    invoke: { work() { let x = 0; for (let i = 0; i < 1e6; i++) x = (x + i) % 7; return x; } }, query: {} };`,
};

test(
  "where execution halts, the status says so, and ordering goes on up to the lag and no further",
  {
    timeout: 120_000,
  },
  () =>
    withHome(async (home, peers) => {
      const founded = await found(1, 0, (document) => ({
        ...document,
        consensus: { ...document.consensus, lag: LAG },
        scores: [SCORE],
        defaultScore: SCORE.name,
      }));
      peers.push(...(await startAll(founded, home)));
      const peer = peers[0] ?? assert.fail();
      const submit = async (body: unknown): Promise<string> => {
        const { answer } = await postJson(`${peer.url}/api/v1/transactions`, body);
        assert.equal(answer["response_code"], "0");
        return String(answer["tx_hash"]);
      };
      const shown = (id: string): Promise<Json> => getJson(`${peer.url}/api/v2/transactions/${id}`);

      const stop = await endChildren();
      const work = await submit({ method: "work", params: {} });
      await until("execution halted", () => statusOf(peer).halted !== undefined).finally(stop);
      assert.match(statusOf(peer).halted ?? "", /execution halted at block 1 .*10 attempts failed/);
      assert.equal((await getJson(`${peer.url}/api/v2/status`))["halted"], statusOf(peer).halted);
      assert.equal((await shown(work))["status"], "final");
      const told = await (await fetch(`${peer.url}/api/v2/events?from=1`)).text();
      assert.deepEqual(
        [...told.matchAll(/^event: (\w+)$/gm)].map(([, type]) => type),
        ["block", "error"],
      );
      assert.match(told, /"code":"EXECUTION_HALTED"/);
      for (let height = 2; height <= LAG; height++) {
        const id = await submit({ data: height });
        await until("it is final", async () => (await shown(id))["status"] === "final");
      }
      const beyond = await submit({ data: "beyond the lag" });
      assert.equal((await shown(beyond))["status"], "accepted");
      const { height, executedHeight, consensus } = statusOf(peer);
      assert.deepEqual([height, executedHeight, consensus.executionHeight], [LAG, 0, 0]);
    }),
);
