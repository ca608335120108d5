import { CERTIFICATE_KIND, type Certificate, type DirectCommitProof } from "@dure/types";
import { verifyCertificate } from "../verify-certificate.ts";
import { type Context, refuse } from "./context.ts";
import { type TimeoutCertificate, verifyTimeoutCertificate } from "./timeout-certificate.ts";
import { raiseQc, raiseTc } from "./voter.ts";

/**
 * What a node learns, once verified. Facts only change the state; what follows from them is decided by the rules in
 * `settle`, which look at the state alone.
 */

/** A verified QC: the lock (rule 6), and what certifies an uncommitted block. */
export const learnQc = (context: Context, qc: Certificate): void => {
  const { state } = context;
  if (qc.view > state.head.view && !state.certified.has(qc.blockId)) state.certified.set(qc.blockId, qc);
  raiseQc(context, qc);
};

/** A verified TC. */
export const learnTc = (context: Context, tc: TimeoutCertificate): void => {
  learnQc(context, tc.highQc);
  raiseTc(context, tc);
};

/** A proof that commits a block: the greatest one is kept until its blocks are held. */
export const learnCommit = ({ state }: Context, proof: DirectCommitProof): void => {
  const known = Math.max(state.head.view, state.pendingCommit?.certificate.view ?? 0);
  if (proof.certificate.view > known) state.pendingCommit = proof;
};

const isKnownQc = ({ state }: Context, { epoch, view, blockId }: Certificate): boolean =>
  epoch === state.record.epoch &&
  [state.record.highQc, state.certified.get(blockId)].some(
    (qc) => qc?.view === view && qc.blockId === blockId,
  );

/** Checks a QC or CC from outside and learns it. False, and refused, if it does not verify. */
export const acceptCertificate = (context: Context, certificate: Certificate): boolean => {
  const isQc = certificate.kind === CERTIFICATE_KIND.vote;
  if (isQc && isKnownQc(context, certificate)) return true;
  if (!verifyCertificate(context.set, certificate)) {
    refuse(context, "a certificate does not verify");
    return false;
  }
  if (isQc) learnQc(context, certificate);
  else learnCommit(context, { kind: "commit", certificate });
  return true;
};

/** Checks a TC from outside and learns it. False, and refused, if it does not verify. */
export const acceptTimeoutCertificate = (context: Context, tc: TimeoutCertificate): boolean => {
  const { highTc } = context.state.record;
  if (
    tc.epoch === context.config.epoch &&
    highTc?.view === tc.view &&
    highTc.highQc.view === tc.highQc.view
  ) {
    return acceptCertificate(context, tc.highQc);
  }
  if (!verifyTimeoutCertificate(context.set, tc)) {
    refuse(context, "a timeout certificate does not verify");
    return false;
  }
  learnTc(context, tc);
  return true;
};
