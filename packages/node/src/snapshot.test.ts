import { strict as assert } from "node:assert";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  channelDirectory,
  type LedgerOptions,
  openLedger,
  type ProvenCheckpoint,
  restoreLedger,
} from "@dure/ledger";
import { trustOf } from "@dure/ledger/proof";
import { encodeText } from "@dure/types";
import { pino } from "pino";
import { decodeFrame, encodeFrame, type Frame } from "./channel/frame.ts";
import { Restore } from "./channel/restore.ts";
import {
  agree,
  type Change,
  commit,
  found,
  getJson,
  introduce,
  type Json,
  type Running,
  restored,
  startAll,
  startMember,
  startReachable,
  statusOf,
  suite,
  until,
  withHome,
} from "./fixture.test.ts";

const LIFE_MS = 2_000;
/** Transactions live so shortly that old blocks may go soon. */
const shortLived: Change = (document) => ({
  ...document,
  limits: { ...document.limits, longestLifeMs: LIFE_MS },
});
const KEEP = { keepBlocks: 20, snapshotEvery: 8 };
const BLOCKS = 100;

const proposal = (at: number): Json => ({
  jsonrpc: "2.0",
  method: "propose",
  params: { proposer: "a", counterparties: ["b"], content: `text ${at}`, quorum: 2 },
});

/** Commits blocks, the second half when the lives of the first half's transactions are over. */
const lengthen = async (running: Running, blocks: number): Promise<void> => {
  await until("a quorum is connected", () => statusOf(running).connected.length >= 2);
  for (let at = 0; at < blocks; at++) {
    await commit(running, proposal(at));
    if (at === Math.floor(blocks / 2)) await new Promise((resolve) => setTimeout(resolve, 1.1 * LIFE_MS));
  }
};

const pruned = (peers: readonly Running[]): Promise<void> =>
  until("all have pruned", () => peers.every((running) => statusOf(running).baseHeight > 0));

test("a new peer begins with a snapshot where the first blocks are gone, and goes on like the others", async () => {
  await withHome(async (home, peers) => {
    const founded = await found(4, 1, shortLived);
    peers.push(...(await startAll(founded, home, [0, 1, 2, 3], KEEP)));
    const [first] = peers as [Running];
    await lengthen(first, BLOCKS);
    await pruned(peers);
    const follower = await startReachable(founded, 4, home, peers, { ...KEEP, beginWithSnapshot: true });
    peers.push(follower);
    await agree(peers);
    assert.ok(restored(follower), "it began with a snapshot");
    const { baseHeight, height } = statusOf(follower);
    assert.ok(baseHeight > 0 && baseHeight < height);

    await commit(follower, proposal(BLOCKS));
    await agree(peers);
    const count = await getJson(
      `${follower.url}/api/v2/state?score=contract-agreement&key=count&proof=true&waitMs=5000`,
    );
    assert.equal(count["value"], BLOCKS + 1);

    const gone = await fetch(`${follower.url}/api/v2/blocks/1`);
    assert.equal(gone.status, 410);
    assert.equal(((await gone.json()) as Json)["code"], "BLOCK_PRUNED");
    const page = await getJson(`${follower.url}/api/v2/blocks?order=asc&limit=1`);
    assert.equal((page["blocks"] as Json[])[0]?.["height"], baseHeight + 1);

    // It holds what it needs to start again by itself.
    await follower.peer.close();
    peers.pop();
    const again = await startMember(founded, 4, home, KEEP);
    peers.push(again);
    introduce(peers);
    await agree(peers);
    assert.equal(restored(again), undefined);
  });
});

test("a validator that was away for too long says so, begins with a snapshot and votes on", async () => {
  await withHome(async (home, peers) => {
    const founded = await found(4, 0, shortLived);
    peers.push(...(await startAll(founded, home, [0, 1, 2, 3], KEEP)));
    const [first] = peers as [Running];
    await lengthen(first, 4);
    await agree(peers);
    await (peers.pop() as Running).peer.close();
    await lengthen(first, BLOCKS);
    await pruned(peers);

    const failures: unknown[] = [];
    const onFailed = (error: unknown): void => void failures.push(error);
    const late = await startMember(founded, 3, home, { ...KEEP, onFailed });
    introduce([...peers, late]);
    await until("it says that it is behind", () => failures.length > 0);
    assert.equal((failures[0] as { readonly code?: string }).code, "BLOCKS_PRUNED");
    await late.peer.close();

    const back = await startReachable(founded, 3, home, peers, KEEP);
    peers.push(back);
    await agree(peers);
    assert.ok(restored(back));
    // Without it and another one there is no quorum: its vote counts.
    const gone = peers.splice(1, 1)[0] ?? assert.fail();
    await gone.peer.close();
    await commit(back, proposal(1));
  });
});

test("a pruned peer whose state is lost is given it by the others", async () => {
  await withHome(async (home, peers) => {
    const founded = await found(4, 0, shortLived);
    peers.push(...(await startAll(founded, home, [0, 1, 2, 3], KEEP)));
    const [first] = peers as [Running];
    await lengthen(first, BLOCKS);
    await pruned(peers);
    const last = peers.pop() as Running;
    await last.peer.close();
    await rm(join(channelDirectory(last.home, founded.channelId), "state"), { recursive: true });
    const back = await startReachable(founded, 3, home, peers, KEEP);
    peers.push(back);
    await agree(peers);
    assert.ok(restored(back));
  });
});

