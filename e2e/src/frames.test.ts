import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  type Consortium,
  foundConsortium,
  introduce,
  type Member,
  type Running,
  startMember,
} from "./consortium.ts";
import { getJson, postJson } from "./json.ts";
import { sendFrames } from "./liar.ts";
import { chooseSeed, seeded } from "./seeded.ts";
import { until } from "./until.ts";

/** Both peers hold a quorum without the member that sends what it should not. */
const WEIGHTS = [1, 3, 3];
const FRAMES = 10_000;
const FRAME_TYPES = 8;

let home: string;
let consortium: Consortium;
let peers: Running[] = [];

before(async () => {
  home = await mkdtemp(join(tmpdir(), "dure-frames-"));
  consortium = await foundConsortium(WEIGHTS);
  for (const at of [1, 2]) peers.push(await startMember(consortium, consortium.members[at] as Member, home));
  introduce(peers);
});

after(async () => {
  for (const { peer } of peers) await peer.close();
  peers = [];
  await rm(home, { recursive: true, force: true });
});

const commit = async (content: string): Promise<void> => {
  const [first, second] = peers as [Running, Running];
  const { answer } = await postJson(`${first.url}/api/v1/transactions`, { data: content });
  for (const { url } of [first, second])
    await until("the transaction is executed", async () => {
      const { status } = await getJson(`${url}/api/v2/transactions/${answer["tx_hash"]}`);
      return status === "executed";
    });
};

test(`${FRAMES} malformed frames from a member cost the member and no one else`, async (t) => {
  const seed = chooseSeed();
  t.diagnostic(`SEED=${seed}`);
  const chance = seeded(seed);
  const [target] = peers as [Running];
  await commit("before");
  const liar = consortium.members[0] as Member;
  let left = FRAMES;
  const rssBefore = process.memoryUsage().rss;
  await sendFrames(consortium, liar, target.address, () => {
    if (left-- <= 0) return undefined;
    const body = chance.bytes(chance.below(chance.below(20) === 0 ? 20_000 : 200));
    const [version, type] = [
      chance.below(10) === 0 ? chance.below(256) : 1,
      1 + chance.below(FRAME_TYPES + 1),
    ];
    // Every tenth is noise from its first byte, the others begin as a frame does; a request may be well-formed by chance.
    return chance.below(10) === 0 ? body : Buffer.concat([Uint8Array.of(version, type), body]);
  });
  // One line a second and peer names a refusal and counts those before it: one more of them brings the count out.
  const refused = (): number =>
    target.log
      .filter(({ msg, peerId }) => msg === "refused" && peerId === liar.id)
      .reduce((sum, { others }) => sum + 1 + Number(others), 0);
  await until(`most of ${FRAMES} malformed frames are refused by name`, async () => {
    let isSent = false;
    await sendFrames(consortium, liar, target.address, () => {
      if (isSent) return undefined;
      isSent = true;
      return Buffer.from([0xff]);
    });
    return refused() > FRAMES / 2;
  });
  const grown = process.memoryUsage().rss - rssBefore;
  assert.ok(grown < 256 * 1024 * 1024, `memory grew by ${grown} bytes`);
  await commit("after");
});
