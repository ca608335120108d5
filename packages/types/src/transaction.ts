import {
  type Bytes,
  type CryptoSuite,
  HASH_BYTES,
  SIGNATURE_BYTES,
  statement,
  taggedHash,
} from "@dure/crypto";
import { type Hash, readHash, toHash, writeHash } from "./hash.ts";
import { type Decoded, decode } from "./reader.ts";
import { TAG } from "./tags.ts";
import { Writer } from "./writer.ts";

const VERSION = 1;
const SCHEME_ED25519 = 1;
const SALT_BYTES = 16;

/** What a client signs. */
export type TransactionBody = {
  /** The hash of the channel's genesis: a transaction of one channel is none in another. */
  readonly channelId: Hash;
  /** SHA-256 statement of the sender's certificate (`certificateId`). */
  readonly sender: Hash;
  /** Sixteen random bytes, so that the same payload may be sent twice on purpose. */
  readonly salt: Bytes;
  /** After this time (ms since the epoch), judged by the block's timestamp, it can no longer be included. */
  readonly expiryMs: number;
  /** The SCORE it calls; empty: `params.score` of the payload, or the channel's default. At most 64 characters. */
  readonly score: string;
  /** JSON text in UTF-8. An object with a string `method` is a call; anything else is data. */
  readonly payload: Bytes;
};

/** A transaction as received: `bytes` is the truth, the rest is read from it. */
export type Transaction = TransactionBody & {
  /** Hash of the signed body: the transaction's id. */
  readonly id: Hash;
  /** The whole signed transaction. */
  readonly bytes: Bytes;
  /** The signed body, a view of `bytes`. */
  readonly body: Bytes;
  /** A view of `bytes`. */
  readonly signature: Bytes;
};

/** Canonical bytes of a body: what `signTransaction` signs and whose tagged hash is the id. */
export const encodeTransactionBody = (body: TransactionBody): Bytes => {
  const writer = new Writer().u8(VERSION).u8(SCHEME_ED25519);
  writeHash(writer, body.channelId);
  writeHash(writer, body.sender);
  return writer.fixed(body.salt, SALT_BYTES).u64(body.expiryMs).text(body.score).bytes(body.payload).finish();
};

/** The signed transaction's bytes. `seed` is the 32-byte Ed25519 seed of the sender's certificate. */
export const signTransaction = (suite: CryptoSuite, body: TransactionBody, seed: Bytes): Bytes => {
  const bytes = encodeTransactionBody(body);
  const signature = suite.sign(seed, statement(TAG.transaction, bytes));
  return new Writer().fixed(bytes, bytes.length).fixed(signature, SIGNATURE_BYTES).finish();
};

/** Reads a signed transaction strictly; the signature is not verified. `bytesMax` bounds the whole. */
export const decodeTransaction = (suite: CryptoSuite, bytes: Bytes, bytesMax: number): Decoded<Transaction> =>
  decode(bytes, (reader) => {
    if (bytes.length > bytesMax) reader.fail(`a transaction of ${bytes.length} bytes is above ${bytesMax}`);
    reader.expect(VERSION, "the transaction's version");
    reader.expect(SCHEME_ED25519, "the signature scheme");
    const channelId = readHash(reader);
    const sender = readHash(reader);
    const salt = reader.fixed(SALT_BYTES);
    const expiryMs = reader.u64();
    const score = reader.text();
    if (score !== "" && !/^[a-z0-9-]{1,64}$/.test(score)) reader.fail("the SCORE's name is malformed");
    const payload = reader.bytes(bytesMax);
    const body = reader.since(0);
    const signature = reader.fixed(SIGNATURE_BYTES);
    const id = toHash(taggedHash(suite, TAG.transaction, body));
    return { channelId, sender, salt, expiryMs, score, payload, id, bytes, body, signature };
  });

/** Whether the signature is the key's over this transaction. One Ed25519 verification. */
export const verifyTransaction = (suite: CryptoSuite, transaction: Transaction, publicKey: Bytes): boolean =>
  suite.verify(publicKey, statement(TAG.transaction, transaction.body), transaction.signature);

/** The id of a certificate: tagged hash of its DER. Names the sender in transactions. */
export const certificateId = (suite: CryptoSuite, der: Bytes): Hash =>
  toHash(taggedHash(suite, TAG.certificate, der));

/** Least bytes that a transaction can have: bounds counts in the decoders of what holds transactions. */
export const TRANSACTION_BYTES_MIN = 2 + 2 * HASH_BYTES + SALT_BYTES + 8 + 1 + 4 + SIGNATURE_BYTES;
