import type { Bytes } from "@dure/crypto";
import {
  type CommitProof,
  type ExecutionCertificate,
  type Hash,
  type MerklePath,
  toBase64,
  Writer,
  writeCommitProof,
  writeExecutionCertificate,
} from "@dure/types";
import {
  type BlockProofDocument,
  type PathDocument,
  PROOF_FORMAT,
  type StateProofDocument,
  type TransactionProofDocument,
} from "./document.ts";

/** Why a height is committed: the headers from it up to the first that carries a proof, and that proof. */
export type HeaderChain = { readonly headers: readonly Bytes[]; readonly proof: CommitProof };

/** A receipt's bytes, its path to the receipts root of its height, and that height's execution certificate. */
export type ResultParts = {
  readonly receipt: Bytes;
  readonly path: MerklePath;
  readonly execution: ExecutionCertificate;
};

/** What `Ledger.transactionProof` gives. */
export type TransactionParts = {
  readonly height: number;
  readonly index: number;
  readonly transaction: Bytes;
  readonly path: MerklePath;
  readonly chain: HeaderChain;
};

/** A block's transactions as received, in order, and its receipts as encoded, once it was executed. */
export type BlockData = {
  readonly transactions: readonly Bytes[];
  readonly receipts:
    | { readonly receipts: readonly Bytes[]; readonly execution: ExecutionCertificate }
    | undefined;
};

/** The end of an epoch, as the ledger holds it: the bytes of the block's header and of its only transaction. */
export type EpochEnd = {
  readonly header: Bytes;
  readonly commit: CommitProof;
  readonly transaction: Bytes;
};

/** Of which channel a proof is, and the ends of all epochs before the one that certified it. */
export type ProofContext = { readonly channelId: Hash; readonly ends: readonly EpochEnd[] };

const common = ({ channelId, ends }: ProofContext) => ({
  format: PROOF_FORMAT as typeof PROOF_FORMAT,
  channelId,
  epochs: ends.map(({ header, commit, transaction }) => ({
    header: toBase64(header),
    commit: commitText(commit),
    transaction: toBase64(transaction),
  })),
});

const pathDocument = ({ index, count, siblings }: MerklePath): PathDocument => ({ index, count, siblings });

const commitText = (proof: CommitProof): string => toBase64(writeCommitProof(new Writer(), proof).finish());

const executionText = (certificate: ExecutionCertificate): string =>
  toBase64(writeExecutionCertificate(new Writer(), certificate).finish());

const chainDocument = ({ headers, proof }: HeaderChain) => ({
  headers: headers.map(toBase64),
  commit: commitText(proof),
});

/** The JSON of a transaction's proof; without `result` it shows that the transaction is final, and no result. */
export const encodeTransactionDocument = (
  context: ProofContext,
  { height, index, transaction, path, chain }: TransactionParts,
  result: ResultParts | undefined,
): TransactionProofDocument => ({
  ...common(context),
  kind: "transaction",
  height,
  index,
  transaction: toBase64(transaction),
  path: pathDocument(path),
  ...chainDocument(chain),
  result:
    result === undefined
      ? null
      : {
          receipt: toBase64(result.receipt),
          path: pathDocument(result.path),
          execution: executionText(result.execution),
        },
});

/** The JSON of a block's proof; with `data` it holds the whole block, with its receipts if they are given. */
export const encodeBlockDocument = (
  context: ProofContext,
  height: number,
  chain: HeaderChain,
  data: BlockData | undefined,
): BlockProofDocument => ({
  ...common(context),
  kind: "block",
  height,
  ...chainDocument(chain),
  data:
    data === undefined
      ? null
      : {
          transactions: data.transactions.map(toBase64),
          receipts:
            data.receipts === undefined
              ? null
              : {
                  receipts: data.receipts.receipts.map(toBase64),
                  execution: executionText(data.receipts.execution),
                },
        },
});

/**
 * The JSON of a key's proof: `state` is what `Ledger.prove(key)` gave while the state reflected the height of the
 * execution certificate.
 */
export const encodeStateDocument = (
  context: ProofContext,
  key: Bytes,
  state: Bytes,
  execution: ExecutionCertificate,
): StateProofDocument => ({
  ...common(context),
  kind: "state",
  key: toBase64(key),
  state: toBase64(state),
  execution: executionText(execution),
});
