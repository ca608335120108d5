/**
 * The words of dure as data: ids, transactions, batches, blocks, receipts, votes and certificates, with their
 * canonical bytes (specs/encoding.md) and Merkle trees.
 *
 * Guarantees: one encoding per value; decoders are strict, bounded and never throw on any input; what was received is
 * kept as received.
 * Leaves to others: whether a signature's key may sign (membership), what a certificate must hold (consensus), what a
 * transaction does (score-host).
 */
export { fromBase64, toBase64 } from "./base64.ts";
export { type Batch, type BatchLimits, batchDigest, decodeBatch, encodeBatch } from "./batch.ts";
export { readBitmap, writeBitmap } from "./bitmap.ts";
export { type Block, type BlockLimits, decodeBlock, encodeBlock, encodeBlockParts } from "./block.ts";
export { type BatchReference, type Body, bodyRoot, decodeBody, encodeBody, transactionsOf } from "./body.ts";
export { compareBytes, concatBytes, equalBytes } from "./bytes.ts";
export {
  baseCertificate,
  CERTIFICATE_KIND,
  type Certificate,
  type CertificateKind,
  type CommitProof,
  DESCENDANTS_MAX,
  type DirectCommitProof,
  readCertificate,
  readCommitProof,
  voteStatement,
  writeCertificate,
  writeCommitProof,
} from "./certificate.ts";
export {
  attestStatement,
  type Execution,
  type ExecutionCertificate,
  readExecution,
  readExecutionCertificate,
  writeExecution,
  writeExecutionCertificate,
} from "./execution.ts";
export { type Hash, hashBytes, hashOf, parseHash, readHash, toHash, writeHash, ZERO_HASH } from "./hash.ts";
export { blockId, decodeHeader, encodeHeader, type Header } from "./header.ts";
export { fromHex, toHex } from "./hex.ts";
export { type MerklePath, merklePath, merkleRoot, rootOfPath } from "./merkle.ts";
export { callOf, callOfBody, type PayloadCall, payloadValue } from "./payload.ts";
export { type Decoded, decode, Reader } from "./reader.ts";
export {
  decodeReceipt,
  encodeReceipt,
  RECEIPT_CODE,
  RECEIPT_LIMITS,
  type Receipt,
  receiptTransactionId,
  type ScoreEvent,
} from "./receipt.ts";
export {
  collectSignatures,
  NO_SIGNATURES,
  readSignatures,
  type Signatures,
  VALIDATORS_MAX,
  writeSignatures,
} from "./signatures.ts";
export { TAG } from "./tags.ts";
export { decodeText, encodeText } from "./text.ts";
export {
  certificateId,
  decodeTransaction,
  encodeTransactionBody,
  signedTransaction,
  signTransaction,
  TRANSACTION_BYTES_MIN,
  type Transaction,
  type TransactionBody,
  verifyTransaction,
} from "./transaction.ts";
export { Writer } from "./writer.ts";
