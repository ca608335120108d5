import assert from "node:assert/strict";
import { appendFile, cp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { LedgerEvent } from "../event.ts";
import {
  CHANNEL,
  type ChainBlock,
  commitProof,
  makeChain,
  OTHER_CHANNEL,
  suite,
  temporary,
} from "../fixture.test.ts";
import { type BlockLogOptions, openBlockLog } from "./block-log.ts";

const OPTIONS: BlockLogOptions = { channelId: CHANNEL, suite };
const chain = makeChain(40, { transactionsPerBlock: 1 });
const blocksOf = (from: number, to: number) => chain.slice(from - 1, to).map(({ block }) => block);
const idOf = (height: number) => (chain[height - 1] as ChainBlock).id;

const openWith = async (directory: string, options = OPTIONS) => {
  const events: LedgerEvent[] = [];
  const log = await openBlockLog(directory, { ...options, onEvent: (event) => events.push(event) });
  return { log, events };
};

const logFiles = async (directory: string) =>
  (await readdir(directory)).filter((file) => file.endsWith(".log")).sort();

/** A log of 40 blocks in segments of about four. */
const SMALL: BlockLogOptions = { ...OPTIONS, segmentBytes: 3000 };
const segmented = async (): Promise<string> => {
  const directory = join(await temporary(), "blocks");
  const { log } = await openWith(directory, SMALL);
  for (let height = 1; height <= 40; height++) await log.append(blocksOf(height, height));
  await log.close();
  assert((await logFiles(directory)).length >= 8);
  return directory;
};

const assertWhole = async (directory: string, to = 40): Promise<void> => {
  const { log, events } = await openWith(directory, SMALL);
  assert.deepEqual(log.damage(), []);
  assert.equal(log.head()?.height, to);
  for (let height = 1; height <= to; height++) {
    assert.equal((await log.read(height))?.blockId, idOf(height));
    assert.equal((await log.at(height))?.blockId, idOf(height));
  }
  assert.equal(await log.read(to + 1), undefined);
  assert.deepEqual(events, []);
  await log.close();
};

/** Repairs all damage from the top down, and holds that it is then gone for good. */
const mend = async (directory: string, expected: readonly number[]): Promise<void> => {
  const { log } = await openWith(directory, SMALL);
  const heights = log
    .damage()
    .flatMap(({ fromHeight, toHeight }) =>
      Array.from({ length: toHeight - fromHeight + 1 }, (_, i) => fromHeight + i),
    );
  assert.deepEqual(heights, expected);
  for (let height = 1; height <= 40; height++)
    assert.equal((await log.read(height))?.blockId, heights.includes(height) ? undefined : idOf(height));
  for (const height of [...heights].reverse())
    assert.deepEqual(await log.repair(height, (chain[height - 1] as ChainBlock).block), { ok: true });
  assert.deepEqual(log.damage(), []);
  await log.close();
  await assertWhole(directory);
};

test("blocks in many segments are read back, and the indexes of full segments are not missed", async () => {
  const directory = await segmented();
  await assertWhole(directory);
  for (const file of await readdir(directory)) {
    if (!file.endsWith(".index")) continue;
    const bytes = await readFile(join(directory, file));
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
    await writeFile(join(directory, file), bytes);
  }
  await assertWhole(directory);
  for (const file of await readdir(directory)) if (file.endsWith(".index")) await rm(join(directory, file));
  await assertWhole(directory);
});

test("cut at any byte of the last append, a log ends with the append before it", async () => {
  const directory = join(await temporary(), "blocks");
  const proofless = makeChain(6, { transactionsPerBlock: 1, hasProof: (height) => height === 3 });
  const blocks = proofless.map(({ block }) => block);
  const { log } = await openWith(directory);
  await log.append(blocks.slice(0, 3));
  const path = join(directory, (await logFiles(directory))[0] as string);
  const before = (await readFile(path)).length;
  await log.append(blocks.slice(3), commitProof(proofless[5]?.id ?? idOf(1), 6));
  await log.close();
  const bytes = await readFile(path);
  for (let length = before; length <= bytes.length; length++) {
    await writeFile(path, bytes.subarray(0, length));
    const opened = await openWith(directory);
    const isComplete = length === bytes.length;
    assert.equal(opened.log.head()?.height, isComplete ? 6 : 3);
    assert.deepEqual(opened.log.damage(), []);
    assert.equal(opened.events.length, length === before || isComplete ? 0 : 1);
    await opened.log.close();
    assert.equal((await readFile(path)).length, isComplete ? length : before);
  }
  await writeFile(path, bytes.subarray(0, bytes.length - 5));
  const healed = await openWith(directory);
  await healed.log.append(blocks.slice(3), commitProof(proofless[5]?.id ?? idOf(1), 6));
  const found = await healed.log.proofFor(4);
  assert.equal(found?.headers.length, 3);
  assert.ok(found?.proof.kind === "commit");
  assert.equal(found.proof.certificate.blockId, proofless[5]?.id);
  assert.equal((await healed.log.proofFor(2))?.headers.length, 2);
  assert.equal(await healed.log.proofFor(7), undefined);
  await healed.log.close();
});

test("a first segment that was never completed is no segment", async () => {
  const directory = join(await temporary(), "blocks");
  const { log } = await openWith(directory);
  await log.append(blocksOf(1, 1));
  await log.close();
  const path = join(directory, (await logFiles(directory))[0] as string);
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, 50));
  const opened = await openWith(directory);
  assert.equal(opened.log.head(), undefined);
  await opened.log.append(blocksOf(1, 3));
  assert.equal(opened.log.head()?.height, 3);
  await opened.log.close();
});

