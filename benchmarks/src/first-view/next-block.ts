/** Blocks, certificates and receipts as the validators of a consortium would make them. */
import { randomBytes } from "node:crypto";
import { spinningLeader } from "@dure/consensus";
import {
  attestStatement,
  type Block,
  batchDigest,
  blockId,
  bodyRoot,
  CERTIFICATE_KIND,
  type CommitProof,
  collectSignatures,
  decodeTransaction,
  type Execution,
  type ExecutionCertificate,
  encodeBatch,
  encodeBody,
  encodeHeader,
  encodeText,
  type Hash,
  type Header,
  RECEIPT_CODE,
  type Receipt,
  type Signatures,
  signTransaction,
  type Transaction,
  voteStatement,
} from "@dure/types";
import { type Consortium, suite } from "./consortium.ts";

const LIFE_MS = 60_000;

export type MadeBlock = {
  readonly id: Hash;
  readonly header: Header;
  /** Without a proof: that of the last block of a commit goes beside them. */
  readonly block: Block;
  readonly transactions: readonly Transaction[];
};

/** The signatures of the least quorum: three of four. */
const quorumOver = ({ seeds }: Consortium, statement: Uint8Array): Signatures => {
  const count = Math.floor((2 * seeds.length) / 3) + 1;
  const signed = seeds.slice(0, count).map((seed, at) => [at, suite.sign(seed, statement)] as const);
  return collectSignatures(seeds.length, new Map(signed));
};

/** The quorum's commit certificate of a block. */
export const certifyCommit = (consortium: Consortium, { id, header }: MadeBlock): CommitProof => {
  const { epoch, view } = header;
  const vote = { kind: CERTIFICATE_KIND.commit, epoch, view, blockId: id };
  const signatures = quorumOver(consortium, voteStatement(consortium.channelId, vote));
  return { kind: "commit", certificate: { ...vote, signatures } };
};

/** The quorum's attestation of what came of a height. */
export const certifyExecution = (consortium: Consortium, execution: Execution): ExecutionCertificate => ({
  ...execution,
  signatures: quorumOver(consortium, attestStatement(consortium.channelId, execution)),
});

const makeData = (
  { channelId, client }: Consortium,
  height: number,
  index: number,
  timestampMs: number,
): Transaction => {
  const bytes = signTransaction(
    suite,
    {
      channelId,
      sender: client.sender,
      salt: new Uint8Array(randomBytes(16)),
      expiryMs: timestampMs + LIFE_MS,
      score: "",
      payload: encodeText(JSON.stringify({ reading: index, at: height })),
    },
    client.seed,
  );
  const decoded = decodeTransaction(suite, bytes, bytes.length);
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded.value;
};

export type Place = {
  readonly height: number;
  readonly parentId: Hash;
  readonly timestampMs: number;
  /** How many transactions of data it holds. */
  readonly count: number;
  readonly execution: ExecutionCertificate | undefined;
};

/** The block of a height, proposed by the leader of its view. No view fails, so the view is the height. */
export const nextBlock = (consortium: Consortium, place: Place): MadeBlock => {
  const { channelId, epoch, client, seeds, config } = consortium;
  const { height, parentId, timestampMs, count, execution } = place;
  const transactions = Array.from({ length: count }, (_, index) =>
    makeData(consortium, height, index, timestampMs),
  );
  const batches = count === 0 ? [] : [encodeBatch(channelId, transactions, () => client.der)];
  const header: Header = {
    channelId,
    epoch: epoch.epoch,
    height,
    view: height,
    parentId,
    timestampMs,
    proposer: spinningLeader(seeds.length, config.consensus.spinInterval).leaderOf(height),
    bodyRoot: bodyRoot(suite, transactions),
    transactionCount: count,
    endsEpoch: false,
    execution,
  };
  const headerBytes = encodeHeader(header);
  const bodyBytes = encodeBody(
    batches.map((bytes) => ({ digest: batchDigest(suite, bytes), count, omitted: [] })),
  );
  const block = { headerBytes, bodyBytes, batches, proof: undefined };
  return { id: blockId(suite, headerBytes), header, block, transactions };
};

/** The receipts of a block of data: success, as every peer gives where no SCORE is called. */
export const receiptsOf = ({ header, transactions }: MadeBlock): readonly Receipt[] =>
  transactions.map(({ id }, index) => ({
    transactionId: id,
    height: header.height,
    index,
    code: RECEIPT_CODE.success,
    message: "",
    result: "null",
    events: [],
  }));
