/**
 * Consensus as a value.
 *
 * Owns: the engine contract (`engine.ts`), quorums, leader policies, the verification of certificates, LFT (`lft/`,
 * after specs/lft.md) and IBFT (`ibft/`, after specs/ibft.md); the code cites their rules' numbers.
 * Guarantees: pure functions of state and input; the same code drives the node and the simulator; a remote message
 * never throws.
 * Leaves to others: clocks, sockets and disks (node), bodies and their validity (mempool, membership, ledger).
 */

export { createEngine, recordEpoch } from "./create-engine.ts";
export type {
  Candidate,
  Effect,
  Engine,
  EngineConfig,
  EngineName,
  EngineStatus,
  Head,
  Input,
  Target,
  TimerName,
  Validator,
  Wanted,
} from "./engine.ts";
export { createIbft } from "./ibft/ibft.ts";
export {
  decodeMessage as decodeIbftMessage,
  encodeMessage as encodeIbftMessage,
  type Message as IbftMessage,
} from "./ibft/message.ts";
export { type Prepared, prePrepareStatement, prepareStatement } from "./ibft/prepared.ts";
export { type DurableRecord as IbftRecord, decodeRecord as decodeIbftRecord } from "./ibft/record.ts";
export { type RoundChangeCertificate, roundChangeStatement } from "./ibft/round-change.ts";
export { RULES as IBFT_RULES, type Rules as IbftRules } from "./ibft/rules.ts";
export type { State as IbftState } from "./ibft/state.ts";
export {
  LEADER_POLICIES,
  type LeaderPolicy,
  type LeaderPolicyName,
  leaderPolicy,
  spinningLeader,
} from "./leader.ts";
export {
  type Claim,
  decodeEvidence,
  type Evidence,
  encodeEvidence,
  verifyEvidence,
} from "./lft/evidence.ts";
export { createLft } from "./lft/lft.ts";
export {
  decodeMessage,
  encodeMessage,
  type Message,
} from "./lft/message.ts";
export { PROPOSAL_KIND, proposeStatement } from "./lft/propose-statement.ts";
export { type DurableRecord, decodeRecord, encodeRecord } from "./lft/record.ts";
export { RULES, type Rules } from "./lft/rules.ts";
export type { State as LftState } from "./lft/state.ts";
export {
  type TimeoutCertificate,
  timeoutStatement,
  verifyTimeoutCertificate,
} from "./lft/timeout-certificate.ts";
export {
  type Group,
  type GroupQuorums,
  groupQuorums,
  type Quorums,
  quorumsOf,
  weightedQuorums,
} from "./quorum.ts";
export {
  type ValidatorSet,
  validatorSet,
  verifyCertificate,
  verifyCommitProof,
  verifyExecutionCertificate,
  verifySignatures,
} from "./verify-certificate.ts";