test("a flipped bit anywhere in a block costs that block alone, told at once or when it is read", async () => {
  const directory = join(await temporary(), "blocks");
  const { log } = await openWith(directory);
  for (let height = 1; height <= 3; height++) await log.append(blocksOf(height, height));
  await log.close();
  const path = join(directory, (await logFiles(directory))[0] as string);
  const bytes = await readFile(path);
  const second = bytes.length / 3;
  for (let at = second; at < 2 * second; at += 3) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at);
    await writeFile(path, flipped);
    const opened = await openWith(directory);
    assert.deepEqual(opened.events, [{ type: "blocksDamaged", fromHeight: 2, toHeight: 2 }], `byte ${at}`);
    assert.equal(opened.log.head()?.height, 3);
    await opened.log.close();
  }
});

test("damage in a full segment that its index does not show is found by reading", async () => {
  const directory = await segmented();
  const path = join(directory, (await logFiles(directory))[2] as string);
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(200) ^ 4, 200);
  await writeFile(path, bytes);
  const { log, events } = await openWith(directory, SMALL);
  assert.deepEqual(log.damage(), []);
  const unread = [];
  for (let height = 1; height <= 40; height++)
    if ((await log.read(height)) === undefined) unread.push(height);
  assert.equal(unread.length, 1);
  const height = unread[0] as number;
  assert.deepEqual(log.damage(), [{ fromHeight: height, toHeight: height }]);
  assert.deepEqual(events, [{ type: "blocksDamaged", fromHeight: height, toHeight: height }]);
  assert.deepEqual(await log.repair(height, (chain[height - 1] as ChainBlock).block), { ok: true });
  await log.close();
  await assertWhole(directory);
});

const firstOf = (file: string | undefined): number => Number(file?.slice(0, 16));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test("segments that are missing, swapped, copied or cut are told and mended", async (t) => {
  const original = await segmented();
  const files = await logFiles(original);
  const at = (i: number) => files[i] as string;
  const copy = async (): Promise<string> => {
    const directory = join(await temporary(), "blocks");
    await cp(original, directory, { recursive: true });
    return directory;
  };
  await t.test("missing in the middle", async () => {
    const directory = await copy();
    await rm(join(directory, at(3)));
    await mend(directory, range(firstOf(at(3)), firstOf(at(4))));
  });
  await t.test("missing at the start", async () => {
    const directory = await copy();
    for (const file of [at(0), at(1)]) await rm(join(directory, file));
    await mend(directory, range(1, firstOf(at(2))));
  });
  await t.test("swapped", async () => {
    const directory = await copy();
    await rename(join(directory, at(3)), join(directory, "x"));
    await rename(join(directory, at(5)), join(directory, at(3)));
    await rename(join(directory, "x"), join(directory, at(5)));
    await mend(directory, [
      ...range(firstOf(at(3)), firstOf(at(4))),
      ...range(firstOf(at(5)), firstOf(at(6))),
    ]);
  });
  await t.test("copied under other names", async () => {
    const directory = await copy();
    const salt = at(3).slice(16);
    await cp(
      join(directory, at(3)),
      join(directory, `${String(firstOf(at(3)) + 1).padStart(16, "0")}${salt}`),
    );
    await cp(join(directory, at(3)), join(directory, `${"9".repeat(15).padStart(16, "0")}${salt}`));
    await cp(join(directory, at(3)), join(directory, at(2).replace(/-.*/, "-0000000000000000.log")));
    await cp(join(directory, at(3)), join(directory, at(2).replace(/-.*/, "-ffffffffffffffff.log")));
    const { log, events } = await openWith(directory, SMALL);
    assert.deepEqual(log.damage(), []);
    assert.equal(events.filter(({ type }) => type === "setAside").length, 4);
    await log.close();
    await assertWhole(directory);
  });
  await t.test("cut", async () => {
    const directory = await copy();
    const bytes = await readFile(join(directory, at(3)));
    await writeFile(join(directory, at(3)), bytes.subarray(0, bytes.length - 1));
    await mend(directory, [firstOf(at(4)) - 1]);
  });
  await t.test("the last one replaced by one of another channel", async () => {
    const directory = await copy();
    const foreign = await openBlockLog(directory, { ...SMALL, channelId: OTHER_CHANNEL });
    assert.equal(foreign.head(), undefined);
    await foreign.close();
  });
});

test("a repair that a crash cuts short is no repair, and one that is complete survives", async () => {
  const directory = await segmented();
  const [, file, next] = (await logFiles(directory)) as [string, string, string];
  const heights = range(firstOf(file), firstOf(next));
  await rm(join(directory, file));
  const opened = await openWith(directory, SMALL);
  const top = heights.at(-1) as number;
  assert.deepEqual(await opened.log.repair(top, (chain[top - 1] as ChainBlock).block), { ok: true });
  await opened.log.close();
  const [repair] = (await readdir(directory)).filter((name) => name.endsWith(".repair"));
  await appendFile(join(directory, repair as string), Buffer.from("DURE half a frame"));
  await mend(directory, heights.slice(0, -1));
  assert.deepEqual(
    (await readdir(directory)).filter((name) => name.endsWith(".repair")),
    [],
  );
});

test("blocks that do not follow the head are a bug of the caller", async () => {
  const { log } = await openWith(join(await temporary(), "blocks"));
  await assert.rejects(log.append(blocksOf(2, 2)), { name: "AssertionError" });
  await log.append(blocksOf(1, 2));
  await assert.rejects(log.append(blocksOf(2, 2)), { name: "AssertionError" });
  const proofless = makeChain(3, { hasProof: () => false, transactionsPerBlock: 1 })[2] as ChainBlock;
  await assert.rejects(log.append([proofless.block]), { name: "AssertionError" });
  await log.append(blocksOf(3, 3));
  assert.equal(log.head()?.height, 3);
  await log.close();
});
