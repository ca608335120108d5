import { strict as assert } from "node:assert";
import { test } from "node:test";
import { formatPackage, packageHash } from "@dure/score-store";
import {
  agree,
  getJson,
  introduce,
  type Json,
  postJson,
  type Running,
  restored,
  startAll,
  startMember,
  startReachable,
  statusOf,
  until,
  withHome,
} from "./fixture.test.ts";
import { counter, foundStore, Store, sha256 } from "./store.fixture.test.ts";

const scoreOf = ({ url }: Running): Promise<Json> => getJson(`${url}/api/v2/scores/counter`);
const stepsOf = async (peer: Running): Promise<readonly Json[]> =>
  (await scoreOf(peer))["steps"] as readonly Json[];

test("peers deploy, upgrade, roll back and disable at the same height, whoever restarts in between", () =>
  withHome(async (home, peers) => {
    const founded = await foundStore(4);
    peers.push(...(await startAll(founded, home)));
    const store = new Store(founded, peers[0] ?? assert.fail());

    const { height } = await store.agreeOn(counter("1.0.0"), "deploy", { params: { from: 10 } });
    await store.reach(Number(height));
    assert.equal((await store.add())["result"], 11);
    assert.deepEqual((await getJson(`${store.peer.url}/api/v2/scores`))["scores"], [
      {
        score: "contract-agreement",
        version: "1.0.0",
        hash: "",
        active: true,
        scheduled: "",
        suspended: null,
      },
      {
        score: "counter",
        version: "1.0.0",
        hash: packageHash(formatPackage(counter("1.0.0")), sha256),
        active: true,
        scheduled: "",
        suspended: null,
      },
      { score: "score-store", version: "1.0.0", hash: "", active: true, scheduled: "", suspended: null },
    ]);

    // A peer is away while the upgrade is agreed on, and comes back before its height.
    const [away] = peers.splice(3, 1);
    await away?.peer.close();
    const migrating = counter(
      "2.0.0",
      `migrate: (ctx, { from }) => ctx.state.set("sum", ctx.state.get("sum") * (from === "1.0.0" ? 100 : 0)),
       rollback: (ctx, { to }) => ctx.state.set("sum", ctx.state.get("sum") / (to === "1.0.0" ? 100 : 0)),`,
      { migrate: true, rollback: true },
    );
    const at = statusOf(store.peer).executedHeight + 16;
    await store.agreeOn(migrating, "upgrade", { height: at });
    peers.push(await startMember(founded, 3, home));
    introduce(peers);
    await store.reach(at - 1);
    assert.equal((await store.add())["height"], at);
    await agree(peers);
    for (const peer of peers) {
      const [step] = await stepsOf(peer);
      assert.deepEqual([step?.["action"], step?.["version"], step?.["height"]], ["upgrade", "2.0.0", at]);
    }
    assert.equal((await store.add())["result"], 1102);

    // One whose migration refuses changes nothing but the record of it.
    const failing = counter("3.0.0", 'migrate() { throw new Error("not today"); },', { migrate: true });
    const failed = await store.agreeOn(failing, "upgrade");
    await store.reach(Number(failed["height"]));
    assert.deepEqual((await scoreOf(store.peer))["active"], {
      version: "2.0.0",
      hash: packageHash(formatPackage(migrating), sha256),
    });
    const [refused] = await stepsOf(store.peer);
    assert.deepEqual([refused?.["version"], refused?.["message"]], ["3.0.0", "not today"]);
    assert.notEqual(refused?.["code"], 0);

    // One that is not what its package declares does not run.
    const lying = {
      ...counter("4.0.0"),
      functions: { ...counter("4.0.0").functions, invoke: ["add", "take"] },
    };
    await store.reach(Number((await store.agreeOn(lying, "upgrade"))["height"]));
    assert.equal((await stepsOf(store.peer))[0]?.["code"], 9100);

    await store.reach(Number((await store.agree({ action: "rollback", score: "counter" }))["height"]));
    assert.equal((await store.add())["result"], 12.02);

    // All that restart go on alike, from the state alone.
    for (const { peer } of peers.splice(0)) await peer.close();
    peers.push(...(await startAll(founded, home)));
    const again = new Store(founded, peers[1] ?? assert.fail());
    assert.equal((await again.add())["result"], 13.02);
    await again.reach(Number((await again.agree({ action: "disable", score: "counter" }))["height"]));
    const gone = await again.add();
    assert.notEqual(gone["code"], 0);
    assert.match(String(gone["message"]), /counter/);
    await agree(peers);
    const answer = await postJson(`${again.peer.url}/api/v2/query`, { score: "counter", method: "sum" });
    assert.notEqual(answer.answer["code"], 0);
  }));

test("a peer that begins with a snapshot runs what the others run", () =>
  withHome(async (home, peers) => {
    const founded = await foundStore(3, 1);
    const options = { snapshotEvery: 8 };
    peers.push(...(await startAll(founded, home, [0, 1, 2], options)));
    const store = new Store(founded, peers[0] ?? assert.fail());
    await store.reach(Number((await store.agreeOn(counter("1.0.0"), "deploy"))["height"]));
    await store.reach(24);
    const follower = await startReachable(founded, 3, home, peers, { ...options, beginWithSnapshot: true });
    peers.push(follower);
    assert.ok(restored(follower), "it began with a snapshot");
    await until("the follower has what the others have", () => statusOf(follower).executedHeight >= 24);
    await store.add();
    await agree(peers);
    assert.deepEqual(await scoreOf(follower), await scoreOf(store.peer));
    const asked = await postJson(`${follower.url}/api/v2/query`, { score: "counter", method: "sum" });
    assert.equal(asked.answer["result"], 1);
  }));

test("v1 shows the default SCORE's versions, the newest first", () =>
  withHome(async (home, peers) => {
    const founded = await foundStore(1);
    peers.push(...(await startAll(founded, home)));
    const store = new Store(founded, peers[0] ?? assert.fail());
    const next = { ...counter("1.1.0"), id: "contract-agreement" };
    const source = next.source.replace('name: "counter"', 'name: "contract-agreement"');
    await store.reach(Number((await store.agreeOn({ ...next, source }, "upgrade"))["height"]));
    assert.deepEqual(await getJson(`${store.peer.url}/api/v1/status/score`), {
      id: "contract-agreement",
      version: "1.1.0",
      all_version: ["1.1.0", "1.0.0"],
      status: 0,
    });
    assert.equal((await getJson(`${store.peer.url}/api/v2/scores/nothing`))["code"], "SCORE_UNKNOWN");
  }));
