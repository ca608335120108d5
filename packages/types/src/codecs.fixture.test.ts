import type { Bytes } from "@dure/crypto";
import { createSodiumSuite } from "@dure/crypto/sodium";
import fc from "fast-check";
import {
  type Batch,
  type Block,
  type BlockLimits,
  type Body,
  CERTIFICATE_KIND,
  type Certificate,
  type CommitProof,
  certificateId,
  collectSignatures,
  type DirectCommitProof,
  decode,
  decodeBatch,
  decodeBlock,
  decodeBody,
  decodeHeader,
  decodeReceipt,
  decodeTransaction,
  type ExecutionCertificate,
  encodeBatch,
  encodeBlock,
  encodeBody,
  encodeHeader,
  encodeReceipt,
  type Hash,
  type Header,
  type Receipt,
  readCertificate,
  readCommitProof,
  readExecutionCertificate,
  type Signatures,
  signTransaction,
  type Transaction,
  type TransactionBody,
  toHex,
  Writer,
  writeCertificate,
  writeCommitProof,
  writeExecutionCertificate,
} from "./index.ts";

export const suite = createSodiumSuite();
export const TRANSACTION_BYTES_MAX = 65_536;
export const BATCH_LIMITS = { bytesMax: 1 << 20, transactionBytesMax: TRANSACTION_BYTES_MAX };
export const BLOCK_LIMITS: BlockLimits = {
  headerBytesMax: 1 << 17,
  bodyBytesMax: 1 << 20,
  batchBytesMax: 1 << 20,
};

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
export const hashes: fc.Arbitrary<Hash> = bytesOf(32).map((bytes) => toHex(bytes) as Hash);
const u64 = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom(0, 0xffffffff, 0x100000000, Number.MAX_SAFE_INTEGER),
);

export const bodies: fc.Arbitrary<TransactionBody> = fc.record({
  channelId: hashes,
  sender: hashes,
  salt: bytesOf(16),
  expiryMs: u64,
  score: fc.stringMatching(/^[a-z0-9-]{0,64}$/),
  payload: fc.uint8Array({ maxLength: 200 }),
});

const signatures: fc.Arbitrary<Signatures> = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.array(fc.tuple(fc.nat(39), bytesOf(64)), { maxLength: 12 }))
  .map(([count, pairs]) => collectSignatures(count, new Map(pairs.filter(([signer]) => signer < count))));

export const certificates: fc.Arbitrary<Certificate> = fc.record({
  kind: fc.constantFrom(CERTIFICATE_KIND.vote, CERTIFICATE_KIND.commit),
  epoch: u64,
  view: u64,
  blockId: hashes,
  signatures,
});

const executions: fc.Arbitrary<ExecutionCertificate> = fc.record({
  epoch: u64,
  height: u64,
  stateRoot: fc.option(hashes, { nil: undefined }),
  receiptsRoot: hashes,
  signatures,
});

export const headers: fc.Arbitrary<Header> = fc.record({
  channelId: hashes,
  epoch: u64,
  height: u64,
  view: u64,
  parentId: hashes,
  timestampMs: u64,
  proposer: fc.nat(0xffff),
  bodyRoot: hashes,
  transactionCount: fc.nat(0xffffffff),
  endsEpoch: fc.boolean(),
  execution: fc.option(executions, { nil: undefined }),
});

const directProofs: fc.Arbitrary<DirectCommitProof> = fc.oneof(
  certificates.map((certificate): DirectCommitProof => ({ kind: "commit", certificate })),
  fc.tuple(certificates, headers, certificates).map(
    ([certificate, header, childCertificate]): DirectCommitProof => ({
      kind: "chain",
      certificate,
      childHeader: encodeHeader(header),
      childCertificate,
    }),
  ),
);
const proofs: fc.Arbitrary<CommitProof> = fc.oneof(
  directProofs,
  fc
    .tuple(fc.array(headers.map(encodeHeader), { minLength: 1, maxLength: 4 }), directProofs)
    .map(([descendants, proof]): CommitProof => ({ kind: "descendant", headers: descendants, proof })),
);

const references: fc.Arbitrary<Body> = fc
  .uniqueArray(fc.tuple(hashes, fc.integer({ min: 1, max: 30 }), fc.array(fc.nat(29), { maxLength: 29 })), {
    selector: ([digest]) => digest,
    maxLength: 5,
  })
  .map((items) =>
    items.map(([digest, count, indexes]) => {
      const omitted = [...new Set(indexes.filter((index) => index < count))].sort((a, b) => a - b);
      return { digest, count, omitted: omitted.length === count ? omitted.slice(1) : omitted };
    }),
  );

const SEED = new Uint8Array(32).fill(7);

