import type { Bytes } from "@dure/crypto";
import { decodeTransaction, type MerklePath, type Receipt, rootOfPath, type Transaction } from "@dure/types";
import type { TransactionFacts } from "./facts.ts";
import { PROOF_LIMITS } from "./limits.ts";
import type { ReadTransactionProof } from "./read-document.ts";
import { invalid, malformed } from "./refusal.ts";
import type { Trust } from "./trust.ts";
import { type ProvenBlock, provenBlock } from "./verify-chain.ts";
import { checkExecution, receiptAt } from "./verify-execution.ts";

/** A transaction's bytes decoded, of this channel. */
export const transactionOf = (trust: Trust, bytes: Bytes): Transaction => {
  const decoded = decodeTransaction(trust.suite, bytes, PROOF_LIMITS.transactionBytesMax);
  if (!decoded.ok) return malformed(`the transaction: ${decoded.message}`);
  return decoded.value.channelId === trust.channelId
    ? decoded.value
    : invalid("the transaction is of another channel");
};

/** Ends unless the path is that of this index in a tree of as many leaves as the block has transactions. */
const checkPlace = (path: MerklePath, index: number, { header }: ProvenBlock): void => {
  if (path.index !== index) invalid(`a path of index ${path.index} is not one of index ${index}`);
  if (path.count !== header.transactionCount)
    invalid(`a path in ${path.count} is none in the block's ${header.transactionCount} transactions`);
};

const receiptOf = (
  trust: Trust,
  { height, index, result }: ReadTransactionProof,
  block: ProvenBlock,
  { id: transactionId }: Transaction,
): Receipt | undefined => {
  if (result === undefined) return undefined;
  const { receipt, path, execution } = result;
  const read = receiptAt(receipt, { transactionId, height, index });
  checkPlace(path, index, block);
  if (execution.height !== height)
    invalid(`the execution certificate is of height ${execution.height}, not ${height}`);
  if (rootOfPath(trust.suite, receipt, path) !== execution.receiptsRoot)
    invalid("the receipt does not lead to the receipts root");
  checkExecution(trust, execution);
  return read;
};

/** What a transaction's proof shows. Throws ProofRefusal. */
export const transactionFacts = (trust: Trust, proof: ReadTransactionProof): TransactionFacts => {
  const { height, index, path } = proof;
  const transaction = transactionOf(trust, proof.transaction);
  const block = provenBlock(trust, height, proof.chain);
  checkPlace(path, index, block);
  if (rootOfPath(trust.suite, proof.transaction, path) !== block.header.bodyRoot)
    invalid("the transaction does not lead to the body root");
  const receipt = receiptOf(trust, proof, block, transaction);
  const { timestampMs } = block.header;
  return {
    kind: "transaction",
    id: transaction.id,
    height,
    index,
    timestampMs,
    blockId: block.id,
    transaction,
    receipt,
  };
};
