import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Bytes } from "@dure/crypto";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  type Block,
  batchDigest,
  blockId,
  bodyRoot,
  CERTIFICATE_KIND,
  type CommitProof,
  certificateId,
  decodeBatch,
  decodeTransaction,
  encodeBatch,
  encodeBody,
  encodeHeader,
  encodeText,
  type Hash,
  type Header,
  RECEIPT_CODE,
  type Receipt,
  signTransaction,
  type Transaction,
  toHash,
  ZERO_HASH,
} from "@dure/types";

/** Chains of real blocks with signed transactions, and temporary directories: what the tests of this package share. */
export const suite = createSodiumSuite();
export const GENESIS: Bytes = encodeText('{"name":"test"}');
export const CHANNEL: Hash = toHash(suite.hash(GENESIS));
export const OTHER_CHANNEL: Hash = toHash(suite.hash(encodeText("other")));
export const LIMITS = { headerBytesMax: 1 << 17, bodyBytesMax: 1 << 20, batchBytesMax: 4 << 20 };
export const START_MS = 1_700_000_000_000;
export const BLOCK_MS = 1000;

const seed = new Uint8Array(32).fill(7);
const der = encodeText("a certificate");
const sender = certificateId(suite, der);
const MAX = { bytesMax: 1 << 24, transactionBytesMax: 1 << 24 };

const made: string[] = [];
after(async () => {
  for (const path of made) await rm(path, { recursive: true, force: true });
});

/** A directory that is removed when the tests of the file have ended. */
export const temporary = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), "dure-ledger-"));
  made.push(path);
  return path;
};

const transactionOf = (height: number, index: number, payloadBytes: number): Transaction => {
  const salt = new Uint8Array(16);
  new DataView(salt.buffer).setUint32(0, height);
  new DataView(salt.buffer).setUint32(4, index);
  const payload = encodeText(JSON.stringify({ data: "x".repeat(payloadBytes) }));
  const expiryMs = START_MS + height * BLOCK_MS + 60_000;
  const bytes = signTransaction(
    suite,
    { channelId: CHANNEL, sender, salt, expiryMs, score: "", payload },
    seed,
  );
  const decoded = decodeTransaction(suite, bytes, bytes.length);
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded.value;
};

export const commitProof = (id: Hash, view: number): CommitProof => ({
  kind: "commit",
  certificate: {
    kind: CERTIFICATE_KIND.commit,
    epoch: 1,
    view,
    blockId: id,
    signatures: {
      validatorCount: 4,
      signers: [0, 1, 2],
      signatures: [1, 2, 3].map((fill) => new Uint8Array(64).fill(fill)),
    },
  },
});

export type ChainBlock = {
  readonly height: number;
  readonly id: Hash;
  readonly header: Header;
  readonly block: Block;
  readonly transactions: readonly Transaction[];
};

export type ChainOptions = {
  readonly transactionsPerBlock?: number;
  readonly payloadBytes?: number;
  /** Which heights carry a proof of their own. Default: all. */
  readonly hasProof?: (height: number) => boolean;
  readonly executionOf?: (height: number) => Header["execution"];
};

/** The first blocks of a chain, each the child of the one before it. */
export const makeChain = (count: number, options: ChainOptions = {}): readonly ChainBlock[] => {
  const { transactionsPerBlock = 2, payloadBytes = 10, hasProof = () => true, executionOf } = options;
  const chain: ChainBlock[] = [];
  for (let height = 1; height <= count; height++) {
    const transactions = Array.from({ length: transactionsPerBlock }, (_, index) =>
      transactionOf(height, index, payloadBytes),
    );
    const batches = transactions.length === 0 ? [] : [encodeBatch(CHANNEL, transactions, () => der)];
    const bodyBytes = encodeBody(
      batches.map((bytes) => {
        const batch = decodeBatch(suite, bytes, MAX);
        if (!batch.ok) throw new Error(batch.message);
        return { digest: batchDigest(suite, bytes), count: batch.value.transactions.length, omitted: [] };
      }),
    );
    const header: Header = {
      channelId: CHANNEL,
      epoch: 1,
      height,
      view: height,
      parentId: chain.at(-1)?.id ?? ZERO_HASH,
      timestampMs: START_MS + height * BLOCK_MS,
      proposer: 0,
      bodyRoot: bodyRoot(suite, transactions),
      transactionCount: transactions.length,
      endsEpoch: false,
      execution: executionOf?.(height),
    };
    const headerBytes = encodeHeader(header);
    const id = blockId(suite, headerBytes);
    const proof = hasProof(height) ? commitProof(id, height) : undefined;
    chain.push({ height, id, header, block: { headerBytes, bodyBytes, batches, proof }, transactions });
  }
  return chain;
};

/** Receipts of success for a block. */
export const receiptsOf = ({ height, transactions }: ChainBlock): readonly Receipt[] =>
  transactions.map(({ id }, index) => ({
    transactionId: id,
    height,
    index,
    code: RECEIPT_CODE.success,
    message: "",
    result: "null",
    events: [{ score: "bank", name: "paid", data: `{"n":${index}}` }],
  }));