export const transactions: fc.Arbitrary<Transaction> = bodies.map((body) =>
  readTransaction(signTransaction(suite, body, SEED)),
);

export const readTransaction = (bytes: Bytes): Transaction => {
  const decoded = decodeTransaction(suite, bytes, TRANSACTION_BYTES_MAX);
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded.value;
};

/** Batches of one channel with up to three senders; a certificate here is any bytes, since only its hash matters. */
export const batches: fc.Arbitrary<Batch> = fc
  .tuple(
    hashes,
    fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 40 }), {
      selector: toHex,
      minLength: 1,
      maxLength: 3,
    }),
    fc.uniqueArray(fc.tuple(fc.nat(2), bytesOf(16)), {
      selector: ([, salt]) => toHex(salt),
      minLength: 1,
      maxLength: 6,
    }),
  )
  .map(([channelId, ders, items]) => {
    const byId = new Map(ders.map((der) => [certificateId(suite, der), der]));
    const senders = [...byId.keys()];
    const made = items.map(([at, salt]) => {
      const sender = senders[at % senders.length] as Hash;
      return readTransaction(
        signTransaction(
          suite,
          { channelId, sender, salt, expiryMs: 5, score: "", payload: new Uint8Array([1]) },
          SEED,
        ),
      );
    });
    const decoded = decodeBatch(
      suite,
      encodeBatch(channelId, made, (sender) => byId.get(sender)),
      BATCH_LIMITS,
    );
    if (!decoded.ok) throw new Error(decoded.message);
    return decoded.value;
  });

const blocks: fc.Arbitrary<Block> = fc.record({
  headerBytes: headers.map(encodeHeader),
  bodyBytes: references.map(encodeBody),
  batches: fc.array(
    batches.map((batch) => batch.bytes),
    { maxLength: 2 },
  ),
  proof: fc.option(proofs, { nil: undefined }),
});

const receipts: fc.Arbitrary<Receipt> = fc.record({
  transactionId: hashes,
  height: u64,
  index: fc.nat(0xffffffff),
  code: fc.constantFrom(0, 9000, 9100),
  message: fc.string({ unit: "binary", maxLength: 50 }),
  result: fc.string({ unit: "binary", maxLength: 50 }),
  events: fc.array(
    fc.record({
      score: fc.stringMatching(/^[a-z]{1,8}$/),
      name: fc.stringMatching(/^[a-z]{1,8}$/),
      data: fc.string({ unit: "binary", maxLength: 20 }),
    }),
    { maxLength: 3 },
  ),
});

/** A codec as the tests see it: examples as bytes, and what decoding and encoding again gives, or undefined. */
export type Codec = {
  readonly name: string;
  readonly examples: fc.Arbitrary<Bytes>;
  readonly again: (bytes: Bytes) => Bytes | undefined;
};

const codec = <T>(
  name: string,
  values: fc.Arbitrary<T>,
  encode: (value: T) => Bytes,
  read: (bytes: Bytes) => { readonly ok: true; readonly value: T } | { readonly ok: false },
): Codec => ({
  name,
  examples: values.map(encode),
  again: (bytes) => {
    const decoded = read(bytes);
    return decoded.ok ? encode(decoded.value) : undefined;
  },
});

/** Every decoder of this package. */
export const CODECS: readonly Codec[] = [
  {
    name: "transaction",
    examples: transactions.map(({ bytes }) => bytes),
    again: (bytes) => {
      const decoded = decodeTransaction(suite, bytes, TRANSACTION_BYTES_MAX);
      if (!decoded.ok) return undefined;
      const { body, signature } = decoded.value;
      return new Writer().fixed(body, body.length).fixed(signature, 64).finish();
    },
  },
  codec(
    "batch",
    batches,
    ({ channelId, transactions: members, certificates: ders }) =>
      encodeBatch(channelId, members, (sender) => ders.get(sender)),
    (bytes) => decodeBatch(suite, bytes, BATCH_LIMITS),
  ),
  codec("body", references, encodeBody, decodeBody),
  codec("header", headers, encodeHeader, decodeHeader),
  codec("block", blocks, encodeBlock, (bytes) => decodeBlock(bytes, BLOCK_LIMITS)),
  codec("receipt", receipts, encodeReceipt, decodeReceipt),
  codec(
    "certificate",
    certificates,
    (value) => writeCertificate(new Writer(), value).finish(),
    (bytes) => decode(bytes, readCertificate),
  ),
  codec(
    "commit proof",
    proofs,
    (value) => writeCommitProof(new Writer(), value).finish(),
    (bytes) => decode(bytes, readCommitProof),
  ),
  codec(
    "execution certificate",
    executions,
    (value) => writeExecutionCertificate(new Writer(), value).finish(),
    (bytes) => decode(bytes, readExecutionCertificate),
  ),
];
