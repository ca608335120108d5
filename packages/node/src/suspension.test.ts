/** The way out when a SCORE halts execution everywhere: real peers, whose contract processes are ended from outside. */
import { strict as assert } from "node:assert";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Identity } from "@dure/crypto/x509";
import {
  formatSuspension,
  makeSuspension,
  type SuspensionDocument,
  suspensionStatement,
} from "@dure/membership";
import { toBase64 } from "@dure/types";
import { endChildren } from "./end-children.fixture.test.ts";
import {
  agree,
  commit,
  enrol,
  found,
  getJson,
  introduce,
  type Json,
  makePeer,
  postJson,
  type Running,
  restored,
  signed,
  startAll,
  startMember,
  startReachable,
  statusOf,
  suite,
  until,
  withHome,
} from "./fixture.test.ts";
import { type Consortium, counter, foundStore, Store } from "./store.fixture.test.ts";

const approved = (
  channel: string,
  score: string,
  height: number,
  admins: readonly Identity[],
  reason = "it halts",
): string => {
  const made = makeSuspension({ channel, score, height, reason });
  assert.ok(made.ok, made.ok ? "" : made.message);
  const { suspension } = made;
  const signedBy = suspensionStatement(suspension);
  const document: SuspensionDocument = {
    suspension,
    approvals: admins.map(({ certificate, key }) => ({
      certificate: certificate.der,
      signature: suite.sign(key.seed, signedBy),
    })),
  };
  return formatSuspension(document);
};

const COUNTER = { name: "counter", version: "1.0.0", source: counter("1.0.0").source };

/** A consortium that is founded with a counter. */
const foundCounter = (validators: number, followers = 0): Promise<Consortium> =>
  foundStore(validators, followers, (document) => ({ ...document, scores: [...document.scores, COUNTER] }));

const messageFrom = (height: number): string =>
  `SCORE counter is suspended from block ${height} by its administrators`;

const counterOf = ({ url }: Running): Promise<Json> => getJson(`${url}/api/v2/scores/counter`);

const closeAll = async (peers: Running[]): Promise<void> => {
  for (const { peer } of peers.splice(0)) await peer.close();
};

/** Has a call to the counter halt execution on all peers, and tells at which height. */
const haltAll = async (founded: Consortium, peers: readonly Running[]): Promise<number> => {
  await agree(peers);
  const stop = await endChildren();
  const { c } = founded.admins;
  const transaction = signed(founded, c, { method: "add", params: {} }, { score: "counter" });
  await postJson(`${peers[0]?.url}/api/v2/transactions?wait=final`, {
    transactions: [toBase64(transaction)],
    certificates: [toBase64(c.certificate.der)],
  });
  await until("execution halts on all", () =>
    peers.every((peer) => statusOf(peer).halted !== undefined),
  ).finally(stop);
  for (const peer of peers)
    assert.match(statusOf(peer).halted ?? "", /dure score suspend (counter|NAME) --height/);
  const [executed = assert.fail("no peers"), ...others] = new Set(
    peers.map((peer) => statusOf(peer).executedHeight),
  );
  assert.deepEqual(others, [], "all halt at the same block");
  return executed + 1;
};

