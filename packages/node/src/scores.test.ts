import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Identity } from "@dure/crypto/x509";
import { pack } from "@dure/score-host";
import { formatPackage, packageHash, partsOf, type ScorePackage } from "@dure/score-store";
import { toBase64 } from "@dure/types";
import {
  agree,
  commit,
  enrol,
  type Founded,
  found,
  getJson,
  introduce,
  type Json,
  makeOrganisation,
  postJson,
  type Running,
  signed,
  startAll,
  startMember,
  statusOf,
  until,
  withHome,
} from "./fixture.test.ts";

const ORGANISATIONS = ["b", "c"] as const;

type Consortium = Founded & { readonly admins: Readonly<Record<"org" | "b" | "c", Identity>> };

/** A channel of three organisations, one of which runs the peers, founded with the SCORE store. */
const foundStore = async (validators: number, followers = 0): Promise<Consortium> => {
  const others = await Promise.all(ORGANISATIONS.map((name) => makeOrganisation(name)));
  const store = await pack(fileURLToPath(import.meta.resolve("@dure/score-store/contract")));
  const founded = await found(validators, followers, (document) => ({
    ...document,
    organisations: [
      ...document.organisations,
      ...others.map(({ root }) => ({ name: root.organisation, root: toBase64(root.der) })),
    ],
    scores: [...document.scores, store],
  }));
  const [org, b, c] = await Promise.all(
    [founded.organisation, ...others].map((each) => enrol(each, "ann", "admin")),
  );
  assert.ok(org && b && c);
  return { ...founded, admins: { org, b, c } };
};

/** Submits a signed call and waits for its receipt. */
const call = async (
  { url }: Running,
  founded: Founded,
  identity: Identity,
  score: string,
  method: string,
  params: unknown,
): Promise<Json> => {
  const transaction = signed(founded, identity, { method, params }, { score });
  const { answer } = await postJson(`${url}/api/v2/transactions?wait=executed`, {
    transactions: [toBase64(transaction)],
    certificates: [toBase64(identity.certificate.der)],
  });
  const [first] = answer["transactions"] as readonly Json[];
  assert.equal(first?.["status"], "executed", JSON.stringify(answer));
  return first["receipt"] as Json;
};

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** A counter: `extra` are further parts of it as script. */
const counter = (
  version: string,
  extra = "",
  steps: Partial<ScorePackage["functions"]> = {},
): ScorePackage => ({
  format: "dure/score/1",
  id: "counter",
  version,
  auth: { name: "", email: "", org: "" },
  description: "",
  functions: { init: true, invoke: ["add"], query: ["sum"], migrate: false, rollback: false, ...steps },
  source: `module.exports.default = { abi: 1, name: "counter", version: "${version}",
    init: (ctx, params) => ctx.state.set("sum", params.from ?? 0),
    invoke: { add: (ctx) => { const sum = ctx.state.get("sum") + 1; ctx.state.set("sum", sum); return sum; } },
    query: { sum: (ctx) => ctx.state.get("sum") },
    ${extra}
  };`,
});

/** The store as administrators of these peers meet it. */
class Store {
  readonly #founded: Consortium;
  readonly peer: Running;

  constructor(founded: Consortium, peer: Running) {
    this.#founded = founded;
    this.peer = peer;
  }

  async call(admin: "org" | "b" | "c", method: string, params: unknown): Promise<Json> {
    const { code, message, result } = await call(
      this.peer,
      this.#founded,
      this.#founded.admins[admin],
      "score-store",
      method,
      params,
    );
    assert.equal(code, 0, String(message));
    return result as Json;
  }

  /** Registers a package by one organisation and has two agree on it. Returns the proposal. */
  async agreeOn(score: ScorePackage, action: "deploy" | "upgrade", more: Json = {}): Promise<Json> {
    const text = formatPackage(score);
    const hash = packageHash(text, sha256);
    const parts = partsOf(text, 600);
    for (const [index, part] of parts.entries())
      await this.call("org", "upload", { hash, index, of: parts.length, text: part });
    await this.call("org", "register", { hash });
    return this.agree({ action, score: score.id, hash, ...more });
  }

  async agree(proposal: Json): Promise<Json> {
    const { id, status } = await this.call("org", "propose", proposal);
    assert.equal(status, "open");
    const scheduled = await this.call("b", "approve", { proposal: id });
    assert.equal(scheduled["status"], "scheduled");
    return scheduled;
  }

  /** Has blocks made until that of a height is executed. */
  async reach(height: number): Promise<void> {
    while (statusOf(this.peer).executedHeight < height) await commit(this.peer, { data: "on" });
  }

  add(): Promise<Json> {
    return call(this.peer, this.#founded, this.#founded.admins.c, "counter", "add", {});
  }
}

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
      { score: "contract-agreement", version: "1.0.0", hash: "", active: true, scheduled: "" },
      {
        score: "counter",
        version: "1.0.0",
        hash: packageHash(formatPackage(counter("1.0.0")), sha256),
        active: true,
        scheduled: "",
      },
      { score: "score-store", version: "1.0.0", hash: "", active: true, scheduled: "" },
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
    const options = { keepBlocks: 4, snapshotEvery: 8 };
    peers.push(...(await startAll(founded, home, [0, 1, 2], options)));
    const store = new Store(founded, peers[0] ?? assert.fail());
    await store.reach(Number((await store.agreeOn(counter("1.0.0"), "deploy"))["height"]));
    await store.reach(40);
    const follower = await startMember(founded, 3, home, { ...options, beginWithSnapshot: true });
    peers.push(follower);
    introduce(peers);
    await until("the follower has what the others have", () => statusOf(follower).executedHeight >= 40);
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
