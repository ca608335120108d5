/** A channel of real keys and signatures, founded and run by hand: what the tests of proofs share. */
import assert from "node:assert/strict";
import type { Bytes } from "@dure/crypto";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  CONFIGURATION_SCORE,
  type ConfigurationChange,
  configurationPayload,
  DEFAULTS,
  formatGenesis,
  type GenesisDocument,
} from "@dure/membership";
import {
  attestStatement,
  blockId,
  CERTIFICATE_KIND,
  type Certificate,
  type CertificateKind,
  type CommitProof,
  certificateId,
  collectSignatures,
  decodeTransaction,
  type Execution,
  type ExecutionCertificate,
  encodeHeader,
  encodeReceipt,
  encodeText,
  type Hash,
  type Header,
  merklePath,
  merkleRoot,
  type Receipt,
  signTransaction,
  type Transaction,
  toHex,
  voteStatement,
} from "@dure/types";
import type { Changes } from "../state/key-value.ts";
import { createState, type State } from "../state/state.ts";
import type { EpochEnd, HeaderChain, ResultParts, TransactionParts } from "./encode.ts";
import { type Trust, trustOf } from "./trust.ts";

export const suite = createSodiumSuite();
export const START_MS = 1_700_000_000_000;
const BLOCK_MS = 1000;
const QUORUM = [0, 1, 2] as const;
const clientSeed = new Uint8Array(32).fill(7);
const der = encodeText("a certificate");

export type Network = {
  readonly genesisText: string;
  readonly trust: Trust;
  readonly channelId: Hash;
  readonly seeds: readonly Bytes[];
};

/** A channel of so many validators whose keys follow from a number. */
export const foundNetwork = (keys: number, validators = 4, name = "test"): Network => {
  const seeds = Array.from({ length: validators }, (_, at) => new Uint8Array(32).fill(keys + at));
  const document: GenesisDocument = {
    ...DEFAULTS,
    format: "dure/genesis/1",
    name,
    timestampMs: START_MS,
    organisations: [{ name: "org", root: Buffer.from("a root").toString("base64") }],
    validators: seeds.map((seed, at) => ({
      id: `peer${at}.org`,
      publicKey: toHex(suite.publicKeyOf(seed)),
      weight: 1,
    })),
    followers: [],
    revoked: [],
    scores: [],
    defaultScore: "",
  };
  const genesisText = formatGenesis(document);
  const trusted = trustOf(suite, genesisText);
  assert.ok(trusted.ok, trusted.ok ? "" : trusted.message);
  return { genesisText, trust: trusted.trust, channelId: trusted.trust.channelId, seeds };
};

const signaturesOf = ({ seeds }: Network, statement: Bytes, signers: readonly number[]) =>
  collectSignatures(
    seeds.length,
    new Map(signers.map((signer) => [signer, suite.sign(seeds[signer] as Bytes, statement)])),
  );

/** The certificate of a block by these signers. */
export const certify = (
  network: Network,
  kind: CertificateKind,
  { id, header }: Pick<Block, "id" | "header">,
  signers: readonly number[] = QUORUM,
): Certificate => {
  const vote = { kind, epoch: header.epoch, view: header.view, blockId: id };
  const statement = voteStatement(network.channelId, vote);
  return { ...vote, signatures: signaturesOf(network, statement, signers) };
};

/** A block's commit certificate. */
export const commitBy = (
  network: Network,
  block: Block,
  signers: readonly number[] = QUORUM,
): CommitProof => ({
  kind: "commit",
  certificate: certify(network, CERTIFICATE_KIND.commit, block, signers),
});

/** A block's QC and that of a child of the next view. */
export const commitByChild = (network: Network, block: Block, child: Block): CommitProof => ({
  kind: "chain",
  certificate: certify(network, CERTIFICATE_KIND.vote, block),
  childHeader: child.headerBytes,
  childCertificate: certify(network, CERTIFICATE_KIND.vote, child),
});

/** The attestation of an execution by these signers. */
export const attestBy = (
  network: Network,
  execution: Execution,
  signers: readonly number[] = QUORUM,
): ExecutionCertificate => ({
  ...execution,
  signatures: signaturesOf(network, attestStatement(network.channelId, execution), signers),
});

export type Block = {
  readonly id: Hash;
  readonly header: Header;
  readonly headerBytes: Bytes;
  readonly transactions: readonly Transaction[];
  readonly receipts: readonly Bytes[];
  readonly execution: Execution;
  /** Of a key after this block. */
  readonly prove: (key: Bytes) => Bytes;
};

const transactionOf = (channelId: Hash, height: number, index: number): Transaction => {
  const salt = Uint8Array.from({ length: 16 }, (_, at) => (at === 0 ? height : at === 1 ? index : 0));
  const payload = encodeText(JSON.stringify({ data: `${height}/${index}` }));
  const expiryMs = START_MS + height * BLOCK_MS + 60_000;
  const body = { channelId, sender: certificateId(suite, der), salt, expiryMs, score: "", payload };
  const bytes = signTransaction(suite, body, clientSeed);
  const decoded = decodeTransaction(suite, bytes, bytes.length);
  assert.ok(decoded.ok);
  return decoded.value;
};

const receiptOf = (id: Hash, height: number, index: number): Receipt => ({
  transactionId: id,
  height,
  index,
  code: 0,
  message: "",
  result: `{"sum":${index}}`,
  events: [{ score: "bank", name: "paid", data: `{"n":${index}}` }],
});

/** What an epoch's last block and the first of the next one are, with the next one's validators. */
export type Handover = {
  readonly end: EpochEnd;
  readonly last: Block;
  readonly next: Network;
  readonly first: Block;
};

