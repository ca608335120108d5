import { strict as assert } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { statement, taggedHash } from "@dure/crypto";
import { BATCH_LIMITS, readTransaction, suite } from "./codecs.fixture.test.ts";
import {
  attestStatement,
  baseCertificate,
  batchDigest,
  blockId,
  bodyRoot,
  CERTIFICATE_KIND,
  type Certificate,
  certificateId,
  collectSignatures,
  decodeBatch,
  encodeBatch,
  encodeBlock,
  encodeBody,
  encodeHeader,
  encodeReceipt,
  encodeText,
  encodeTransactionBody,
  type Hash,
  type Header,
  merklePath,
  merkleRoot,
  signTransaction,
  TAG,
  toHex,
  voteStatement,
  Writer,
  writeCertificate,
  writeCommitProof,
  writeExecutionCertificate,
} from "./index.ts";

/**
 * Golden vectors of every encoding and hash: `specs/vectors/encoding.json`. Another implementation that gives the same
 * bytes for the same inputs speaks the same protocol. They are written anew by running this file with the argument
 * `write`, which is right only when the protocol itself changes.
 */

const PATH = new URL("../../../specs/vectors/encoding.json", import.meta.url);
const repeated = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte);
const hash = (byte: number): Hash => toHex(repeated(byte)) as Hash;

const seed = repeated(0x11);
const der = encodeText("stands for a certificate's DER");
const channelId = hash(0xc1);

const transactionOf = (salt: number) => {
  const body = {
    channelId,
    sender: certificateId(suite, der),
    salt: repeated(salt, 16),
    expiryMs: 1_800_000_000_000,
    score: "token",
    payload: encodeText('{"jsonrpc":"2.0","method":"transfer","params":{"to":"bob@devnet","amount":"5"}}'),
  };
  return { body, bytes: signTransaction(suite, body, seed) };
};

const signaturesOf = (bytes: Uint8Array) =>
  collectSignatures(
    4,
    new Map([0, 1, 3].map((signer) => [signer, suite.sign(repeated(0x20 + signer), bytes)])),
  );

const certificateOf = (kind: Certificate["kind"], view: number, id: Hash): Certificate => {
  const unsigned = { kind, epoch: 1, view, blockId: id };
  return { ...unsigned, signatures: signaturesOf(voteStatement(channelId, unsigned)) };
};

const make = () => {
  const [one, two] = [transactionOf(1), transactionOf(2)];
  const transactions = [readTransaction(one.bytes), readTransaction(two.bytes)];
  const batch = encodeBatch(channelId, transactions, () => der);
  const body = [{ digest: batchDigest(suite, batch), count: 2, omitted: [1] }];
  const execution = { epoch: 1, height: 1, stateRoot: hash(0x51), receiptsRoot: hash(0x52) };
  const executionCertificate = {
    ...execution,
    signatures: signaturesOf(attestStatement(channelId, execution)),
  };
  const header: Header = {
    channelId,
    epoch: 1,
    height: 2,
    view: 3,
    parentId: hash(0x0a),
    timestampMs: 1_799_999_999_999,
    proposer: 2,
    bodyRoot: bodyRoot(suite, transactions.slice(0, 1)),
    transactionCount: 1,
    execution: executionCertificate,
  };
  const headerBytes = encodeHeader(header);
  const id = blockId(suite, headerBytes);
  const qc = certificateOf(CERTIFICATE_KIND.vote, 3, id);
  const cc = certificateOf(CERTIFICATE_KIND.commit, 3, id);
  const childHeader = encodeHeader({ ...header, height: 3, view: 4, parentId: id, execution: undefined });
  const childQc = certificateOf(CERTIFICATE_KIND.vote, 4, blockId(suite, childHeader));
  const receipt = encodeReceipt({
    transactionId: transactions[0]?.id as Hash,
    height: 2,
    index: 0,
    code: 0,
    message: "",
    result: '{"ok":true}',
    events: [{ score: "token", name: "transferred", data: '{"amount":"5"}' }],
  });
  const leaves = [1, 2, 3, 4, 5].map((byte) => repeated(byte, 3));
  return {
    keys: { seed: toHex(seed), publicKey: toHex(suite.publicKeyOf(seed)) },
    tags: Object.fromEntries(Object.entries(TAG).map(([name, tag]) => [name, toHex(tag)])),
    statement: {
      tag: "dure/lft/vote",
      ...{
        bytes: "0102",
        statement: toHex(statement(TAG.vote, Uint8Array.from([1, 2]))),
        hash: toHex(taggedHash(suite, TAG.vote, Uint8Array.from([1, 2]))),
      },
    },
    certificateId: { der: toHex(der), id: certificateId(suite, der) },
    transaction: {
      body: { ...one.body, salt: toHex(one.body.salt), payload: toHex(one.body.payload) },
      bodyBytes: toHex(encodeTransactionBody(one.body)),
      id: transactions[0]?.id,
      bytes: toHex(one.bytes),
    },
    batch: {
      transactions: [toHex(one.bytes), toHex(two.bytes)],
      bytes: toHex(batch),
      digest: batchDigest(suite, batch),
    },
    body: { value: body, bytes: toHex(encodeBody(body)), root: header.bodyRoot },
    attest: { value: execution, statement: toHex(attestStatement(channelId, execution)) },
    executionCertificate: {
      bytes: toHex(writeExecutionCertificate(new Writer(), executionCertificate).finish()),
    },
    header: { bytes: toHex(headerBytes), blockId: id },
    vote: {
      statement: toHex(voteStatement(channelId, qc)),
      certificate: toHex(writeCertificate(new Writer(), qc).finish()),
    },
    commit: {
      statement: toHex(voteStatement(channelId, cc)),
      certificate: toHex(writeCertificate(new Writer(), cc).finish()),
    },
    baseCertificate: { bytes: toHex(writeCertificate(new Writer(), baseCertificate(1, channelId)).finish()) },
    commitProof: {
      commit: toHex(writeCommitProof(new Writer(), { kind: "commit", certificate: cc }).finish()),
      chain: toHex(
        writeCommitProof(new Writer(), {
          kind: "chain",
          certificate: qc,
          childHeader,
          childCertificate: childQc,
        }).finish(),
      ),
    },
    block: {
      bytes: toHex(
        encodeBlock({
          headerBytes,
          bodyBytes: encodeBody(body),
          batches: [batch],
          proof: { kind: "commit", certificate: cc },
        }),
      ),
    },
    receipt: { bytes: toHex(receipt) },
    merkle: {
      leaves: leaves.map(toHex),
      roots: leaves.map((_, count) => merkleRoot(suite, leaves.slice(0, count + 1))),
      emptyRoot: merkleRoot(suite, []),
      path: merklePath(suite, leaves, 4),
    },
  };
};

