import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@dure/score";
import { Chain, scorePackage, sha256 } from "./chain.fixture.test.ts";
import { formatPackage, packageHash } from "./package.ts";
import { activeScores, dueActivations } from "./registry.ts";

const deploy = { action: "deploy", score: "token" };

/** A channel of one organisation in which token 1.0.0 runs. */
const withToken = (): Chain => {
  const chain = new Chain(["a"]);
  chain.register("a", scorePackage("token", "1.0.0"));
  chain.done("a", "propose", deploy);
  chain.block();
  return chain;
};

test("a package in parts is registered when its hash is right, and stays readable", () => {
  const chain = new Chain(["a"]);
  const score = scorePackage("token", "1.0.0", { source: "x".repeat(500) });
  const hash = chain.register("a", score, 100);
  const { parts, declaration } = chain.query("package", { hash }) as JsonObject;
  const texts = Array.from(
    { length: parts as number },
    (_, part) => (chain.query("package", { hash, part }) as { text: string }).text,
  );
  assert.ok(texts.length > 5);
  assert.equal(texts.join(""), formatPackage(score));
  assert.equal((declaration as JsonObject).id, "token");
  assert.deepEqual(chain.events.at(-1), {
    name: "registered",
    data: { score: "token", version: "1.0.0", hash, index: 0, organisation: "a" },
  });
  assert.deepEqual(chain.done("a", "register", { hash }), {
    score: "token",
    version: "1.0.0",
    hash,
    index: 0,
  });
});

test("what is not all there, or not what its hash says, is not registered", () => {
  const chain = new Chain(["a", "b"]);
  const text = formatPackage(scorePackage("token", "1.0.0"));
  const hash = packageHash(text, sha256);
  chain.refused("a", "register", { hash }, /uploaded no package/);
  chain.done("a", "upload", { hash, index: 0, of: 2, text });
  chain.refused("a", "register", { hash }, /part 1 of 2 is missing/);
  chain.done("a", "upload", { hash, index: 1, of: 2, text: "!" });
  chain.refused("a", "register", { hash }, /not the package of this hash/);
  const other = packageHash("{}", sha256);
  chain.done("a", "upload", { hash: other, index: 0, of: 1, text: "{}" });
  chain.refused("a", "register", { hash: other }, /this is no package: a package has no format/);
  // Another organisation's wrong parts are its own.
  chain.done("b", "upload", { hash, index: 0, of: 1, text });
  assert.equal(chain.done("b", "register", { hash }).version, "1.0.0");
});

test("an organisation that uploads and never registers keeps sixteen packages at most", () => {
  const chain = new Chain(["a"]);
  const hashes = Array.from({ length: 20 }, (_, at) => sha256(String(at)));
  for (const hash of hashes) chain.done("a", "upload", { hash, index: 0, of: 1, text: "x" });
  const parts = [...chain.state.keys()].filter((key) => key.includes("part/"));
  assert.deepEqual(parts.map((key) => key.slice(17, 17 + 64)).sort(), hashes.slice(4).sort());
});

