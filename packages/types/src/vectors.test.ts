import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { statement, taggedHash } from "@dure/crypto";
import { BATCH_LIMITS, CODECS, readTransaction, suite } from "./codecs.fixture.test.ts";
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
  hashBytes,
  type MerklePath,
  merklePath,
  merkleRoot,
  type Receipt,
  rootOfPath,
  type Signatures,
  signTransaction,
  TAG,
  toHex,
  verifyTransaction,
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

/** Signatures as the vectors show them. */
const readable = ({ validatorCount, signers, signatures }: Signatures) => ({
  validatorCount,
  signers,
  signatures: signatures.map(toHex),
});

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
    endsEpoch: false,
    execution: executionCertificate,
  };
  const headerBytes = encodeHeader(header);
  const id = blockId(suite, headerBytes);
  const qc = certificateOf(CERTIFICATE_KIND.vote, 3, id);
  const cc = certificateOf(CERTIFICATE_KIND.commit, 3, id);
  const childHeader = encodeHeader({ ...header, height: 3, view: 4, parentId: id, execution: undefined });
  const childQc = certificateOf(CERTIFICATE_KIND.vote, 4, blockId(suite, childHeader));
  const receiptValue: Receipt = {
    transactionId: transactions[0]?.id as Hash,
    height: 2,
    index: 0,
    code: 0,
    message: "",
    result: '{"ok":true}',
    events: [{ score: "token", name: "transferred", data: '{"amount":"5"}' }],
  };
  const receipt = encodeReceipt(receiptValue);
  const leaves = [1, 2, 3, 4, 5].map((byte) => repeated(byte, 3));
  return {
    keys: {
      sender: { seed: toHex(seed), publicKey: toHex(suite.publicKeyOf(seed)) },
      validators: [0, 1, 2, 3].map((signer) => ({
        seed: toHex(repeated(0x20 + signer)),
        publicKey: toHex(suite.publicKeyOf(repeated(0x20 + signer))),
      })),
    },
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
      channelId,
      certificates: [toHex(der)],
      transactions: [toHex(one.bytes), toHex(two.bytes)],
      bytes: toHex(batch),
      digest: batchDigest(suite, batch),
    },
    body: { value: body, bytes: toHex(encodeBody(body)), root: header.bodyRoot },
    attest: { value: execution, statement: toHex(attestStatement(channelId, execution)) },
    executionCertificate: {
      value: { ...execution, signatures: readable(executionCertificate.signatures) },
      bytes: toHex(writeExecutionCertificate(new Writer(), executionCertificate).finish()),
    },
    header: {
      value: { ...header, execution: "as executionCertificate" },
      bytes: toHex(headerBytes),
      withoutExecution: toHex(encodeHeader({ ...header, execution: undefined })),
      blockId: id,
    },
    vote: {
      value: { ...qc, signatures: readable(qc.signatures) },
      statement: toHex(voteStatement(channelId, qc)),
      certificate: toHex(writeCertificate(new Writer(), qc).finish()),
    },
    commit: {
      value: { ...cc, signatures: readable(cc.signatures) },
      statement: toHex(voteStatement(channelId, cc)),
      certificate: toHex(writeCertificate(new Writer(), cc).finish()),
    },
    baseCertificate: {
      epoch: 1,
      blockId: channelId,
      bytes: toHex(writeCertificate(new Writer(), baseCertificate(1, channelId)).finish()),
    },
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
      descendant: toHex(
        writeCommitProof(new Writer(), {
          kind: "descendant",
          headers: [childHeader],
          proof: { kind: "commit", certificate: cc },
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
    receipt: { value: receiptValue, bytes: toHex(receipt) },
    merkle: {
      leaves: leaves.map(toHex),
      roots: leaves.map((_, count) => merkleRoot(suite, leaves.slice(0, count + 1))),
      emptyRoot: merkleRoot(suite, []),
      paths: leaves.map((_, index) => merklePath(suite, leaves, index)),
    },
  };
};

const vectors = make();

if (process.argv[2] === "write") writeFileSync(PATH, `${JSON.stringify(vectors, null, 2)}\n`);

test("every encoding and hash is as the golden vectors say", () => {
  assert.deepEqual(JSON.parse(JSON.stringify(vectors)), JSON.parse(readFileSync(PATH, "utf8")));
});

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const written = JSON.parse(readFileSync(PATH, "utf8")) as typeof vectors;

test("every structure of the vectors decodes, and encodes again to the same bytes", () => {
  const { vote, commit, baseCertificate: base, commitProof } = written;
  const structures: readonly (readonly [name: string, bytes: readonly string[]])[] = [
    ["transaction", [written.transaction.bytes, ...written.batch.transactions]],
    ["batch", [written.batch.bytes]],
    ["body", [written.body.bytes]],
    ["header", [written.header.bytes, written.header.withoutExecution]],
    ["block", [written.block.bytes]],
    ["receipt", [written.receipt.bytes]],
    ["certificate", [vote.certificate, commit.certificate, base.bytes]],
    ["commit proof", [commitProof.commit, commitProof.chain]],
    ["execution certificate", [written.executionCertificate.bytes]],
  ];
  assert.deepEqual(
    structures.map(([name]) => name),
    CODECS.map(({ name }) => name),
  );
  for (const [name, texts] of structures) {
    const codec = CODECS.find((candidate) => candidate.name === name);
    for (const text of texts)
      assert.equal(toHex(codec?.again(bytesOf(text)) ?? new Uint8Array()), text, name);
  }
});

test("every signature of the vectors verifies under the key that the vectors name, and under no other", () => {
  const sender = bytesOf(written.keys.sender.publicKey);
  assert.ok(verifyTransaction(suite, readTransaction(bytesOf(written.transaction.bytes)), sender));
  const keys = written.keys.validators.map(({ publicKey }) => bytesOf(publicKey));
  const signed = [
    [written.vote.value.signatures, written.vote.statement],
    [written.commit.value.signatures, written.commit.statement],
    [written.executionCertificate.value.signatures, written.attest.statement],
  ] as const;
  for (const [{ signers, signatures }, text] of signed) {
    assert.equal(signers.length, 3);
    signers.forEach((signer, at) => {
      const signature = bytesOf(signatures[at] as string);
      const takers = keys.flatMap((key, index) =>
        suite.verify(key, bytesOf(text), signature) ? [index] : [],
      );
      assert.deepEqual(takers, [signer]);
    });
  }
});

test("hashes of the vectors are SHA-256 of the tag's length, the tag and the bytes, by another implementation", () => {
  const sha256 = (tag: string, ...parts: readonly Uint8Array[]): string =>
    createHash("sha256")
      .update(Buffer.concat([Buffer.from([tag.length]), Buffer.from(tag, "ascii"), ...parts]))
      .digest("hex");
  const { transaction, batch, header, merkle } = written;
  assert.equal(sha256("dure/transaction", bytesOf(transaction.bodyBytes)), transaction.id);
  assert.equal(sha256("dure/batch", bytesOf(batch.bytes)), batch.digest);
  assert.equal(sha256("dure/block", bytesOf(header.bytes)), header.blockId);
  assert.equal(sha256("dure/certificate", bytesOf(written.certificateId.der)), written.certificateId.id);
  assert.equal(sha256("dure/merkle/root", Uint8Array.from([0, 0, 0, 0])), merkle.emptyRoot);
  // The worked example of specs/encoding.md: three leaves.
  const [a, b, c] = merkle.leaves.map((leaf) => hashBytes(sha256("dure/merkle/leaf", bytesOf(leaf)) as Hash));
  assert.ok(a !== undefined && b !== undefined && c !== undefined);
  const ab = hashBytes(sha256("dure/merkle/node", a, b) as Hash);
  const top = hashBytes(sha256("dure/merkle/node", ab, c) as Hash);
  assert.equal(sha256("dure/merkle/root", Uint8Array.from([0, 0, 0, 3]), top), merkle.roots[2]);
});

test("every path of the vectors leads from its leaf to the root", () => {
  const { leaves, paths, roots } = written.merkle;
  for (const [index, leaf] of leaves.entries())
    assert.equal(rootOfPath(suite, bytesOf(leaf), paths[index] as MerklePath), roots.at(-1));
});

test("the batch of the vectors decodes to its transactions", () => {
  const decoded = decodeBatch(suite, Buffer.from(vectors.batch.bytes, "hex"), BATCH_LIMITS);
  assert.ok(decoded.ok);
  assert.deepEqual(
    decoded.value.transactions.map(({ bytes }) => toHex(bytes)),
    vectors.batch.transactions,
  );
});
