import { type Bytes, SIGNATURE_BYTES } from "@dure/crypto";
import {
  CERTIFICATE_KIND,
  type Decoded,
  decode,
  type Hash,
  type Reader,
  readHash,
  voteStatement,
  Writer,
  writeHash,
} from "@dure/types";
import type { ValidatorSet } from "../verify-certificate.ts";
import { PROPOSAL_KIND, proposeStatement } from "./propose-statement.ts";
import { timeoutStatement } from "./timeout-certificate.ts";

/** One thing that a validator signed, as far as it can contradict another. */
export type Claim =
  | {
      readonly type: "vote" | "commitVote" | "proposal" | "earlyProposal";
      readonly view: number;
      readonly blockId: Hash;
      readonly signature: Bytes;
    }
  | {
      readonly type: "timeout";
      readonly view: number;
      readonly highQcView: number;
      readonly signature: Bytes;
    };

/** Two claims of one validator that no honest one makes (rule 15): whoever holds it can show it to anybody. */
export type Evidence = {
  readonly epoch: number;
  readonly validator: number;
  readonly first: Claim;
  readonly second: Claim;
};

const CLAIM = { vote: 1, commitVote: 2, proposal: 3, earlyProposal: 4, timeout: 5 } as const;

const writeClaim = (writer: Writer, claim: Claim): Writer => {
  writer.u8(CLAIM[claim.type]).u64(claim.view);
  if (claim.type === "timeout") writer.u64(claim.highQcView);
  else writeHash(writer, claim.blockId);
  return writer.fixed(claim.signature, SIGNATURE_BYTES);
};

const readClaim = (reader: Reader): Claim => {
  const kind = reader.u8();
  const type = (Object.keys(CLAIM) as (keyof typeof CLAIM)[]).find((name) => CLAIM[name] === kind);
  if (type === undefined) return reader.fail(`no claim of kind ${kind}`);
  const view = reader.u64();
  return type === "timeout"
    ? { type, view, highQcView: reader.u64(), signature: reader.fixed(SIGNATURE_BYTES) }
    : { type, view, blockId: readHash(reader), signature: reader.fixed(SIGNATURE_BYTES) };
};

export const writeEvidence = (writer: Writer, { epoch, validator, first, second }: Evidence): Writer =>
  writeClaim(writeClaim(writer.u64(epoch).u16(validator), first), second);

export const readEvidence = (reader: Reader): Evidence => ({
  epoch: reader.u64(),
  validator: reader.u16(),
  first: readClaim(reader),
  second: readClaim(reader),
});

/** Canonical bytes of evidence. */
export const encodeEvidence = (evidence: Evidence): Bytes => writeEvidence(new Writer(), evidence).finish();

/** Reads evidence strictly; no signature is verified. */
export const decodeEvidence = (bytes: Bytes): Decoded<Evidence> => decode(bytes, readEvidence);

const statementOf = (set: ValidatorSet, claim: Claim): Bytes => {
  const { channelId, epoch } = set;
  switch (claim.type) {
    case "vote":
      return voteStatement(channelId, { ...claim, kind: CERTIFICATE_KIND.vote, epoch });
    case "commitVote":
      return voteStatement(channelId, { ...claim, kind: CERTIFICATE_KIND.commit, epoch });
    case "proposal":
      return proposeStatement(channelId, { ...claim, kind: PROPOSAL_KIND.normal, epoch });
    case "earlyProposal":
      return proposeStatement(channelId, { ...claim, kind: PROPOSAL_KIND.optimistic, epoch });
    case "timeout":
      return timeoutStatement(channelId, { ...claim, epoch });
  }
};

/** Whether one validator may not say both: two blocks in one view, or a TIMEOUT that hides a QC it commit-voted for. */
export const contradict = (first: Claim, second: Claim): boolean => {
  if (first.type === "timeout")
    return second.type === "commitVote" && first.highQcView < second.view && second.view <= first.view;
  return second.type === first.type && second.view === first.view && second.blockId !== first.blockId;
};

/** Whether evidence shows that the validator of this epoch is faulty. Costs at most two signatures. */
export const verifyEvidence = (set: ValidatorSet, { epoch, validator, first, second }: Evidence): boolean => {
  const publicKey = set.validators[validator]?.publicKey;
  if (epoch !== set.epoch || publicKey === undefined || !contradict(first, second)) return false;
  return [first, second].every((claim) =>
    set.suite.verify(publicKey, statementOf(set, claim), claim.signature),
  );
};
