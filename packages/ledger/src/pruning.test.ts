import { strict as assert } from "node:assert";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { ExecutionCertificate } from "@dure/types";
import type { LedgerEvent } from "./event.ts";
import { BLOCK_MS, type ChainBlock, makeChain, temporary } from "./fixture.test.ts";
import type { Ledger } from "./ledger.ts";
import { openLedger } from "./open-ledger.ts";
import { applyBlock, applyGenesis, keyOf, optionsOf, refusedWith } from "./opening.fixture.test.ts";

const BLOCKS = 60;
const LIFE_BLOCKS = 10;
const KEEP = 15;
const SMALL = { segmentBytes: 4_096, snapshotEvery: 10, longestLifeMs: LIFE_BLOCKS * BLOCK_MS };

const certificateOf = (
  height: number,
  stateRoot: ExecutionCertificate["stateRoot"],
): ExecutionCertificate => ({
  epoch: 1,
  height,
  stateRoot,
  receiptsRoot: `${"0".repeat(63)}1` as ExecutionCertificate["receiptsRoot"],
  signatures: {
    validatorCount: 4,
    signers: [0, 1, 2],
    signatures: [1, 2, 3].map((n) => new Uint8Array(64).fill(n)),
  },
});

/** Every third block carries the certificate of the one below it. */
const chain: readonly ChainBlock[] = makeChain(BLOCKS, {
  executionOf: (height) =>
    height > 1 && height % 3 === 0 ? certificateOf(height - 1, undefined) : undefined,
});

const filled = async (directory: string): Promise<Ledger> => {
  const ledger = await openLedger(optionsOf(directory, SMALL));
  await applyGenesis(ledger);
  for (const block of chain) {
    await ledger.append([block.block]);
    const { stateRoot } = await applyBlock(ledger, block);
    await ledger.saveExecutionCertificate(certificateOf(block.height, stateRoot));
  }
  return ledger;
};

const segmentsOf = async (directory: string): Promise<number> =>
  (await readdir(join(directory, "blocks"))).filter((file) => file.endsWith(".log")).length;

test("what is pruned is gone and nothing else, now and after a restart", async () => {
  const directory = await temporary();
  const ledger = await filled(directory);
  const before = await segmentsOf(directory);
  const base = (await ledger.prune(KEEP, () => [])) ?? assert.fail("nothing was pruned");
  // What was alive at the oldest snapshot, of height 50, is kept: that one transaction of height 40 expires with it.
  assert.equal(base, 39);
  assert.equal(base % 3, 0, "its header carries a certificate");
  assert.ok((await segmentsOf(directory)) < before);

  const check = async (found: Ledger): Promise<void> => {
    assert.equal(found.baseHeight(), base);
    assert.equal(found.head()?.height, BLOCKS);
    assert.deepEqual(found.damage(), []);
    assert.ok(found.isReplayComplete());
    for (const { height, id, transactions, block } of chain) {
      const isKept: boolean = height > base;
      const read = await found.read(height);
      assert.deepEqual(read?.block.headerBytes, isKept ? block.headerBytes : undefined);
      assert.equal(await found.heightOf(id), isKept ? height : undefined);
      assert.equal(found.receipts(height) === undefined, !isKept);
      assert.equal(found.roots(height) === undefined, !isKept);
      assert.equal(found.executionCertificate(height) === undefined, !isKept);
      for (const { id: transactionId } of transactions) {
        assert.equal(found.place(transactionId) === undefined, !isKept);
        if (height > BLOCKS - LIFE_BLOCKS) assert.ok(found.isCommitted(transactionId));
      }
    }
    const history = await found.history(keyOf("account-14"), undefined, 100);
    assert.ok(history.every(({ version }) => version.height > base));
    assert.ok(found.get(keyOf("supply")), "what stands in the state stays, however old");
    assert.equal(found.resultsFrom(), base + 1);
  };
  await check(ledger);
  assert.equal(await ledger.prune(KEEP, () => []), undefined, "there is nothing more to prune");
  await ledger.close();
  const events: LedgerEvent[] = [];
  const again = await openLedger(optionsOf(directory, { ...SMALL, onEvent: (event) => events.push(event) }));
  await check(again);
  assert.deepEqual(events, []);
  await again.close();
});

test("nothing is pruned that may be needed: live transactions, what is not attested, what a snapshot needs", async () => {
  const directory = await temporary();
  const ledger = await filled(directory);
  const base = (await ledger.prune(0, () => [])) ?? assert.fail();
  assert.ok(base <= BLOCKS - LIFE_BLOCKS);
  await ledger.close();
  const unattested = await openLedger(optionsOf(await temporary(), SMALL));
  await applyGenesis(unattested);
  for (const block of makeChain(BLOCKS)) {
    await unattested.append([block.block]);
    await applyBlock(unattested, block);
  }
  assert.equal(await unattested.prune(0, () => []), undefined);
  await unattested.close();
});

test("after pruning, the snapshot that is offered has a base of old transactions alone, which is held", async () => {
  const directory = await temporary();
  const ledger = await filled(directory);
  for (const _ of [1, 2]) {
    await ledger.prune(KEEP, () => []);
    const offered = (await ledger.checkpoint(() => [])) ?? assert.fail("no snapshot is offered");
    assert.equal(offered.height, BLOCKS, "the newest");
    assert.ok(offered.baseHeight >= ledger.baseHeight(), "its blocks can be had here");
    assert.ok(offered.baseHeight < offered.height - LIFE_BLOCKS, "what it lacks is over");
    await ledger.takeSnapshot();
  }
  await ledger.close();
});

test("a pruned home whose state is lost asks for a snapshot, and changes nothing", async () => {
  const directory = await temporary();
  const ledger = await filled(directory);
  await ledger.prune(KEEP, () => []);
  await ledger.close();
  await rm(join(directory, "state"), { recursive: true });
  await assert.rejects(openLedger(optionsOf(directory, SMALL)), refusedWith("SNAPSHOT_NEEDED"));
  await assert.rejects(openLedger(optionsOf(directory, SMALL)), refusedWith("SNAPSHOT_NEEDED"));
});

test("segments that a crash left behind a new base are removed by the next start", async () => {
  const directory = await temporary();
  const blocks = join(directory, "blocks");
  const ledger = await filled(directory);
  await ledger.close();
  const { cp } = await import("node:fs/promises");
  await cp(blocks, `${blocks}.copy`, { recursive: true });
  const pruned = await openLedger(optionsOf(directory, SMALL));
  const base = await pruned.prune(KEEP, () => []);
  await pruned.close();
  const left = await segmentsOf(directory);
  await cp(`${blocks}.copy`, blocks, { recursive: true });
  assert.ok((await segmentsOf(directory)) > left);
  const again = await openLedger(optionsOf(directory, SMALL));
  assert.equal(again.baseHeight(), base);
  assert.equal(await segmentsOf(directory), left);
  assert.equal(again.head()?.height, BLOCKS);
  await again.close();
});
