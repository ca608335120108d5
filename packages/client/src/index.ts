/**
 * What an application uses, on Node and in browsers: sign, submit, wait for finality, follow the chain, verify proofs.
 *
 * Guarantees: keys never leave the caller; a transaction's bytes are made here and only carried by peers; what the verbs
 * that take a client give was verified from the caller's own genesis document, but for what says that it is not (`query`,
 * `getStatus`, `getConsensus`, `follow` with `verify: false`); every error is a ClientError with a stable code.
 * Leaves to others: where keys and the genesis document come from (the caller), whether a transaction is allowed (the
 * channel).
 */
export type { AskOptions } from "./any-peer.ts";
export { call } from "./call.ts";
export type { Client, Peer } from "./client.ts";
export { type ConnectOptions, connect } from "./connect.ts";
export { ClientError } from "./error.ts";
export type {
  BlockEvent,
  ConsensusEvent,
  EventType,
  ExecutedEvent,
  FollowEvent,
  FollowOptions,
  ScoreEvent,
  TransactionEvent,
} from "./follow/event.ts";
export { follow } from "./follow.ts";
export { type BlockAnswer, type BlockSummary, getBlock } from "./get-block.ts";
export { getConsensus } from "./get-consensus.ts";
export { getState, type StateAnswer } from "./get-state.ts";
export { getStatus } from "./get-status.ts";
export { getTransaction, type TransactionAnswer } from "./get-transaction.ts";
export { type BlockPage, type ListOptions, listBlocks } from "./list-blocks.ts";
export { type Call, type MakeOptions, makeCall, makeTransaction, type Signer } from "./make-transaction.ts";
export { type QueryAnswer, type QueryOptions, query } from "./query.ts";
export { readIdentity } from "./read-identity.ts";
export type { ReceiptAnswer } from "./receipt.ts";
export { type Answer, type PeerOptions, request } from "./request.ts";
export { type SignOptions, sign } from "./sign.ts";
export { type SubmittedOne, submit, submitMany } from "./submit.ts";
export { type SubmitOptions, type Submitted, submitManyTo, submitTo, type Until } from "./submit-to.ts";
export { verifyProof } from "./verify-proof.ts";
export { type WaitOptions, wait } from "./wait.ts";