test(
  "where a SCORE halts execution everywhere, its suspension lets all go on alike until another version ends it",
  { timeout: 240_000 },
  () =>
    withHome(async (home, peers) => {
      const founded = await foundCounter(4, 2);
      const { org, b } = founded.admins;
      const options = { snapshotEvery: 4 };
      const start = (which: readonly number[], suspensions: readonly string[] = []): Promise<Running[]> =>
        startAll(founded, home, which, { ...options, suspensions });
      peers.push(...(await start([0, 1, 2, 3])));
      assert.equal((await new Store(founded, peers[0] ?? assert.fail()).add())["result"], 1);

      const height = await haltAll(founded, peers);
      await closeAll(peers);
      const text = approved(founded.channelId, "counter", height, [org, b]);
      peers.push(...(await start([0, 1, 2], [text])));
      await until("execution goes on", () => peers.every((peer) => statusOf(peer).executedHeight >= height));
      await agree(peers);
      const receipts = await Promise.all(
        peers.map(async ({ url }) =>
          JSON.stringify(await getJson(`${url}/api/v2/blocks/${height}/transactions`)),
        ),
      );
      assert.equal(new Set(receipts).size, 1);
      assert.match(receipts[0] ?? "", new RegExp(`"code":9100,"message":"${messageFrom(height)}"`));
      const [first] = peers as [Running];
      const store = new Store(founded, first);
      const refused = await store.add();
      assert.deepEqual([refused["code"], refused["message"]], [9100, messageFrom(height)]);
      const asked = await postJson(`${first.url}/api/v2/query`, { score: "counter", method: "sum" });
      assert.deepEqual([asked.answer["code"], asked.answer["message"]], [9100, messageFrom(height)]);
      assert.deepEqual((await counterOf(first))["suspended"], { height, reason: "it halts" });
      assert.deepEqual((await getJson(`${first.url}/api/v2/status`))["suspensions"], [
        { score: "counter", height, reason: "it halts" },
      ]);

      // Who goes on without it comes to other receipts, and stops.
      const without = await startMember(founded, 3, home, options);
      peers.push(without);
      introduce(peers);
      await until("who has no suspension diverges", () => statusOf(without).diverged !== undefined);
      await until("and executes no more", () => statusOf(without).halted !== undefined);
      assert.match(statusOf(without).halted ?? "", /contradicts a quorum's/);
      await without.peer.close();
      peers.pop();
      const tooLate = makePeer(founded, founded.members[3] ?? assert.fail(), home, [], {
        suspensions: [text],
      });
      await assert.rejects(tooLate.start(), { code: "SUSPENSION_LATE" });
      await tooLate.close();
      await rm(join(without.home, "channels", founded.channelId, "state"), { recursive: true });
      peers.push(...(await start([3], [text])));
      introduce(peers);
      await store.add();
      await agree(peers);

      // The home keeps what was given.
      await closeAll(peers);
      peers.push(...(await start([0, 1, 2, 3])));
      const again = new Store(founded, peers[1] ?? assert.fail());
      assert.equal((await again.add())["code"], 9100);

      // A newcomer that executes from the genesis needs the file; one that begins with a snapshot does not.
      await again.reach(height + 8);
      const newcomer = await startMember(founded, 4, home, { ...options, suspensions: [text] });
      peers.push(newcomer);
      introduce(peers);
      const late = await startReachable(founded, 5, home, peers, { ...options, beginWithSnapshot: true });
      peers.push(late);
      await until("both have come after", () =>
        [newcomer, late].every((peer) => statusOf(peer).executedHeight >= height + 8),
      );
      assert.ok(restored(late), "it began with a snapshot");
      assert.equal((await again.add())["code"], 9100);
      await agree(peers);
      assert.deepEqual(await counterOf(late), await counterOf(newcomer));

      // The same version stays out; another one ends it, and migrates what the suspended one left.
      const migrating = counter(
        "2.0.0",
        'migrate: (ctx, { from }) => ctx.state.set("sum", ctx.state.get("sum") + (from === "1.0.0" ? 100 : 0)),',
        { migrate: true },
      );
      const { height: ended } = await again.agreeOn(migrating, "upgrade");
      await again.reach(Number(ended));
      assert.equal((await again.add())["result"], 102);
      await agree(peers);
      for (const peer of peers) {
        const { active, suspended } = await counterOf(peer);
        assert.deepEqual([(active as Json)["version"], suspended], ["2.0.0", null]);
      }
      const record = await getJson(`${again.peer.url}/api/v2/state?score=configuration&key=suspensions`);
      assert.deepEqual(record["value"], [
        {
          ...{ score: "counter", height, reason: "it halts", until: Number(ended) },
          version: { version: "1.0.0", hash: "" },
        },
      ]);
      await closeAll(peers);
      peers.push(...(await start([0, 1, 2, 3, 4, 5])));
      assert.equal((await new Store(founded, peers[2] ?? assert.fail()).add())["result"], 103);
      await agree(peers);
    }),
);

test("one that is given before its height begins there, on peers that run", () =>
  withHome(async (home, peers) => {
    const founded = await foundCounter(1);
    const { org, b, c } = founded.admins;
    const text = approved(founded.channelId, "counter", 4, [org, c, b]);
    peers.push(...(await startAll(founded, home, [0], { suspensions: [text] })));
    const [peer] = peers as [Running];
    const store = new Store(founded, peer);
    assert.deepEqual((await counterOf(peer))["suspended"], null);
    assert.equal(statusOf(peer).suspensions.length, 1);
    assert.equal((await store.add())["result"], 1);
    await store.reach(3);
    assert.deepEqual((await store.add())["message"], messageFrom(4));
    // The version that is suspended is not taken up again, even where it was disabled meanwhile.
    const disabled = await store.agree({ action: "disable", score: "counter" });
    await store.reach(Number(disabled["height"]));
    assert.deepEqual((await store.add())["message"], messageFrom(4));
    const tried = await store.agree({ action: "upgrade", score: "counter", version: "1.0.0" });
    await store.reach(Number(tried["height"]));
    const [step] = (await counterOf(peer))["steps"] as readonly Json[];
    assert.deepEqual([step?.["code"], step?.["message"]], [9100, messageFrom(4)]);
  }));

test("what is due at the height of a suspension is not activated, and the version before can be had again", () =>
  withHome(async (home, peers) => {
    const founded = await foundCounter(1);
    const { org, b } = founded.admins;
    peers.push(...(await startAll(founded, home, [0])));
    const store = new Store(founded, peers[0] ?? assert.fail());
    const at = statusOf(store.peer).executedHeight + 20;
    await store.agreeOn(counter("2.0.0"), "upgrade", { height: at });
    await store.reach(at - 1);
    await closeAll(peers);
    const suspensions = [approved(founded.channelId, "counter", at, [org, b])];
    peers.push(...(await startAll(founded, home, [0], { suspensions })));
    const [peer] = peers as [Running];
    const again = new Store(founded, peer);
    assert.equal((await again.add())["message"], messageFrom(at));
    const [step] = (await counterOf(peer))["steps"] as readonly Json[];
    assert.deepEqual([step?.["version"], step?.["code"]], ["2.0.0", 9100]);
    for (const action of [{ action: "disable" }, { action: "upgrade", version: "1.0.0" }])
      await again.reach(Number((await again.agree({ ...action, score: "counter" }))["height"]));
    assert.equal((await again.add())["result"], 1);
    assert.equal((await counterOf(peer))["suspended"], null);
  }));

test("a suspension that does not count keeps a peer from starting, and is not kept", () =>
  withHome(async (home, peers) => {
    const founded = await foundCounter(1);
    const { channelId, admins, members, organisation } = founded;
    const { org, b } = admins;
    const member = members[0] ?? assert.fail();
    peers.push(...(await startAll(founded, home, [0])));
    await commit(peers[0] as Running, { data: "before" });
    const height = await haltAll(founded, peers);
    await closeAll(peers);
    const client = await enrol(organisation, "alice", "client");
    const expired = await enrol(organisation, "old", "admin", { notAfterMs: Date.now() - 30_000 });
    const good = approved(channelId, "counter", height, [org, b]);
    const refusals: readonly [string, RegExp, readonly string[]][] = [
      ["SUSPENSION_MALFORMED", /canonical form/, [good.trimEnd()]],
      [
        "SUSPENSION_REFUSED",
        /it is of channel abab/,
        [approved("ab".repeat(32), "counter", height, [org, b])],
      ],
      ["SUSPENSION_REFUSED", /more than half/, [approved(channelId, "counter", height, [org])]],
      ["SUSPENSION_REFUSED", /org approves twice/, [approved(channelId, "counter", height, [org, org, b])]],
      ["SUSPENSION_REFUSED", /no administrator/, [approved(channelId, "counter", height, [b, client])]],
      ["SUSPENSION_REFUSED", /has expired/, [approved(channelId, "counter", height, [b, expired])]],
      ["SUSPENSION_REFUSED", /is not its signature/, [good.replace("it halts", "it stops")]],
      ["SUSPENSION_REFUSED", /could take/, [approved(channelId, "score-store", height, [org, b])]],
      [
        "SUSPENSION_REFUSED",
        /another is known here, whose reason is "it halts"/,
        [good, approved(channelId, "counter", height, [org, b], "another reason")],
      ],
      ["SUSPENSION_LATE", /executed here already/, [approved(channelId, "counter", height - 1, [org, b])]],
    ];
    for (const [code, message, suspensions] of refusals) {
      const peer = makePeer(founded, member, home, [], { suspensions });
      await assert.rejects(peer.start(), { code, message }, String(message));
      await peer.close();
    }
    const kept = join(home, member.id, "suspensions", channelId);
    await assert.rejects(readdir(kept), { code: "ENOENT" });

    await mkdir(kept, { recursive: true });
    await writeFile(join(kept, "damaged.json"), "{}");
    const damaged = makePeer(founded, member, home);
    await assert.rejects(damaged.start(), { code: "HOME_DAMAGED", message: /damaged.json/ });
    await damaged.close();
    await rm(join(kept, "damaged.json"));

    peers.push(...(await startAll(founded, home, [0], { suspensions: [good] })));
    await until("execution goes on", () => statusOf(peers[0] as Running).executedHeight >= height);
    assert.deepEqual(await readdir(kept), [`${height}-counter.json`]);
    // Given again, it is the one that is known.
    await closeAll(peers);
    peers.push(...(await startAll(founded, home, [0], { suspensions: [good] })));
    assert.equal((await new Store(founded, peers[0] as Running).add())["code"], 9100);
  }));

test("one that its block's epoch does not approve halts execution there, and says so before", () =>
  withHome(async (home, peers) => {
    const founded = await found(1);
    const client = await enrol(founded.organisation, "alice", "client");
    const suspensions = [approved(founded.channelId, "contract-agreement", 3, [client])];
    peers.push(...(await startAll(founded, home, [0], { suspensions })));
    const [peer] = peers as [Running];
    const told = peer.log.find(({ msg }) => String(msg).startsWith("a suspension would not count"));
    assert.match(String(told?.["reason"]), /no administrator/);
    for (const data of [1, 2]) await commit(peer, { data });
    await postJson(`${peer.url}/api/v1/transactions`, { data: 3 });
    await until("execution halts", () => statusOf(peer).halted !== undefined);
    assert.match(
      statusOf(peer).halted ?? "",
      /the suspension of contract-agreement from block 3 is refused: .* no administrator/,
    );
    assert.equal(statusOf(peer).executedHeight, 2);

    // Given again with the approval that it lacked, it takes the place of the one that is kept.
    await closeAll(peers);
    const admin = await enrol(founded.organisation, "ann", "admin");
    const better = [approved(founded.channelId, "contract-agreement", 3, [admin])];
    peers.push(...(await startAll(founded, home, [0], { suspensions: better })));
    const [again] = peers as [Running];
    await until("execution goes on", () => statusOf(again).executedHeight === 3);
    assert.deepEqual(statusOf(again).suspensions, [
      { score: "contract-agreement", height: 3, reason: "it halts" },
    ]);
  }));
