import type { Bytes, CryptoSuite } from "@dure/crypto";
import type { Batch } from "./batch.ts";
import { readBitmap, writeBitmap } from "./bitmap.ts";
import { type Hash, readHash, writeHash } from "./hash.ts";
import { merkleRoot } from "./merkle.ts";
import { type Decoded, decode } from "./reader.ts";
import type { Transaction } from "./transaction.ts";
import { Writer } from "./writer.ts";

/** How a block names a batch: its digest, and the transactions of it that the block leaves out. */
export type BatchReference = {
  readonly digest: Hash;
  /** How many transactions the batch holds. */
  readonly count: number;
  /** Indexes in the batch that the block omits (duplicate, expired, no longer allowed), ascending; never all. */
  readonly omitted: readonly number[];
};

/** A block's body as it is proposed: batches by reference, in order. */
export type Body = readonly BatchReference[];

const TRANSACTIONS_MAX = 1_000_000;

export const encodeBody = (body: Body): Bytes => {
  const writer = new Writer().u16(body.length);
  for (const { digest, count, omitted } of body) {
    writeHash(writer, digest)
      .u32(count)
      .flag(omitted.length > 0);
    if (omitted.length > 0) writeBitmap(writer, count, omitted);
  }
  return writer.finish();
};

/** Reads a body strictly: no batch twice, none empty or wholly omitted. */
export const decodeBody = (bytes: Bytes): Decoded<Body> =>
  decode(bytes, (reader) => {
    const seen = new Set<Hash>();
    const body: BatchReference[] = [];
    for (let left = reader.count16(37); left > 0; left--) {
      const digest = readHash(reader);
      if (seen.has(digest)) reader.fail(`batch ${digest} stands twice`);
      seen.add(digest);
      const count = reader.u32();
      if (count > TRANSACTIONS_MAX)
        reader.fail(`a batch of ${count} transactions is above ${TRANSACTIONS_MAX}`);
      const omitted = reader.flag() ? readBitmap(reader, count) : undefined;
      if (omitted?.length === 0) reader.fail("an empty omission bitmap is written as none");
      if ((omitted?.length ?? 0) === count) reader.fail("a batch is empty or wholly omitted");
      body.push({ digest, count, omitted: omitted ?? [] });
    }
    return body;
  });

/** The transactions of a body in order, given its batches; undefined if one is missing or has another count. */
export const transactionsOf = (
  body: Body,
  batchOf: (digest: Hash) => Batch | undefined,
): readonly Transaction[] | undefined => {
  const transactions: Transaction[] = [];
  for (const { digest, count, omitted } of body) {
    const batch = batchOf(digest);
    if (batch === undefined || batch.transactions.length !== count) return undefined;
    const left = new Set(omitted);
    batch.transactions.forEach((transaction, index) => {
      if (!left.has(index)) transactions.push(transaction);
    });
  }
  return transactions;
};

/** The body root of a header: over the full bytes of the transactions, however they were packed into batches. */
export const bodyRoot = (suite: CryptoSuite, transactions: readonly Transaction[]): Hash =>
  merkleRoot(
    suite,
    transactions.map((transaction) => transaction.bytes),
  );