/**
 * Ends the first epoch of a network above a block by giving all its validators new keys, which follow from a number. The
 * state stays as that block left it.
 */
export const handOver = (
  network: Network,
  keys: number,
  before: Block,
  change: Partial<ConfigurationChange> = {},
): Handover => {
  const seeds = network.seeds.map((_, at) => new Uint8Array(32).fill(keys + at));
  const set = seeds.map((seed, at) => ({
    id: `peer${at}.org`,
    publicKey: toHex(suite.publicKeyOf(seed)),
    weight: 1,
  }));
  const payload = configurationPayload({ epoch: 2, validators: { set }, ...change }, []);
  const height = before.header.height + 1;
  const { sender, salt, expiryMs } = transactionOf(network.channelId, height, 0);
  const body = { channelId: network.channelId, sender, salt, expiryMs, score: CONFIGURATION_SCORE, payload };
  const bytes = signTransaction(suite, body, clientSeed);
  const transaction = decodeTransaction(suite, bytes, bytes.length);
  assert.ok(transaction.ok);
  const last = followUp(before, [transaction.value], { endsEpoch: true });
  const first = followUp(last, [], { epoch: 2, view: 1 });
  const end = { header: last.headerBytes, commit: commitBy(network, last), transaction: bytes };
  return { end, last, next: { ...network, seeds }, first };
};

/** A block above another that leaves the state as it is. */
const followUp = (parent: Block, transactions: readonly Transaction[], change: Partial<Header>): Block => {
  const { height, timestampMs } = parent.header;
  const receipts = transactions.map(({ id }) => encodeReceipt(receiptOf(id, height + 1, 0)));
  const { stateRoot } = parent.execution;
  const execution = { epoch: 1, height: height + 1, stateRoot, receiptsRoot: merkleRoot(suite, receipts) };
  const header = {
    ...parent.header,
    ...{ height: height + 1, view: height + 1, parentId: parent.id, timestampMs: timestampMs + BLOCK_MS },
    transactionCount: transactions.length,
    bodyRoot: merkleRoot(
      suite,
      transactions.map(({ bytes }) => bytes),
    ),
    endsEpoch: false,
    ...change,
  };
  return altered({ ...parent, transactions, receipts, execution }, header);
};

/** A block with another header: its id follows. */
export const altered = (block: Block, change: Partial<Header>): Block => {
  const header = { ...block.header, ...change };
  const headerBytes = encodeHeader(header);
  return { ...block, header, headerBytes, id: blockId(suite, headerBytes) };
};

const memoryState = (): { readonly state: State; readonly copy: () => State; readonly stored: Changes } => {
  const stored: Changes = new Map();
  const open = (from: ReadonlyMap<string, Uint8Array | undefined>) =>
    createState(suite, {
      get: (key) => from.get(key),
      range: () => assert.fail("no range is read here"),
      condemn: (reason) => new Error(reason) as never,
    });
  return { state: open(stored), copy: () => open(new Map(stored)), stored };
};

/** Blocks from height 1 on, of so many transactions each; every transaction writes a key of its own. */
export const runChain = ({ channelId }: Network, counts: readonly number[]): readonly Block[] => {
  const { state, copy, stored } = memoryState();
  const apply = (height: number, keys: readonly string[]): void => {
    const changes: Changes = new Map();
    const writes = keys.map((key) => [{ key: encodeText(key), value: encodeText(`${key} at ${height}`) }]);
    state.apply(height, writes, changes);
    state.flush(changes);
    for (const [key, value] of changes) stored.set(key, value);
  };
  apply(0, []);
  const blocks: Block[] = [];
  counts.forEach((count, at) => {
    const height = at + 1;
    const transactions = Array.from({ length: count }, (_, index) => transactionOf(channelId, height, index));
    apply(height, [...transactions.map((_, index) => `key ${height}/${index}`)]);
    const receipts = transactions.map(({ id }, index) => encodeReceipt(receiptOf(id, height, index)));
    const header: Header = {
      channelId,
      epoch: 1,
      height,
      view: height,
      parentId: blocks.at(-1)?.id ?? channelId,
      timestampMs: START_MS + height * BLOCK_MS,
      proposer: at % 4,
      bodyRoot: merkleRoot(
        suite,
        transactions.map(({ bytes }) => bytes),
      ),
      transactionCount: count,
      endsEpoch: false,
      execution: undefined,
    };
    const headerBytes = encodeHeader(header);
    const after = copy();
    blocks.push({
      id: blockId(suite, headerBytes),
      header,
      headerBytes,
      transactions,
      receipts,
      execution: { epoch: 1, height, stateRoot: state.root(), receiptsRoot: merkleRoot(suite, receipts) },
      prove: after.prove,
    });
  });
  return blocks;
};

/** The headers of these blocks with a proof that commits the last. */
export const chainOf = (blocks: readonly Block[], proof: CommitProof): HeaderChain => ({
  headers: blocks.map(({ headerBytes }) => headerBytes),
  proof,
});

/** What the ledger gives of a transaction. */
export const transactionParts = (block: Block, index: number, chain: HeaderChain): TransactionParts => {
  const leaves = block.transactions.map(({ bytes }) => bytes);
  return {
    height: block.header.height,
    index,
    transaction: leaves[index] as Bytes,
    path: merklePath(suite, leaves, index),
    chain,
  };
};

/** What the ledger gives of its receipt. */
export const resultParts = (
  network: Network,
  { receipts, execution }: Block,
  index: number,
): ResultParts => ({
  receipt: receipts[index] as Bytes,
  path: merklePath(suite, receipts, index),
  execution: attestBy(network, execution),
});
