import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Bytes } from "@dure/crypto";
import { type Block, encodeText, toHex } from "@dure/types";
import { createDisk } from "../disk/disk.ts";
import type { LedgerEvent } from "../event.ts";
import { CHANNEL, type ChainBlock, makeChain, OTHER_CHANNEL, temporary } from "../fixture.test.ts";
import { JOURNAL_FILE, type JournalOptions, openJournal } from "./journal.ts";
import { readJournal } from "./read-journal.ts";

const record = (n: number): Bytes => encodeText(`record ${n}`);
const chain = makeChain(40, { transactionsPerBlock: 1 });
const block = (height: number): Block => (chain[height - 1] as ChainBlock).block;
const create = { channelId: CHANNEL, create: record(0) };

/** What a restart finds, and the file afterwards. */
const reopen = async (directory: string, options: JournalOptions = { channelId: CHANNEL }) => {
  const events: LedgerEvent[] = [];
  const journal = await openJournal(directory, { ...options, onEvent: (event) => events.push(event) });
  await journal.close();
  return {
    record: journal.record === undefined ? undefined : toHex(journal.record),
    heights: journal.blocks.map(
      (found) =>
        chain.find(({ block: { headerBytes } }) => toHex(headerBytes) === toHex(found.headerBytes))?.height,
    ),
    damaged: journal.damaged,
    events: events.map(({ type }) => type),
    size: (await readFile(join(directory, JOURNAL_FILE)).catch(() => Buffer.alloc(0))).length,
  };
};

/** A journal of three appends; where each entry ends in the file. */
const threeAppends = async () => {
  const directory = await temporary();
  const journal = await openJournal(directory, create);
  const ends = [journal.size()];
  for (const n of [1, 2, 3]) {
    await journal.append(record(n), [block(n)]);
    ends.push(journal.size());
  }
  await journal.close();
  return { directory, ends, bytes: await readFile(join(directory, JOURNAL_FILE)) };
};

const withBytes = async (bytes: Buffer): Promise<string> => {
  const directory = join(await temporary(), "copy");
  await mkdir(directory);
  await writeFile(join(directory, JOURNAL_FILE), bytes);
  return directory;
};

test("what was appended is found again, and what was released is not", async () => {
  const directory = await temporary();
  const journal = await openJournal(directory, create);
  assert.equal(toHex(journal.record ?? record(9)), toHex(record(0)));
  await Promise.all([1, 2, 3].map((n) => journal.append(record(n), [block(n)])));
  journal.release((found) => toHex(found.headerBytes) !== toHex(block(2).headerBytes));
  await journal.append(record(4), []);
  await journal.close();
  const found = await reopen(directory);
  assert.deepEqual([found.record, found.heights, found.damaged], [toHex(record(4)), [1, 3], false]);
});

test("an append is one write and one sync", async () => {
  const disk = createDisk();
  const journal = await openJournal(await temporary(), { ...create, disk });
  const before = disk.counts();
  await journal.append(record(1), [block(1), block(2)]);
  const after = disk.counts();
  assert.deepEqual([after.writes - before.writes, after.syncs - before.syncs], [1, 1]);
  await journal.close();
});

test("cut at any byte of the last two entries, what was complete is found", async () => {
  const { bytes, ends } = await threeAppends();
  const directory = await withBytes(bytes);
  for (let length = ends[1] as number; length <= bytes.length; length++) {
    await writeFile(join(directory, JOURNAL_FILE), bytes.subarray(0, length));
    const complete = ends.findLastIndex((end) => end <= length);
    const found = await reopen(directory);
    assert.equal(found.damaged, false);
    assert.equal(found.record, toHex(record(complete)));
    assert.equal(found.heights.length, complete);
    assert.equal(found.size, ends[complete]);
    assert.deepEqual(found.events, length === ends[complete] ? [] : ["tailCut"]);
  }
});

test("a last entry of which the disk kept only zeros counts as unwritten", async () => {
  const { bytes, ends } = await threeAppends();
  const last = ends[2] as number;
  for (const from of [last, last + 100]) {
    const torn = Buffer.from(bytes);
    torn.fill(0, from);
    const found = await reopen(await withBytes(torn));
    assert.deepEqual([found.record, found.damaged], [toHex(record(2)), false]);
  }
  const grown = Buffer.concat([bytes, Buffer.alloc(4096)]);
  assert.deepEqual((await reopen(await withBytes(grown))).record, toHex(record(3)));
});

