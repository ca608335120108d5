import { strict as assert } from "node:assert";
import { createServer } from "node:net";
import { test } from "node:test";
import {
  agree,
  commit,
  enrol,
  found,
  getJson,
  introduce,
  isExecuted,
  makePeer,
  postJson,
  signed,
  startAll,
  startMember,
  statusOf,
  until,
  withHome,
} from "./fixture.test.ts";
import { NodeError } from "./index.ts";

const LIMIT = { timeout: 120_000 };

for (const count of [1, 4]) {
  test(`${count} peers make a transaction final and executed, and all read the same`, LIMIT, () =>
    withHome(async (home, peers) => {
      peers.push(...(await startAll(await found(count), home)));
      const id = await commit(peers[0] ?? assert.fail(), { data: "hello" });
      for (const peer of peers) await until("it is executed everywhere", () => isExecuted(peer, id));
      await agree(peers);
      const blocks = await Promise.all(peers.map(({ url }) => getJson(`${url}/api/v1/blocks`)));
      for (const block of blocks) assert.deepEqual(block, blocks[0]);
    }),
  );
}

test("a network that was closed goes on where it was, and has forgotten nothing", LIMIT, () =>
  withHome(async (home, peers) => {
    const founded = await found(4);
    peers.push(...(await startAll(founded, home)));
    const ids: string[] = [];
    for (let at = 0; at < 5; at++) ids.push(await commit(peers[at % 4] ?? assert.fail(), { data: at }));
    await agree(peers);
    const before = statusOf(peers[0] ?? assert.fail());
    for (const { peer } of peers.splice(0)) await peer.close();
    peers.push(...(await startAll(founded, home)));
    for (const peer of peers) {
      const { height, blockId, stateRoot } = statusOf(peer);
      assert.deepEqual([height, blockId, stateRoot], [before.height, before.blockId, before.stateRoot]);
      await until("the count is there again", () => statusOf(peer).transactionCount === ids.length);
      for (const id of ids) assert.ok(await isExecuted(peer, id));
    }
    await commit(peers[0] ?? assert.fail(), { data: "after" });
    for (const peer of peers)
      await until("the count went on", () => statusOf(peer).transactionCount === ids.length + 1);
  }),
);

test("a peer that was away, and a follower, fetch what they missed and show the same", LIMIT, () =>
  withHome(async (home, peers) => {
    const founded = await found(4, 1);
    peers.push(...(await startAll(founded, home, [0, 1, 2])));
    for (let at = 0; at < 12; at++) await commit(peers[0] ?? assert.fail(), { data: at });
    for (const late of [3, 4]) peers.push(await startMember(founded, late, home));
    introduce(peers);
    assert.ok((await agree(peers)) >= 12);
    const follower = peers[4] ?? assert.fail();
    assert.equal(statusOf(follower).consensus.voting, false);
    assert.equal(statusOf(peers[3] ?? assert.fail()).consensus.voting, true);
    const id = await commit(follower, { data: "by the follower" });
    for (const peer of peers) await until("all executed the follower's", () => isExecuted(peer, id));
  }),
);

test("a block whose sandbox was killed is executed by the next one, with the same result", LIMIT, () =>
  withHome(async (home, peers) => {
    peers.push(...(await startAll(await found(1), home)));
    const [peer] = peers as [(typeof peers)[0]];
    const propose = { proposer: "a", counterparties: ["b"], content: "c", quorum: 2 };
    await commit(peer, { jsonrpc: "2.0", method: "propose", params: propose });
    const started = peer.log
      .map(({ event }) => event as { type?: string; purpose?: string; pid?: number } | undefined)
      .filter((event) => event?.type === "started" && event.purpose === "blocks");
    process.kill(started.at(-1)?.pid ?? assert.fail("no sandbox"), "SIGKILL");
    const id = await commit(peer, { jsonrpc: "2.0", method: "propose", params: propose });
    const { receipt } = (await getJson(`${peer.url}/api/v2/transactions/${id}`)) as {
      receipt: { code: number; result: unknown };
    };
    assert.deepEqual([receipt.code, receipt.result], [0, { contract_id: "2" }]);
    assert.equal(statusOf(peer).halted, undefined);
  }),
);

test("a start that fails leaves nothing open: the next one succeeds", LIMIT, () =>
  withHome(async (home, peers) => {
    const founded = await found(1);
    const member = founded.members[0] ?? assert.fail();
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    const rest = { host: "127.0.0.1", port };
    const isRefused = (code: string) => (error: unknown) => error instanceof NodeError && error.code === code;
    await assert.rejects(makePeer(founded, member, home, [], { rest }).start(), isRefused("PORT_IN_USE"));
    taken.close();
    await assert.rejects(
      makePeer({ ...founded, genesisText: `${founded.genesisText} ` }, member, home).start(),
      isRefused("GENESIS_INVALID"),
    );
    peers.push(await startMember(founded, 0, home));
    await commit(peers[0] ?? assert.fail(), { data: "after all" });
  }),
);

test("who waits while the peer closes is answered, and a peer closed at its start opens nothing", LIMIT, () =>
  withHome(async (home) => {
    // One of four alone decides nothing: a client that waits for the end waits in vain.
    const founded = await found(4);
    const running = await startMember(founded, 0, home);
    const client = await enrol(founded.organisation, "alice", "client");

    const waiting = postJson(`${running.url}/api/v2/transactions?wait=executed&waitMs=30000`, {
      transactions: [Buffer.from(signed(founded, client, { data: 1 })).toString("base64")],
      certificates: [Buffer.from(client.certificate.der).toString("base64")],
    });
    await until("it is accepted", () => statusOf(running).pool.batches === 1);
    await running.peer.close();
    const { status, answer } = await waiting;
    assert.equal(status, 200);
    assert.equal((answer["transactions"] as readonly { status: string }[])[0]?.status, "accepted");
    const peer = makePeer(founded, founded.members[0] ?? assert.fail(), home);
    const starting = peer.start();
    await peer.close();
    await starting;
    const again = await startMember(founded, 0, home);
    await again.peer.close();
  }),
);
