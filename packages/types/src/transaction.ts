import { type Bytes, type CryptoSuite, HASH_BYTES, SIGNATURE_BYTES, statement } from "@dure/crypto";
import { type Hash, hashOf, readRepeatedHash, writeHash } from "./hash.ts";
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

/** A transaction as received: `bytes` is the truth, the rest is read from it, when it is asked for: a copy by spreading lacks parts. */
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

/** Where the variable parts of a transaction stand in its bytes. */
const SALT_AT = 2 + 2 * HASH_BYTES;

/**
 * A transaction that was read. Its parts are views that are made when they are asked for: most are looked at once, while
 * a busy peer keeps tens of thousands of transactions.
 */
class ReadTransaction implements Transaction {
  readonly id: Hash;
  readonly channelId: Hash;
  readonly sender: Hash;
  readonly expiryMs: number;
  readonly score: string;
  readonly bytes: Bytes;
  readonly #payloadAt: number;

  constructor(
    read: Pick<Transaction, "id" | "channelId" | "sender" | "expiryMs" | "score" | "bytes">,
    payloadAt: number,
  ) {
    this.id = read.id;
    this.channelId = read.channelId;
    this.sender = read.sender;
    this.expiryMs = read.expiryMs;
    this.score = read.score;
    this.bytes = read.bytes;
    this.#payloadAt = payloadAt;
  }

  get salt(): Bytes {
    return this.bytes.subarray(SALT_AT, SALT_AT + SALT_BYTES);
  }

  get payload(): Bytes {
    return this.bytes.subarray(this.#payloadAt, this.bytes.length - SIGNATURE_BYTES);
  }

  get body(): Bytes {
    return this.bytes.subarray(0, this.bytes.length - SIGNATURE_BYTES);
  }

  get signature(): Bytes {
    return this.bytes.subarray(this.bytes.length - SIGNATURE_BYTES);
  }
}

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
    const channelId = readRepeatedHash(reader);
    const sender = readRepeatedHash(reader);
    reader.skip(SALT_BYTES);
    const expiryMs = reader.u64();
    const score = reader.text();
    if (score !== "" && !/^[a-z0-9-]{1,64}$/.test(score)) reader.fail("the SCORE's name is malformed");
    const payloadAt = reader.offset + 4;
    reader.skipBytes(bytesMax);
    const id = hashOf(suite, TAG.transaction, reader.since(0));
    reader.skip(SIGNATURE_BYTES);
    return new ReadTransaction({ id, channelId, sender, expiryMs, score, bytes }, payloadAt);
  });

/** Whether the signature is the key's over this transaction. One Ed25519 verification. */
export const verifyTransaction = (suite: CryptoSuite, transaction: Transaction, publicKey: Bytes): boolean =>
  suite.verify(publicKey, statement(TAG.transaction, transaction.body), transaction.signature);

/** The same for many at once, as a verifier takes it. */
export const signedTransaction = ({ body, signature }: Transaction, publicKey: Bytes) => ({
  publicKey,
  tag: TAG.transaction,
  bytes: body,
  signature,
});

/** The id of a certificate: tagged hash of its DER. Names the sender in transactions. */
export const certificateId = (suite: CryptoSuite, der: Bytes): Hash => hashOf(suite, TAG.certificate, der);

/** Least bytes that a transaction can have: bounds counts in the decoders of what holds transactions. */
export const TRANSACTION_BYTES_MIN = 2 + 2 * HASH_BYTES + SALT_BYTES + 8 + 1 + 4 + SIGNATURE_BYTES;