test("a flipped bit anywhere is damage: no record, and the file is left as it was", async () => {
  const { bytes } = await threeAppends();
  const directory = await withBytes(bytes);
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at);
    assert.equal(readJournal(CHANNEL, flipped).ok, false, `byte ${at}`);
    if (at % 16 !== 0) continue;
    await writeFile(join(directory, JOURNAL_FILE), flipped);
    const found = await reopen(directory);
    assert.deepEqual(
      [found.record, found.damaged, found.heights, found.size, found.events],
      [undefined, true, [], bytes.length, ["journalDamaged"]],
      `byte ${at}`,
    );
  }
});

test("entries that are repeated, swapped, missing or of another journal are damage", async () => {
  const { bytes, ends } = await threeAppends();
  const other = await threeAppends();
  const [zero, one, two, three] = ends as [number, number, number, number];
  const part = (from: number, to: number): Buffer => bytes.subarray(from, to);
  const wrong = {
    repeated: [part(0, two), part(one, three)],
    swapped: [part(0, zero), part(one, two), part(zero, one), part(two, three)],
    missing: [part(0, one), part(two, three)],
    foreign: [part(0, one), other.bytes.subarray(one)],
    headless: [part(zero, three)],
  };
  for (const [name, parts] of Object.entries(wrong)) {
    const found = await reopen(await withBytes(Buffer.concat(parts)));
    assert.deepEqual([found.record, found.damaged], [undefined, true], name);
  }
  const foreign = await reopen(await withBytes(bytes), { channelId: OTHER_CHANNEL });
  assert.equal(foreign.damaged, true);
});

test("a whole journal that is not the one of the block log is a missing record", async () => {
  const { bytes } = await threeAppends();
  const other = await threeAppends();
  const found = readJournal(CHANNEL, bytes);
  assert.ok(found.ok);
  const { id, sequence } = found.content;
  const atLeast = { id, sequence };
  const own = await reopen(await withBytes(bytes), { channelId: CHANNEL, atLeast });
  assert.deepEqual([own.damaged, own.record], [false, toHex(record(3))]);
  // Another home's, of the same channel and as far along; and an old copy.
  for (const [copy, mark] of [
    [other.bytes, atLeast],
    [bytes, { id, sequence: sequence + 1 }],
  ] as const) {
    const swapped = await reopen(await withBytes(copy), { channelId: CHANNEL, atLeast: mark });
    assert.deepEqual(
      [swapped.damaged, swapped.record, swapped.events],
      [true, undefined, ["journalDamaged"]],
    );
    assert.equal(swapped.size, copy.length);
  }
  const unknown = { id: new Uint8Array(16), sequence: 0 };
  assert.equal(
    (await reopen(await withBytes(bytes), { channelId: CHANNEL, atLeast: unknown })).damaged,
    false,
  );
});

test("no journal is a missing record, unless the home is being made", async () => {
  const directory = await temporary();
  assert.deepEqual((await reopen(directory)).damaged, true);
  assert.deepEqual((await reopen(directory, create)).record, toHex(record(0)));
  const kept = await reopen(directory, { channelId: CHANNEL, create: record(7) });
  assert.deepEqual(kept.record, toHex(record(0)));
});

test("a journal stays bounded and loses nothing when it is rewritten", async () => {
  const directory = await temporary();
  const options = { ...create, compactBytes: 8192 };
  const journal = await openJournal(directory, options);
  let greatest = 0;
  for (let round = 0; round < 10; round++) {
    for (let height = 1; height <= 40; height++) {
      const appended = journal.append(record(height), [block(height)]);
      journal.release((found) => toHex(found.headerBytes) === toHex(block(1).headerBytes));
      await appended;
      greatest = Math.max(greatest, journal.size());
    }
  }
  await journal.close();
  assert(greatest < 8192 + 4096, `${greatest} bytes`);
  const found = await reopen(directory);
  assert.equal(found.record, toHex(record(40)));
  assert(found.heights.includes(40));
  // An interrupted rewrite leaves a file beside the journal, which says nothing.
  await writeFile(join(directory, `${JOURNAL_FILE}.next`), "half");
  assert.equal((await reopen(directory)).record, toHex(record(40)));
});

test("entries of the file before a rewrite do not pass in the one after", async () => {
  const directory = await temporary();
  const journal = await openJournal(directory, { ...create, compactBytes: 1 });
  await journal.append(record(1), [block(1)]);
  await journal.append(record(2), []);
  const before = await readFile(join(directory, JOURNAL_FILE));
  const size = journal.size();
  for (let n = 3; journal.size() >= size; n++) await journal.append(record(n), []);
  await journal.close();
  const after = await readFile(join(directory, JOURNAL_FILE));
  const mixed = Buffer.concat([after, before.subarray(before.length - 60)]);
  const found = await reopen(await withBytes(mixed));
  assert.equal(found.damaged, true);
});
