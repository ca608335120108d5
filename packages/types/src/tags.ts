import { domainTag } from "@dure/crypto";

/** Every domain tag of the protocol (specs/encoding.md): one place, so that no two meanings share one. */
export const TAG = {
  genesis: domainTag("dure/genesis"),
  certificate: domainTag("dure/certificate"),
  transaction: domainTag("dure/transaction"),
  batch: domainTag("dure/batch"),
  block: domainTag("dure/block"),
  merkleLeaf: domainTag("dure/merkle/leaf"),
  merkleNode: domainTag("dure/merkle/node"),
  merkleRoot: domainTag("dure/merkle/root"),
  stateEntry: domainTag("dure/state/entry"),
  stateBucket: domainTag("dure/state/bucket"),
  stateNode: domainTag("dure/state/node"),
  stateRoot: domainTag("dure/state/root"),
  configuration: domainTag("dure/configuration"),
  suspension: domainTag("dure/suspension"),
  scorePackage: domainTag("dure/score-package"),
  attest: domainTag("dure/attest"),
  propose: domainTag("dure/lft/propose"),
  vote: domainTag("dure/lft/vote"),
  commit: domainTag("dure/lft/commit"),
  timeout: domainTag("dure/lft/timeout"),
  prePrepare: domainTag("dure/ibft/pre-prepare"),
  prepare: domainTag("dure/ibft/prepare"),
  roundChange: domainTag("dure/ibft/round-change"),
} as const;