for (const method of ["upload", "register", "propose", "approve", "withdraw"])
  test(`${method} is for administrators of the channel's organisations`, () => {
    const chain = new Chain(["a"]);
    assert.match(chain.invoke("a", method, {}, ["client"]).message, /only an administrator/);
    assert.match(chain.invoke("stranger", method, {}).message, /one of the channel's organisations/);
  });

test("no other SCORE acts here for whoever called it", () => {
  const chain = new Chain(["a"]);
  chain.callers = ["lure"];
  for (const method of ["upload", "register", "propose", "approve", "withdraw", "applied"])
    chain.refused("a", method, {}, /another SCORE may not/);
});

test("nobody but the host says what was activated", () => {
  const chain = withToken();
  chain.refused("a", "applied", { score: "token", code: 0, message: "" }, /only the host/);
});

test("more than half of the organisations schedule a deployment, which runs from its height", () => {
  const chain = new Chain(["a", "b", "c", "d"]);
  const hash = chain.register("a", scorePackage("token", "1.0.0"));
  const { id } = chain.done("a", "propose", { ...deploy, height: 40, params: { limit: 1 } });
  chain.refused("a", "approve", { proposal: "1" }, /approves proposal 1 already/);
  assert.equal(chain.done("b", "approve", { proposal: "1" }).status, "open");
  const scheduled = chain.done("c", "approve", { proposal: "1" });
  assert.deepEqual([id, scheduled.status, scheduled.height], ["1", "scheduled", 40]);
  chain.refused("d", "approve", { proposal: "1" }, /is scheduled/);
  while (chain.height < 38) chain.block();
  assert.deepEqual(dueActivations(chain.get, 39), []);
  assert.deepEqual(dueActivations(chain.get, 40), [
    {
      score: "token",
      version: "1.0.0",
      hash,
      action: "deploy",
      source: "// token 1.0.0",
      manifest: '{"init":true,"invoke":["add"],"migrate":false,"query":["count"],"rollback":false}',
      from: "",
      params: '{"limit":1}',
      entry: JSON.stringify({ action: "deploy", hash, score: "token", version: "1.0.0" }),
      runsLeft: false,
    },
  ]);
  chain.block();
  assert.deepEqual(chain.running(), ["score-store 1.0.0"]);
  chain.block();
  assert.deepEqual(chain.running(), ["score-store 1.0.0", "token 1.0.0"]);
  assert.deepEqual(
    activeScores(chain.get)?.map(({ score, source }) => [score, source]),
    [
      ["score-store", undefined],
      ["token", "// token 1.0.0"],
    ],
  );
  assert.deepEqual(
    chain.events.map(({ name }) => name),
    ["registered", "proposed", "approved", "approved", "scheduled", "applied"],
  );
});

test("an organisation that left counts no more", () => {
  const chain = new Chain(["a", "b", "c"]);
  chain.register("a", scorePackage("token", "1.0.0"));
  chain.done("a", "propose", deploy);
  chain.organisations = ["b", "c", "d"];
  assert.equal(chain.done("b", "approve", { proposal: "1" }).status, "open");
  assert.equal(chain.done("d", "approve", { proposal: "1" }).status, "scheduled");
});

test("an approval can be taken back until its height: the schedule goes with the majority", () => {
  const chain = new Chain(["a", "b", "c"]);
  chain.register("a", scorePackage("token", "1.0.0"));
  chain.done("a", "propose", { ...deploy, height: 30 });
  chain.done("b", "approve", { proposal: "1" });
  chain.refused("c", "withdraw", { proposal: "1" }, /does not approve/);
  assert.equal(chain.done("b", "withdraw", { proposal: "1" }).status, "open");
  assert.deepEqual(dueActivations(chain.get, 30), []);
  assert.equal(chain.done("a", "withdraw", { proposal: "1" }).status, "withdrawn");
  chain.refused("b", "approve", { proposal: "1" }, /is withdrawn/);
});

test("an upgrade takes over, a failing one leaves the old version, a rollback returns step by step", () => {
  const chain = withToken();
  const migrating = { init: true, invoke: ["add"], query: ["count"], migrate: true, rollback: true };
  chain.register("a", scorePackage("token", "2.0.0", { functions: migrating }));
  chain.register("a", scorePackage("token", "3.0.0"));
  const upgrade = { action: "upgrade", score: "token" };
  chain.verdict = () => "it threw";
  chain.done("a", "propose", { ...upgrade, version: "2.0.0" });
  chain.block();
  assert.deepEqual(chain.running(), ["score-store 1.0.0", "token 1.0.0"]);
  assert.equal((chain.query("proposal", { id: "2" }) as JsonObject).status, "failed");
  chain.verdict = () => "";
  chain.done("a", "propose", { ...upgrade, version: "2.0.0" });
  chain.refused("a", "propose", { ...upgrade, version: "2.0.0" }, /runs already/);
  chain.done("a", "propose", upgrade);
  chain.block();
  assert.deepEqual(chain.running(), ["score-store 1.0.0", "token 3.0.0"]);
  const back = { action: "rollback", score: "token" };
  chain.refused("a", "propose", { ...back, version: "1.0.0" }, /a rollback goes to 2.0.0/);
  chain.done("a", "propose", back);
  chain.done("a", "propose", { ...back, version: "1.0.0" });
  chain.block();
  assert.deepEqual(chain.running(), ["score-store 1.0.0", "token 1.0.0"]);
  chain.refused("a", "propose", back, /is the first version that ran/);
  const { versions, steps } = chain.query("info", { score: "token" }) as {
    versions: readonly JsonObject[];
    steps: readonly JsonObject[];
  };
  assert.deepEqual(
    versions.map(({ version, index }) => [version, index]),
    [
      ["3.0.0", 2],
      ["2.0.0", 1],
      ["1.0.0", 0],
    ],
  );
  assert.deepEqual(
    steps.map(({ action, from, version, code }) => [action, from, version, code]),
    [
      ["rollback", "2.0.0", "1.0.0", 0],
      ["rollback", "3.0.0", "2.0.0", 0],
      ["upgrade", "2.0.0", "3.0.0", 0],
      ["upgrade", "1.0.0", "2.0.0", 0],
      ["upgrade", "1.0.0", "2.0.0", 9100],
      ["deploy", "", "1.0.0", 0],
    ],
  );
});

test("a version that migrated without declaring rollback is not left by one", () => {
  const chain = withToken();
  const migrating = { init: true, invoke: ["add"], query: ["count"], migrate: true, rollback: false };
  chain.register("a", scorePackage("token", "2.0.0", { functions: migrating }));
  chain.done("a", "propose", { action: "upgrade", score: "token" });
  chain.refused("a", "propose", { action: "rollback", score: "token" }, /declares no rollback/);
});

test("a disabled SCORE is gone until it is upgraded, also to what it was", () => {
  const chain = withToken();
  const disable = { action: "disable", score: "token" };
  chain.done("a", "propose", disable);
  chain.refused("a", "propose", disable, /token is disabled/);
  assert.deepEqual(chain.running(), ["score-store 1.0.0"]);
  assert.deepEqual(
    activeScores(chain.get)?.map(({ score }) => score),
    ["score-store"],
  );
  chain.refused("a", "propose", deploy, /was deployed before/);
  chain.done("a", "propose", { action: "upgrade", score: "token", version: "1.0.0" });
  chain.block();
  assert.deepEqual(chain.running(), ["score-store 1.0.0", "token 1.0.0"]);
  chain.refused("a", "propose", { action: "rollback", score: "token" }, /is the first version that ran/);
});

test("the same version with other code is another version of its own", () => {
  const chain = withToken();
  const hash = chain.register("a", scorePackage("token", "1.0.0", { source: "// changed" }));
  chain.done("a", "propose", { action: "upgrade", score: "token", version: "1.0.0" });
  chain.block();
  assert.deepEqual(
    activeScores(chain.get)?.map(({ hash: each, source }) => [each, source]),
    [
      ["", undefined],
      [hash, "// changed"],
    ],
  );
});

test("the store and the SCOREs of the genesis are upgraded and rolled back like any other", () => {
  const chain = new Chain(
    ["a"],
    [
      { name: "token", version: "1.0.0" },
      { name: "score-store", version: "1.0.0" },
    ],
  );
  chain.refused("a", "propose", { action: "disable", score: "score-store" }, /cannot be disabled/);
  for (const score of ["token", "score-store"]) {
    chain.register("a", scorePackage(score, "1.0.1"));
    chain.done("a", "propose", { action: "upgrade", score });
  }
  chain.block();
  assert.deepEqual(chain.running(), ["score-store 1.0.1", "token 1.0.1"]);
  chain.done("a", "propose", { action: "rollback", score: "token" });
  const [activation] = dueActivations(chain.get, chain.height + 1);
  assert.deepEqual([activation?.version, activation?.hash, activation?.source], ["1.0.0", "", undefined]);
  chain.block();
  assert.deepEqual(chain.running(), ["score-store 1.0.1", "token 1.0.0"]);
});

test("one proposal at a time is scheduled for a SCORE, and eight activations for a block", () => {
  const chain = new Chain(["a"]);
  for (let at = 0; at < 10; at++) {
    chain.register("a", scorePackage(`s${at}`, "1.0.0"));
    const { height } = chain.done("a", "propose", { action: "deploy", score: `s${at}`, height: 100 });
    assert.equal(height, at < 8 ? 100 : 101);
  }
  chain.refused("a", "propose", { action: "deploy", score: "s0" }, /waits for proposal 1/);
  while (chain.height < 101) chain.block();
  assert.equal(chain.running().length, 11);
});

for (const [name, params, message] of [
  ["an unknown action", { action: "destroy", score: "token" }, /action must be/],
  ["a SCORE that nobody registered", { action: "upgrade", score: "nothing" }, /no version of nothing/],
  [
    "a version that nobody registered",
    { action: "upgrade", score: "token", version: "9.0.0" },
    /not registered/,
  ],
  ["a hash of another SCORE", { action: "upgrade", score: "token", hash: "0".repeat(64) }, /with this hash/],
  ["a height before the chain", { action: "disable", score: "token", height: 0 }, /height must be/],
  ["params that are a list", { action: "upgrade", score: "token", version: "1.0.0", params: [] }, /./],
  ["params to upgrade", { action: "upgrade", score: "token", version: "1.0.0", params: { a: 1 } }, /./],
  ["params to disable", { action: "disable", score: "token", params: { a: 1 } }, /takes no params/],
] as const)
  test(`a proposal with ${name} is refused`, () => {
    withToken().refused("a", "propose", params as JsonObject, message);
  });

test("proposals are told by pages, the newest first", () => {
  const chain = new Chain(["a", "b"]);
  chain.register("a", scorePackage("token", "1.0.0"));
  for (let at = 0; at < 60; at++) chain.done("a", "propose", deploy);
  const page = chain.query("proposals") as readonly JsonObject[];
  assert.deepEqual([page.length, page[0]?.id, page.at(-1)?.id], [50, "60", "11"]);
  const rest = chain.query("proposals", { before: 11 }) as readonly JsonObject[];
  assert.deepEqual([rest.length, rest[0]?.id, rest.at(-1)?.id], [10, "10", "1"]);
});