test("the history of a key names every transaction that wrote it, by pages", async () => {
  await withHome(async (home, peers) => {
    const founded = await found(1);
    peers.push(...(await startAll(founded, home)));
    const [only] = peers as [Running];
    const ids: string[] = [];
    for (let at = 0; at < 5; at++) ids.unshift(await commit(only, proposal(at)));
    const url = `${only.url}/api/v2/state/history?score=contract-agreement&key=count&limit=3`;
    const page = await getJson(url);
    const rest = await getJson(`${url}&before=${String(page["next"])}`);
    const entries = [...(page["entries"] as Json[]), ...(rest["entries"] as Json[])];
    assert.deepEqual(
      entries.map(({ transactionId }) => transactionId),
      ids,
    );
    assert.deepEqual(
      entries.map(({ value }) => value),
      [5, 4, 3, 2, 1],
    );
    assert.equal(rest["next"], null);
    assert.equal((await getJson(`${url}&before=x`))["code"], "REQUEST_MALFORMED");
  });
});

/** A closed validator's ledger as a source of snapshots, and a new home that is given one by peers made of it. */
const restoreFrom = async (
  answer: (frame: Frame, honest: Frame) => Frame | undefined,
): Promise<{ readonly log: readonly Json[]; readonly isWhole: boolean }> => {
  const log: Json[] = [];
  let isWhole = false;
  await withHome(async (home, peers) => {
    const founded = await found(1);
    peers.push(...(await startAll(founded, home)));
    const [only] = peers as [Running];
    for (let at = 0; at < 20; at++) await commit(only, proposal(at));
    await until("the last height is attested", () => statusOf(only).consensus.executionHeight >= 20);
    await only.peer.close();
    peers.pop();
    const trusted = trustOf(suite, founded.genesisText);
    assert.ok(trusted.ok);
    const { trust } = trusted;
    const genesis = encodeText(founded.genesisText);
    const { channelId, members } = founded;
    const publicKey = suite.publicKeyOf((members[0] ?? assert.fail()).seed);
    const common: LedgerOptions = {
      directory: channelDirectory(only.home, channelId),
      ...{ suite, channelId, genesis, publicKey },
      freshRecord: new Uint8Array(1),
      limits: { headerBytesMax: 1 << 17, bodyBytesMax: 1 << 20, batchBytesMax: 1 << 22 },
      longestLifeMs: trust.config.limits.longestLifeMs,
    };
    const source = await openLedger(common);
    const honestTo = async (frame: Frame): Promise<Frame> => {
      if (frame.type === "getCheckpoint")
        return {
          type: "checkpoint",
          checkpoint: (await source.checkpoint(() => []))?.bytes ?? assert.fail(),
        };
      assert.ok(frame.type === "getState");
      const bytes = await source.readSnapshot(frame.height, frame.path);
      return { ...frame, type: "state", answer: bytes ?? new Uint8Array(0) };
    };
    const directory = join(home, "new");
    await mkdir(directory, { recursive: true });
    const restore: Restore = new Restore({
      trust,
      connected: () => ["false", "honest"],
      send: (peerId, frame) => {
        honestTo(frame)
          .then((honest) => {
            const given = peerId === "honest" ? honest : answer(frame, honest);
            if (given !== undefined) restore.onFrame(peerId, encodeFrame(given));
          })
          .catch((error: unknown) => assert.fail(String(error)));
        return true;
      },
      restore: (checkpoint: ProvenCheckpoint, fill) =>
        restoreLedger(
          { directory, suite, genesis, owner: { channelId, publicKey }, isKeyNew: true },
          checkpoint,
          fill,
        ),
      patienceMs: 5_000,
      logger: pino({ level: "info" }, { write: (line: string) => log.push(JSON.parse(line) as Json) }),
    });
    isWhole = await restore.run();
    if (isWhole) {
      const copy = await openLedger({ ...common, directory });
      assert.equal(copy.stateRoot(), source.stateRoot());
      const key = encodeText("contract-agreement\0count");
      assert.deepEqual(copy.get(key), source.get(key));
      assert.deepEqual(copy.prove(key), source.prove(key));
      await copy.close();
    }
    await source.close();
  });
  return { log, isWhole };
};

/** Every part of an answer, changed in one byte. */
const changed = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, position) => (position === at % bytes.length ? byte ^ 1 : byte));

test("a peer that gives false state or a forged checkpoint is found by it, and others give the rest", async () => {
  const forged = await restoreFrom((_, honest) =>
    honest.type === "checkpoint" ? { ...honest, checkpoint: changed(honest.checkpoint, 700) } : honest,
  );
  assert.ok(forged.isWhole);
  assert.ok(forged.log.some(({ peerId, msg }) => peerId === "false" && String(msg).includes("refused")));

  let turn = 0;
  const lied = await restoreFrom((_, honest) =>
    honest.type === "state" ? { ...honest, answer: changed(honest.answer, 40 + turn++) } : honest,
  );
  assert.ok(lied.isWhole);
});

test("a frame of a snapshot with a path that is none is refused", () => {
  const frame: Frame = { type: "getState", height: 1, path: "0f".repeat(32) };
  assert.deepEqual(decodeFrame(encodeFrame(frame)), { ok: true, value: frame });
  for (const path of ["0".repeat(65), "0F", "g"])
    assert.equal(decodeFrame(encodeFrame({ ...frame, path })).ok, false);
});
