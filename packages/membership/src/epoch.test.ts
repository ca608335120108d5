import { strict as assert } from "node:assert";
import { test } from "node:test";
import { toHash } from "@dure/types";
import { epochConfig, FIRST_EPOCH } from "./epoch.ts";
import { DEFAULTS } from "./genesis-schema.ts";

const channelId = toHash(new Uint8Array(32).fill(9));
const config = {
  consensus: { ...DEFAULTS.consensus, engine: "lft" as const },
  timestampMs: 5,
  validators: [
    { id: "peer0.org", publicKey: new Uint8Array(32).fill(1), weight: 2 },
    { id: "peer1.org", publicKey: new Uint8Array(32).fill(2), weight: 3 },
  ],
};

test("the first epoch starts from the genesis, with its validators in order", () => {
  assert.deepEqual(epochConfig(config, channelId, FIRST_EPOCH), {
    engine: "lft",
    channelId,
    epoch: 1,
    base: { blockId: channelId, height: 0, timestampMs: 5 },
    validators: config.validators.map(({ publicKey, weight }) => ({ publicKey, weight })),
  });
});

for (const epoch of [0, 2, -1, Number.NaN, Number.MAX_SAFE_INTEGER])
  test(`a genesis leads to no epoch ${epoch}`, () =>
    assert.equal(epochConfig(config, channelId, epoch), undefined));
