import type { Bytes, CryptoSuite } from "@dure/crypto";
import {
  attestStatement,
  blockId,
  CERTIFICATE_KIND,
  type Certificate,
  type CommitProof,
  type DirectCommitProof,
  decodeHeader,
  type ExecutionCertificate,
  type Hash,
  type Header,
  type Signatures,
  voteStatement,
} from "@dure/types";
import type { EngineName, Validator } from "./engine.ts";
import { type Group, type Quorums, quorumsOf } from "./quorum.ts";

/** An epoch's validator set, as certificates are checked against it. */
export type ValidatorSet = {
  /** Whose messages the certificates are made of. */
  readonly engine: EngineName;
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  readonly epoch: number;
  /** The block that is certified by definition at view 0. */
  readonly baseId: Hash;
  readonly validators: readonly Validator[];
  readonly quorums: Quorums;
};

/** The validator set that a configuration describes. Throws RangeError on weights that are none. */
export const validatorSet = (config: {
  readonly engine: EngineName;
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  readonly epoch: number;
  readonly base: { readonly blockId: Hash };
  readonly validators: readonly Validator[];
  readonly groups?: readonly Group[] | undefined;
}): ValidatorSet => ({
  engine: config.engine,
  suite: config.suite,
  channelId: config.channelId,
  epoch: config.epoch,
  baseId: config.base.blockId,
  validators: config.validators,
  quorums: quorumsOf(config),
});

/**
 * Whether a quorum of the set signed. `statementOf` gives what the signer at a position signed. Length of the bitmap
 * and membership are checked before any signature; the decoder already refused indexes twice or out of range.
 */
export const verifySignatures = (
  set: ValidatorSet,
  { validatorCount, signers, signatures }: Signatures,
  statementOf: (position: number) => Bytes,
): boolean => {
  if (validatorCount !== set.validators.length || signatures.length !== signers.length) return false;
  if (!set.quorums.isQuorum(signers)) return false;
  return signers.every((signer, position) => {
    const validator = set.validators[signer];
    const signature = signatures[position];
    return (
      validator !== undefined &&
      signature !== undefined &&
      set.suite.verify(validator.publicKey, statementOf(position), signature)
    );
  });
};

const isBase = (set: ValidatorSet, certificate: Certificate): boolean =>
  certificate.view === 0 &&
  certificate.kind === CERTIFICATE_KIND.vote &&
  certificate.blockId === set.baseId &&
  certificate.signatures.validatorCount === 0;

/** Whether a QC or CC is a quorum's of this epoch, or the base block's by definition. */
export const verifyCertificate = (set: ValidatorSet, certificate: Certificate): boolean => {
  if (certificate.epoch !== set.epoch) return false;
  if (certificate.view === 0) return isBase(set, certificate);
  const signed = voteStatement(set.channelId, certificate);
  return verifySignatures(set, certificate.signatures, () => signed);
};

/** Whether a quorum attested this execution. */
export const verifyExecutionCertificate = (set: ValidatorSet, certificate: ExecutionCertificate): boolean => {
  if (certificate.epoch !== set.epoch) return false;
  const signed = attestStatement(set.channelId, certificate);
  return verifySignatures(set, certificate.signatures, () => signed);
};

const isNextView = (
  set: ValidatorSet,
  parent: Certificate,
  childBytes: Bytes,
  child: Certificate,
): boolean => {
  const header = decodeHeader(childBytes);
  return (
    header.ok &&
    child.blockId === blockId(set.suite, childBytes) &&
    header.value.channelId === set.channelId &&
    header.value.epoch === set.epoch &&
    header.value.parentId === parent.blockId &&
    header.value.view === child.view &&
    child.view === parent.view + 1
  );
};

/** An LFT block is certified in its own view alone; an IBFT block in the round of its making or a later one. */
const isViewOf = (set: ValidatorSet, header: Header, certificate: Certificate): boolean =>
  set.engine === "lft"
    ? certificate.view === header.view
    : certificate.view >= header.view && header.view > 0;

const verifyDirect = (set: ValidatorSet, id: Hash, header: Header, proof: DirectCommitProof): boolean => {
  const { certificate } = proof;
  if (certificate.blockId !== id || !isViewOf(set, header, certificate) || header.epoch !== set.epoch)
    return false;
  if (certificate.view === 0 || header.channelId !== set.channelId) return false;
  if (proof.kind === "commit") {
    return certificate.kind === CERTIFICATE_KIND.commit && verifyCertificate(set, certificate);
  }
  return (
    set.engine === "lft" &&
    certificate.kind === CERTIFICATE_KIND.vote &&
    proof.childCertificate.kind === CERTIFICATE_KIND.vote &&
    isNextView(set, certificate, proof.childHeader, proof.childCertificate) &&
    verifyCertificate(set, certificate) &&
    verifyCertificate(set, proof.childCertificate)
  );
};

/** The last of the headers with its id, if they lead down from the block and are such as may follow an epoch's end. */
const lastDescendant = (set: ValidatorSet, id: Hash, from: Header, headers: readonly Bytes[]) => {
  let last = { id, header: from };
  for (const bytes of headers) {
    const decoded = decodeHeader(bytes);
    if (!decoded.ok) return undefined;
    const header = decoded.value;
    const isLinked =
      header.parentId === last.id &&
      header.channelId === set.channelId &&
      header.epoch === set.epoch &&
      header.height === last.header.height + 1 &&
      header.view > last.header.view;
    if (!isLinked || header.transactionCount !== 0 || header.endsEpoch) return undefined;
    last = { id: blockId(set.suite, bytes), header };
  }
  return last;
};

/**
 * Whether a proof commits the block of this header: in LFT (lft.md rule 8) its CC, or its QC and the QC of a child of
 * the next view, or where it ends its epoch those of a descendant (rule 14); in IBFT (ibft.md rule 6) its CC alone. The
 * same function for live commits, sync, proofs of clients and audits.
 */
export const verifyCommitProof = (
  set: ValidatorSet,
  id: Hash,
  header: Header,
  proof: CommitProof,
): boolean => {
  if (proof.kind !== "descendant") return verifyDirect(set, id, header, proof);
  const mayDescend = header.endsEpoch && set.engine === "lft";
  const last = mayDescend ? lastDescendant(set, id, header, proof.headers) : undefined;
  return last !== undefined && verifyDirect(set, last.id, last.header, proof.proof);
};
