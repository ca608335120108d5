import type { Bytes } from "@dure/crypto";
import type { Hash, Signatures } from "@dure/types";
import { type ValidatorSet, verifySignatures } from "../verify-certificate.ts";
import { type Prepared, prepareStatement } from "./prepared.ts";
import type { DurableRecord } from "./record.ts";
import { highestReported, type RoundChangeCertificate, roundChangeStatement } from "./round-change.ts";

/** A proposal as its justification is judged: where it stands, its block, and the round of the block's header. */
export type Claim = {
  readonly height: number;
  readonly round: number;
  readonly blockId: Hash;
  readonly headerRound: number;
};

/**
 * The rules that safety rests on, and nothing else. They see the durable record and what is signed, never the rest of
 * the state. A test or simulator breaks them one by one, and each broken rule must be found out.
 */
export type Rules = {
  /** Rule 4, less validity and durability: may this validator PREPARE in `round`? `blockId`: a block known by then. */
  readonly mayPrepare: (record: DurableRecord, height: number, round: number, blockId?: Hash) => boolean;
  /** Rule 5, less durability: may it COMMIT to the block that this certificate prepared? */
  readonly mayCommit: (record: DurableRecord, prepared: Prepared) => boolean;
  /** Rule 7: what its ROUND-CHANGE reports. */
  readonly reportOf: (record: DurableRecord) => Prepared | undefined;
  /** Rule 3: does this certificate of ROUND-CHANGEs justify the proposal? */
  readonly justifies: (
    set: ValidatorSet,
    claim: Claim,
    ground: RoundChangeCertificate | undefined,
    rules: Rules,
  ) => boolean;
  /** Whether a quorum of the set signed: of prepared, round-change and commit certificates alike. */
  readonly verifies: (
    set: ValidatorSet,
    signatures: Signatures,
    statementOf: (position: number) => Bytes,
  ) => boolean;
  /** Whether a quorum prepared what a prepared certificate says. */
  readonly verifiesPrepared: (set: ValidatorSet, prepared: Prepared, rules: Rules) => boolean;
  /** Whether the vote of a validator may still be counted beside those that were. */
  readonly mayCount: (counted: readonly number[], signer: number) => boolean;
  /** Whether counted votes make a quorum. */
  readonly isQuorum: (set: ValidatorSet, counted: readonly number[]) => boolean;
};

/** Rule 3, of a round above the first: the ROUND-CHANGEs are a quorum's, for this round, each for a round below it. */
const isQuorumsRoundChange = (
  set: ValidatorSet,
  claim: Claim,
  ground: RoundChangeCertificate,
  rules: Rules,
): boolean => {
  const { epoch, height, round, reports, signatures } = ground;
  if (epoch !== set.epoch || height !== claim.height || round !== claim.round) return false;
  if (reports.length !== signatures.signers.length || highestReported(reports) >= round) return false;
  if (reports.some((report) => report?.round === 0)) return false;
  return rules.verifies(set, signatures, (position) =>
    roundChangeStatement(set.channelId, { epoch, height, round, report: reports[position] }),
  );
};

/** Rule 3, of a block prepared before: the certificate is of the greatest reported round, and one of the reports names it. */
const isHighestPrepared = (
  set: ValidatorSet,
  { height, blockId, headerRound }: Claim,
  { reports, prepared }: RoundChangeCertificate,
  rules: Rules,
): boolean =>
  prepared !== undefined &&
  prepared.height === height &&
  prepared.blockId === blockId &&
  headerRound <= prepared.round &&
  prepared.round === highestReported(reports) &&
  reports.some((report) => report?.round === prepared.round && report.blockId === blockId) &&
  rules.verifiesPrepared(set, prepared, rules);

/** The rules of specs/ibft.md. */
export const RULES: Rules = {
  mayPrepare: (record, height, round) =>
    record.height === height && record.voted.round < round && record.changed <= round,
  mayCommit: (record, prepared) =>
    record.epoch === prepared.epoch &&
    record.height === prepared.height &&
    record.commitVoted.round < prepared.round &&
    record.changed <= prepared.round,
  reportOf: (record) => record.prepared,
  justifies: (set, claim, ground, rules) => {
    if (claim.round === 1) return ground === undefined && claim.headerRound === 1;
    if (ground === undefined || !isQuorumsRoundChange(set, claim, ground, rules)) return false;
    return highestReported(ground.reports) === 0
      ? ground.prepared === undefined && claim.headerRound === claim.round
      : isHighestPrepared(set, claim, ground, rules);
  },
  verifies: verifySignatures,
  verifiesPrepared: (set, prepared, rules) => {
    if (prepared.epoch !== set.epoch || prepared.round < 1) return false;
    const signed = prepareStatement(set.channelId, prepared);
    return rules.verifies(set, prepared.signatures, () => signed);
  },
  mayCount: (counted, signer) => !counted.includes(signer),
  isQuorum: (set, counted) => set.quorums.isQuorum(counted),
};
