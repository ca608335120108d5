import { strict as assert } from "node:assert";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Ledger } from "@dure/ledger";
import type { Hash } from "@dure/types";
import { pino } from "pino";
import { TransactionCount } from "./transaction-count.ts";

const logger = pino({ level: "silent" });
const idOf = (height: number): Hash => height.toString(16).padStart(64, "0") as Hash;

/** A log of so many blocks with two transactions each, which remembers what was read. */
const logOf = (length: number) => {
  const read: number[] = [];
  const ledger = {
    head: () => (length === 0 ? undefined : { height: length, blockId: idOf(length) }),
    baseHeight: () => 0,
    heightOf: async (id: Hash) => (Number.parseInt(id, 16) <= length ? Number.parseInt(id, 16) : undefined),
    read: async (height: number) => {
      read.push(height);
      return { header: { transactionCount: 2 } };
    },
  } as unknown as Pick<Ledger, "head" | "baseHeight" | "heightOf" | "read">;
  return { ledger, read };
};

const withDirectory = async (work: (directory: string) => Promise<void>): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), "dure-count-"));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const counted = async (directory: string, length: number): Promise<{ value: number; read: number[] }> => {
  const { ledger, read } = logOf(length);
  const count = new TransactionCount(directory, ledger, logger);
  await count.start();
  await count.close();
  return { value: count.value, read };
};

test("a log is counted once: the next start reads only what was appended since", () =>
  withDirectory(async (directory) => {
    assert.deepEqual(await counted(directory, 3), { value: 6, read: [1, 2, 3] });
    assert.deepEqual(await counted(directory, 3), { value: 6, read: [] });
    assert.deepEqual(await counted(directory, 5), { value: 10, read: [4, 5] });
    assert.deepEqual(await readdir(directory), ["transaction-count.json"]);
  }));

test("a count of another chain, of a longer log, or none that reads, is not believed", () =>
  withDirectory(async (directory) => {
    const file = join(directory, "transaction-count.json");
    await counted(directory, 5);
    assert.deepEqual(await counted(directory, 3), { value: 6, read: [1, 2, 3] });
    for (const text of [
      "",
      "null",
      "[]",
      "{",
      JSON.stringify({ height: 2, blockId: idOf(1), count: 99 }),
      JSON.stringify({ height: 1, blockId: "x", count: 99 }),
      JSON.stringify({ height: 1, blockId: idOf(1), count: -0.5 }),
    ]) {
      await writeFile(file, text);
      assert.deepEqual(await counted(directory, 2), { value: 4, read: [1, 2] }, text);
    }
  }));

test("what is appended while the log is still counted is counted once", () =>
  withDirectory(async (directory) => {
    const { ledger } = logOf(3);
    const count = new TransactionCount(directory, ledger, logger);
    const started = count.start();
    count.add(1, 7);
    await started;
    assert.equal(count.value, 13);
    await count.close();
  }));
