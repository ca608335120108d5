import { strict as assert } from "node:assert";
import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { channelDirectory } from "@dure/ledger";
import {
  agree,
  commit,
  type Founded,
  found,
  getJson,
  introduce,
  type Running,
  startAll,
  startMember,
  statusOf,
  until,
  withHome,
} from "./fixture.test.ts";

const BLOCKS = 10;

/** Inverts a run of bytes in the middle of the peer's only segment: some blocks in a row are read no more. */
const damageLog = async (directory: string): Promise<void> => {
  const blocks = join(directory, "blocks");
  const [segment] = (await readdir(blocks)).filter((name) => name.endsWith(".log"));
  const file = await open(join(blocks, segment ?? assert.fail("no segment")), "r+");
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.floor(size / 4));
    await file.read(bytes, 0, bytes.length, Math.floor(size / 3));
    await file.write(
      bytes.map((byte) => byte ^ 0xff),
      0,
      bytes.length,
      Math.floor(size / 3),
    );
  } finally {
    await file.close();
  }
};

/** Four peers of which the last was closed after ten blocks, and its log damaged. */
const damagedPeer = async (
  home: string,
  peers: Running[],
): Promise<{ founded: Founded; directory: string }> => {
  const founded = await found(4);
  peers.push(...(await startAll(founded, home)));
  for (let at = 0; at < BLOCKS; at++) await commit(peers[0] ?? assert.fail(), { data: `${at}`.repeat(100) });
  await agree(peers);
  const closed = peers.pop() ?? assert.fail();
  await closed.peer.close();
  const directory = channelDirectory(closed.home, founded.channelId);
  await damageLog(directory);
  return { founded, directory };
};

const damagedAtStart = ({ log }: Running): number =>
  log.filter(({ msg }) => msg === "blocks are damaged on disk: fetching them again").length;

for (const isStateLost of [false, true]) {
  const what = isStateLost ? "a damaged log and a lost state" : "a damaged log";
  test(
    `a peer with ${what} does not vote until it has mended it from others, and is then as before`,
    {
      timeout: 120_000,
    },
    () =>
      withHome(async (home, peers) => {
        const { founded, directory } = await damagedPeer(home, peers);
        if (isStateLost) await rm(join(directory, "state"), { recursive: true });
        const healed = await startMember(founded, 3, home);
        peers.push(healed);
        assert.equal(damagedAtStart(healed), 1);
        const { damaged, consensus } = statusOf(healed);
        assert.ok(damaged > 1, `${damaged} blocks are damaged`);
        assert.equal(consensus.voting, false);
        if (isStateLost) await until("execution waits", () => statusOf(healed).executedHeight > 0);
        assert.equal(statusOf(healed).halted, undefined);
        introduce(peers);
        await until("it is mended", () => statusOf(healed).damaged === 0);
        await until("it votes again", () => statusOf(healed).consensus.voting);
        await commit(healed, { data: "after" });
        const height = await agree(peers);
        assert.ok(height > BLOCKS);
        for (let at = 1; at <= height; at++) {
          const [first, own] = [peers[0], healed].map((peer) => getJson(`${peer?.url}/api/v2/blocks/${at}`));
          assert.deepEqual(await own, await first);
        }
        await until("all are counted", () => statusOf(healed).transactionCount === BLOCKS + 1);
      }),
  );
}
