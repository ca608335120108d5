import assert from "node:assert/strict";
import { test } from "node:test";
import { createSodiumSuite, randomBytes } from "@dure/crypto/sodium";
import {
  type Batch,
  certificateId,
  decodeBatch,
  decodeTransaction,
  encodeBatch,
  parseHash,
  signTransaction,
  type Transaction,
} from "@dure/types";
import { POOL_LIMITS, type PoolLimits } from "./limits.ts";
import { Pool } from "./pool.ts";

const suite = createSodiumSuite();
const NOW_MS = 1_700_000_000_000;
const channelId = parseHash("ab".repeat(32)) ?? assert.fail();
const certificate = randomBytes(64);
const sender = certificateId(suite, certificate);
const seed = randomBytes(32);
const limits = {
  transactionBytesMax: 1_000,
  batchBytesMax: 10_000,
  batchTransactionsMax: 3,
  blockBytesMax: 10_000,
  blockTransactionsMax: 5,
  longestLifeMs: 600_000,
};
const poolLimits: PoolLimits = {
  ...POOL_LIMITS,
  transactionsMax: 100,
  senderTransactionsMax: 100,
  sourceTransactionsMax: 4,
  sourceBytesMax: 1 << 20,
  bytesMax: 1 << 20,
};

const transaction = (): Transaction => {
  const payload = Uint8Array.of(0x31);
  const body = { channelId, sender, salt: randomBytes(16), expiryMs: NOW_MS + 1_000, score: "", payload };
  const read = decodeTransaction(suite, signTransaction(suite, body, seed), limits.transactionBytesMax);
  return read.ok ? read.value : assert.fail(read.message);
};

const batchOf = (count: number): Batch => {
  const bytes = encodeBatch(channelId, Array.from({ length: count }, transaction), () => certificate);
  const read = decodeBatch(suite, bytes, { bytesMax: limits.batchBytesMax, transactionBytesMax: 1_000 });
  return read.ok ? read.value : assert.fail(read.message);
};

const newPool = (): Pool => new Pool({ suite, channelId, limits, poolLimits, isCommitted: () => false });
const judgement = { lineage: [], timestampMs: NOW_MS, allowed: () => true };
const codeOf = (verdict: ReturnType<Pool["add"]>): string => (verdict.ok ? "OK" : verdict.code);

test("one peer's tiny transactions leave room for those of others", () => {
  const pool = newPool();
  assert.equal(codeOf(pool.add(batchOf(3), "peer3", NOW_MS)), "OK");
  assert.equal(codeOf(pool.add(batchOf(3), "peer3", NOW_MS)), "POOL_FULL");
  assert.equal(codeOf(pool.add(batchOf(1), "peer3", NOW_MS)), "OK");
  assert.equal(codeOf(pool.add(batchOf(3), "peer1", NOW_MS)), "OK");
  assert.equal(pool.counts().transactions, 7);
});

test("what a peer occupies is freed with what becomes of it", () => {
  const pool = newPool();
  const batch = batchOf(3);
  pool.add(batch, "peer3", NOW_MS);
  pool.add(batchOf(1), "peer3", NOW_MS);
  pool.commit(batch.transactions);
  assert.equal(codeOf(pool.add(batchOf(3), "peer3", NOW_MS)), "OK");
  assert.equal(codeOf(pool.add(batchOf(1), "peer3", NOW_MS)), "POOL_FULL");
});

test("a batch that no block could hold is not pooled, where it would stand before all others", () => {
  const pool = newPool();
  assert.equal(codeOf(pool.add(batchOf(6), "peer3", NOW_MS)), "BATCH_TOO_LARGE");
  const honest = batchOf(2);
  pool.add(honest, "peer1", NOW_MS);
  // A proposal begins with another source each time: none of them may find its way barred.
  for (let turn = 0; turn < 3; turn++)
    assert.deepEqual(
      pool.propose(judgement).batches.map(({ digest }) => digest),
      [honest.digest],
    );
});
