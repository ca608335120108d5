/**
 * Proofs: what someone can know who trusts a channel's genesis and no peer (specs/proofs.md).
 *
 * Owns: the JSON of proofs of transactions, blocks and state keys; making that JSON from the ledger's parts; verifying
 * it.
 * Guarantees: pure, for browsers as for nodes; whatever value is given is answered, never thrown at, with work bounded
 * by its size; a fact is given only if a quorum of the genesis' validators signed for it.
 * Leaves to others: where the genesis comes from (the caller), the parts of proofs (the ledger), waiting for
 * certificates (node), and who a sender is (the holder of its certificate).
 */
export type {
  BlockProofDocument,
  EndDocument,
  PathDocument,
  ProofDocument,
  StateProofDocument,
  TransactionProofDocument,
} from "./proof/document.ts";
export {
  type BlockData,
  type EpochEnd,
  encodeBlockDocument,
  encodeStateDocument,
  encodeTransactionDocument,
  type HeaderChain,
  type ProofContext,
  type ResultParts,
  type TransactionParts,
} from "./proof/encode.ts";
export type {
  BlockFacts,
  ProofFacts,
  ProofRefusalCode,
  ProofVerdict,
  StateFacts,
  TransactionFacts,
} from "./proof/facts.ts";
export { proposerOf, type Trust, type TrustResult, trustOf } from "./proof/trust.ts";
export { verifyProof, verifyProofText } from "./proof/verify.ts";
export type { Version } from "./state/entry.ts";
export type { Held } from "./state/held.ts";
export {
  decodeStateProof,
  type StateProof,
  type StateVerdict,
  verifyStateProof,
} from "./state/proof.ts";
