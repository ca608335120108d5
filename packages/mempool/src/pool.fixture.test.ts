import { strict as assert } from "node:assert";
import type { Bytes } from "@dure/crypto";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  type Batch,
  certificateId,
  decodeBatch,
  decodeTransaction,
  encodeBatch,
  encodeTransactionBody,
  type Hash,
  parseHash,
  type Transaction,
} from "@dure/types";
import { type ChannelLimits, Pool, type PoolOptions, type Verdict } from "./index.ts";

export const suite = createSodiumSuite();
export const NOW_MS = 1_700_000_000_000;
export const channelId = parseHash("ab".repeat(32)) ?? assert.fail();

/** A small channel, so that its bounds are soon met. */
export const LIMITS: ChannelLimits = {
  transactionBytesMax: 1_000,
  batchBytesMax: 4_000,
  batchTransactionsMax: 4,
  blockBytesMax: 6_000,
  blockTransactionsMax: 6,
  longestLifeMs: 600_000,
};

const CERTIFICATES: readonly Bytes[] = [1, 2, 3].map((byte) => new Uint8Array(100).fill(byte));
export const SENDERS: readonly Hash[] = CERTIFICATES.map((der) => certificateId(suite, der));

export const certificateOf = (sender: Hash): Bytes | undefined => CERTIFICATES[SENDERS.indexOf(sender)];

let salts = 0;

type Wish = {
  readonly sender?: number;
  readonly expiryMs?: number;
  readonly payloadBytes?: number;
  readonly channel?: Hash;
};

/** A transaction unlike any before. Its signature is no one's: the pool leaves signatures to others. */
export const transaction = ({
  sender = 0,
  expiryMs = NOW_MS + 60_000,
  payloadBytes = 10,
  channel,
}: Wish = {}): Transaction => {
  const salt = new Uint8Array(16);
  new DataView(salt.buffer).setUint32(0, ++salts);
  const body = encodeTransactionBody({
    channelId: channel ?? channelId,
    sender: SENDERS[sender] ?? assert.fail("no such sender"),
    salt,
    expiryMs,
    score: "",
    payload: new Uint8Array(payloadBytes),
  });
  const read = decodeTransaction(suite, Uint8Array.from([...body, ...new Uint8Array(64)]), 1 << 16);
  return read.ok ? read.value : assert.fail(read.message);
};

/** A batch of these, as another peer would have cut it. */
export const batchOf = (...transactions: readonly Transaction[]): Batch => {
  const bytes = encodeBatch(channelId, transactions, certificateOf);
  const read = decodeBatch(suite, bytes, { bytesMax: 1 << 20, transactionBytesMax: 1 << 16 });
  return read.ok ? read.value : assert.fail(read.message);
};

export const poolOf = (options: Partial<PoolOptions> = {}): Pool =>
  new Pool({ suite, channelId, limits: LIMITS, isCommitted: () => false, ...options });

export const codeOf = (verdict: Verdict): string => (verdict.ok ? "OK" : verdict.code);

/** A block id of its own. */
export const blockIdOf = (count: number): Hash =>
  parseHash(count.toString(16).padStart(64, "0")) ?? assert.fail();

/** A judgement at a time, on these ancestors, that lets everyone submit. */
export const at = (timestampMs = NOW_MS, lineage: readonly Hash[] = []) => ({
  lineage,
  timestampMs,
  allowed: () => true,
});