/** Signatures that libraries differ on, and what dure's rule says of each. `L` is the order of the base point. */
const EDGE_CASES: readonly {
  name: string;
  publicKey: string;
  message: string;
  signature: string;
  valid: boolean;
}[] = (() => {
  const publicKey = suite.publicKeyOf(seed);
  const message = encodeText("edge");
  const signature = suite.sign(seed, message);
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const littleEndian = (value: bigint): Uint8Array =>
    Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn));
  const scalar = signature.slice(32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const raised = Uint8Array.from([...signature.slice(0, 32), ...littleEndian(scalar + order)]);
  const identity = littleEndian(1n);
  const zeroScalar = Uint8Array.from([...identity, ...repeated(0)]);
  const hex = { publicKey: toHex(publicKey), message: toHex(message) };
  return [
    { name: "an ordinary signature", ...hex, signature: toHex(signature), valid: true },
    { name: "S not reduced (S + L)", ...hex, signature: toHex(raised), valid: false },
    {
      name: "public key of small order",
      ...hex,
      publicKey: toHex(identity),
      signature: toHex(zeroScalar),
      valid: false,
    },
    { name: "R of small order", ...hex, signature: toHex(zeroScalar), valid: false },
    {
      name: "public key not canonical (y = p + 1)",
      ...hex,
      publicKey: toHex(littleEndian(2n ** 255n - 18n)),
      signature: toHex(zeroScalar),
      valid: false,
    },
    { name: "signature too short", ...hex, signature: toHex(signature.slice(0, 63)), valid: false },
    { name: "signature too long", ...hex, signature: `${toHex(signature)}00`, valid: false },
    {
      name: "public key too short",
      ...hex,
      publicKey: hex.publicKey.slice(2),
      signature: toHex(signature),
      valid: false,
    },
  ];
})();

const vectors = { ...make(), ed25519: EDGE_CASES };

if (process.argv[2] === "write") writeFileSync(PATH, `${JSON.stringify(vectors, null, 2)}\n`);

test("every encoding and hash is as the golden vectors say", () => {
  assert.deepEqual(JSON.parse(JSON.stringify(vectors)), JSON.parse(readFileSync(PATH, "utf8")));
});

test("signatures that libraries differ on are judged as the protocol says", () => {
  for (const { name, publicKey, message, signature, valid } of EDGE_CASES) {
    const [key, text, signed] = [publicKey, message, signature].map((hexText) => Buffer.from(hexText, "hex"));
    assert.ok(key !== undefined && text !== undefined && signed !== undefined);
    assert.equal(suite.verify(key, text, signed), valid, name);
  }
});

test("the batch of the vectors decodes to its transactions", () => {
  const decoded = decodeBatch(suite, Buffer.from(vectors.batch.bytes, "hex"), BATCH_LIMITS);
  assert.ok(decoded.ok);
  assert.deepEqual(
    decoded.value.transactions.map(({ bytes }) => toHex(bytes)),
    vectors.batch.transactions,
  );
});
