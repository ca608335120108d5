import type { Bytes, CryptoSuite } from "@dure/crypto";
import { type Hash, hashOf, readHash, writeHash } from "./hash.ts";
import { type Decoded, decode } from "./reader.ts";
import { TAG } from "./tags.ts";
import { certificateId, decodeTransaction, TRANSACTION_BYTES_MIN, type Transaction } from "./transaction.ts";
import { Writer } from "./writer.ts";

const VERSION = 1;
const CERTIFICATE_BYTES_MAX = 4096;

/** Transactions that travel together, with the certificate of each sender once, in order of first use. */
export type Batch = {
  /** Tagged hash of `bytes`: names the batch in a block's body. */
  readonly digest: Hash;
  readonly bytes: Bytes;
  readonly channelId: Hash;
  /** DER certificates by id. */
  readonly certificates: ReadonlyMap<Hash, Bytes>;
  readonly transactions: readonly Transaction[];
};

/** Bounds of a batch: `bytesMax` of the whole, `transactionBytesMax` of each. */
export type BatchLimits = { readonly bytesMax: number; readonly transactionBytesMax: number };

/** Canonical bytes of a batch. Throws RangeError if a sender's certificate is missing. */
export const encodeBatch = (
  channelId: Hash,
  transactions: readonly Transaction[],
  certificateOf: (sender: Hash) => Bytes | undefined,
): Bytes => {
  const senders = new Set(transactions.map((transaction) => transaction.sender));
  const bytes = transactions.reduce((sum, transaction) => sum + transaction.bytes.length + 4, 64);
  const writer = writeHash(new Writer(bytes).u8(VERSION), channelId).u16(senders.size);
  for (const sender of senders) {
    const der = certificateOf(sender);
    if (der === undefined) throw new RangeError(`no certificate for sender ${sender}`);
    writer.bytes(der);
  }
  writer.u32(transactions.length);
  for (const transaction of transactions) writer.bytes(transaction.bytes);
  return writer.finish();
};

/** The digest of a batch's bytes. */
export const batchDigest = (suite: CryptoSuite, bytes: Bytes): Hash => hashOf(suite, TAG.batch, bytes);

/**
 * Reads a batch strictly. Refused: a transaction of another channel, twice the same transaction, a certificate that
 * is missing, unused, doubled or out of order. Neither signatures nor certificates are verified here.
 */
export const decodeBatch = (suite: CryptoSuite, bytes: Bytes, limits: BatchLimits): Decoded<Batch> =>
  decode(bytes, (reader) => {
    if (bytes.length > limits.bytesMax)
      reader.fail(`a batch of ${bytes.length} bytes is above ${limits.bytesMax}`);
    reader.expect(VERSION, "the batch's version");
    const channelId = readHash(reader);
    const certificates = new Map<Hash, Bytes>();
    for (let left = reader.count16(4); left > 0; left--) {
      const der = reader.bytes(CERTIFICATE_BYTES_MAX);
      const id = certificateId(suite, der);
      if (certificates.has(id)) reader.fail(`certificate ${id} stands twice`);
      certificates.set(id, der);
    }
    const order = [...certificates.keys()];
    const transactions: Transaction[] = [];
    const ids = new Set<Hash>();
    let used = 0;
    const count = reader.count32(4 + TRANSACTION_BYTES_MIN);
    if (count === 0) reader.fail("a batch holds no transaction");
    const seen = new Set<Hash>();
    for (let index = 0; index < count; index++) {
      const decoded = decodeTransaction(
        suite,
        reader.bytes(limits.transactionBytesMax),
        limits.transactionBytesMax,
      );
      if (!decoded.ok) return reader.fail(`transaction ${index}: ${decoded.message}`);
      const transaction = decoded.value;
      if (transaction.channelId !== channelId) reader.fail(`transaction ${index} is of another channel`);
      if (ids.has(transaction.id)) reader.fail(`transaction ${index} stands twice`);
      ids.add(transaction.id);
      if (!seen.has(transaction.sender)) {
        if (order[used++] !== transaction.sender)
          reader.fail(`transaction ${index} lacks its certificate in order`);
        seen.add(transaction.sender);
      }
      transactions.push(transaction);
    }
    if (used !== order.length) reader.fail("a certificate is unused");
    return { digest: batchDigest(suite, bytes), bytes, channelId, certificates, transactions };
  });
