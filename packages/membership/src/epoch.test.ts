import { strict as assert } from "node:assert";
import { test } from "node:test";
import { toHash } from "@dure/types";
import { applyChange, type ConfigurationChange } from "./change.ts";
import { FIRST_EPOCH, firstEpoch, nextEpoch } from "./epoch.ts";
import { FULL } from "./genesis.fixture.test.ts";
import { readChange } from "./index.ts";

const channelId = toHash(new Uint8Array(32).fill(9));
const first = firstEpoch(FULL, channelId);
const base = { blockId: toHash(new Uint8Array(32).fill(1)), height: 7, timestampMs: 5 };
const KEY = "44".repeat(32);

const documentAfter = (change: ConfigurationChange) => {
  const changed = applyChange(FULL, change);
  return changed.ok ? changed.document : assert.fail(changed.message);
};

test("the first epoch starts from the genesis, with its validators in order", () => {
  assert.equal(first.epoch, FIRST_EPOCH);
  assert.deepEqual(first.base, { blockId: channelId, height: 0, timestampMs: FULL.timestampMs });
  assert.deepEqual(
    first.validators.map(({ weight }) => weight),
    [2, 1, 1],
  );
});

test("validators are added at the end, replaced where they stand, and removed", () => {
  const { validators } = documentAfter({
    epoch: 2,
    validators: {
      set: [
        { id: "peer1.acme", publicKey: KEY, weight: 5 },
        { id: "peer0.globex", publicKey: "55".repeat(32), weight: 3 },
      ],
      remove: ["peer1.globex"],
    },
  });
  assert.deepEqual(
    validators.map(({ id, weight }) => [id, weight]),
    [
      ["peer0.acme", 2],
      ["peer0.globex", 3],
      ["peer1.acme", 5],
    ],
  );
});

test("organisations leave with what is revoked of them, and what is left out stays as it was", () => {
  const [acme] = FULL.organisations;
  const document = documentAfter({
    epoch: 2,
    organisations: { remove: ["globex"] },
    validators: { remove: ["peer0.globex", "peer1.globex"] },
    followers: { add: ["more.acme"], remove: ["audit.acme"] },
    consensus: { engine: "ibft" },
    policies: { peerSubmits: false },
  });
  assert.deepEqual(document.organisations, [acme]);
  assert.deepEqual(document.revoked, []);
  assert.deepEqual(document.followers, ["more.acme"]);
  assert.deepEqual(document.policies, { ...FULL.policies, peerSubmits: false });
  assert.deepEqual(document.consensus, { ...FULL.consensus, engine: "ibft" });
  assert.deepEqual(document.scores, FULL.scores);
});

for (const [why, change] of [
  ["nobody of that name", { validators: { remove: ["peer9.acme"] } }],
  ["no validator would be left", { validators: { remove: FULL.validators.map(({ id }) => id) } }],
  ["a key would stand twice", { validators: { set: [{ ...FULL.validators[0], id: "peer8.acme" }] } }],
  ["a follower would be a validator", { followers: { add: ["peer0.acme"] } }],
  ["an organisation would leave its peers behind", { organisations: { remove: ["globex"] } }],
  ["a group would be empty", { groups: [{ name: "seoul", weight: 1 }] }],
  ["a timer's base would be above its cap", { consensus: { baseMs: FULL.consensus.capMs + 1 } }],
] as const)
  test(`a change is refused where ${why}`, () => {
    const read = readChange({ epoch: 2, ...change });
    assert.ok(read.ok, read.ok ? "" : read.message);
    assert.equal(applyChange(FULL, read.change).ok, false);
    assert.equal(nextEpoch(first, read.change, base), undefined);
  });

for (const [why, change] of [
  ["an unknown field", { epoch: 2, limits: {} }],
  ["no epoch", { validators: { remove: ["peer0.acme"] } }],
  ["the first epoch, which only a genesis opens", { epoch: 1 }],
  ["an unknown engine", { epoch: 2, consensus: { engine: "raft" } }],
] as const)
  test(`a change with ${why} is not read`, () => assert.equal(readChange(change).ok, false));

test("an epoch is opened by a change made for it, and by no other", () => {
  const next = nextEpoch(first, { epoch: 2, validators: { remove: ["peer1.globex"] } }, base);
  assert.ok(next !== undefined);
  assert.deepEqual([next.epoch, next.base, next.validators.length], [2, base, 2]);
  for (const epoch of [1, 3]) assert.equal(nextEpoch(first, { epoch }, base), undefined);
  assert.equal(nextEpoch(next, { epoch: 3 }, base)?.epoch, 3);
});
