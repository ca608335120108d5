import { type Bytes, statement } from "@dure/crypto";
import {
  CERTIFICATE_KIND,
  type Certificate,
  type Hash,
  type Reader,
  readCertificate,
  readSignatures,
  type Signatures,
  TAG,
  Writer,
  writeCertificate,
  writeHash,
  writeSignatures,
} from "@dure/types";
import { type ValidatorSet, verifyCertificate, verifySignatures } from "../verify-certificate.ts";

/** TC(v): timeouts of a quorum for one view, what each reported, and a QC of the greatest reported view. */
export type TimeoutCertificate = {
  readonly epoch: number;
  readonly view: number;
  readonly signatures: Signatures;
  /** The view of the highest QC that each signer reported, in the order of the signers. */
  readonly reported: readonly number[];
  readonly highQc: Certificate;
};

/** `TIMEOUT(channel, epoch, view, highQC.view)`: what a validator signs when it gives a view up. */
export const timeoutStatement = (
  channelId: Hash,
  timeout: { readonly epoch: number; readonly view: number; readonly highQcView: number },
): Bytes =>
  statement(
    TAG.timeout,
    writeHash(new Writer(), channelId).u64(timeout.epoch).u64(timeout.view).u64(timeout.highQcView).finish(),
  );

export const writeTimeoutCertificate = (writer: Writer, tc: TimeoutCertificate): Writer => {
  writeSignatures(writer.u64(tc.epoch).u64(tc.view), tc.signatures);
  for (const view of tc.reported) writer.u64(view);
  return writeCertificate(writer, tc.highQc);
};

export const readTimeoutCertificate = (reader: Reader): TimeoutCertificate => {
  const epoch = reader.u64();
  const view = reader.u64();
  const signatures = readSignatures(reader);
  const reported = signatures.signers.map(() => reader.u64());
  return { epoch, view, signatures, reported, highQc: readCertificate(reader) };
};

/** Whether a quorum timed the view out and the QC it carries is valid and of the greatest reported view. */
export const verifyTimeoutCertificate = (set: ValidatorSet, tc: TimeoutCertificate): boolean => {
  if (tc.epoch !== set.epoch || tc.reported.length !== tc.signatures.signers.length) return false;
  if (tc.highQc.kind !== CERTIFICATE_KIND.vote || tc.highQc.view > tc.view) return false;
  if (Math.max(...tc.reported) !== tc.highQc.view) return false;
  const statementOf = (position: number): Bytes =>
    timeoutStatement(set.channelId, { ...tc, highQcView: tc.reported[position] as number });
  return verifySignatures(set, tc.signatures, statementOf) && verifyCertificate(set, tc.highQc);
};
