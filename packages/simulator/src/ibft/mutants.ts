import { IBFT_RULES as RULES, type ValidatorSet } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { Signatures } from "@dure/types";
import { type Mutant, offByOne } from "../mutant.ts";

const MANY = 16;

/** Whether the signatures hold that the bitmap names, whatever makes a quorum of them. */
const areSigned = (
  set: ValidatorSet,
  { signers, signatures }: Signatures,
  of: (at: number) => Bytes,
): boolean =>
  signers.every((signer, at) => {
    const validator = set.validators[signer];
    const signature = signatures[at];
    return (
      validator !== undefined &&
      signature !== undefined &&
      set.suite.verify(validator.publicKey, of(at), signature)
    );
  });

type IbftMutantName =
  | "ibft-hidden-prepared"
  | "ibft-locked"
  | "ibft-ignored-reports"
  | "ibft-forged-prepared"
  | "ibft-quorum-off-by-one"
  | "ibft-votes-counted-twice"
  | "ibft-bitmap-length"
  | "ibft-send-before-persist";

/** The mutants of specs/ibft.md. Each must be found out, for ever. */
export const IBFT_MUTANTS: Readonly<Record<IbftMutantName, Mutant>> = {
  /** Rule 7 without what was prepared: the round change of a protocol without locks, and without certificates. */
  "ibft-hidden-prepared": { engine: "ibft", ibft: { ...RULES, reportOf: () => undefined } },
  /** IBFT 1.0: who prepared a block is locked on it, and shows nobody the certificate. It stops for ever. */
  "ibft-locked": {
    engine: "ibft",
    ibft: {
      ...RULES,
      reportOf: () => undefined,
      mayPrepare: (record, height, round, blockId) =>
        RULES.mayPrepare(record, height, round) &&
        (blockId === undefined || record.prepared === undefined || record.prepared.blockId === blockId),
    },
  },
  /** Rule 3 without a look at the reports: a new block on the ground of ROUND-CHANGEs that report a prepared one. */
  "ibft-ignored-reports": {
    engine: "ibft",
    ibft: {
      ...RULES,
      justifies: (set, claim, ground, rules) =>
        RULES.justifies(set, claim, ground, rules) ||
        (ground !== undefined && ground.round === claim.round && claim.headerRound === claim.round),
    },
  },
  "ibft-forged-prepared": { engine: "ibft", ibft: { ...RULES, verifiesPrepared: () => true } },
  "ibft-quorum-off-by-one": {
    engine: "ibft",
    ibft: {
      ...RULES,
      isQuorum: (set, counted) => offByOne(set.quorums, MANY).isQuorum(counted),
      verifies: (set, signatures, of) =>
        offByOne(set.quorums, MANY).isQuorum(signatures.signers) && areSigned(set, signatures, of),
    },
  },
  "ibft-votes-counted-twice": {
    engine: "ibft",
    ibft: {
      ...RULES,
      mayCount: () => true,
      isQuorum: (set, counted) => counted.length >= Math.floor((2 * set.validators.length) / 3) + 1,
      verifies: areSigned,
    },
  },
  /** A quorum of as many validators as the bitmap says there are. */
  "ibft-bitmap-length": {
    engine: "ibft",
    ibft: {
      ...RULES,
      verifies: (set, signatures, of) =>
        3 * signatures.signers.length > 2 * signatures.validatorCount && areSigned(set, signatures, of),
    },
  },
  "ibft-send-before-persist": { engine: "ibft", sendsFirst: true },
};
