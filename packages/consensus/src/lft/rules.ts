import { CERTIFICATE_KIND, type Certificate, type Header } from "@dure/types";
import type { DurableRecord } from "./record.ts";
import type { TimeoutCertificate } from "./timeout-certificate.ts";

/**
 * The rules that safety rests on, and nothing else: when a validator may vote, commit-vote and time out, and when a
 * certified child commits its parent. They see the durable record alone. The simulator breaks them one by one, and
 * each broken rule must be found out.
 */
export type Rules = {
  /** Rule 5, less validity and durability: may this validator vote for a block in its view? */
  readonly mayVote: (
    record: DurableRecord,
    header: Header,
    parentQc: Certificate,
    previousTc: TimeoutCertificate | undefined,
  ) => boolean;
  /** Rule 7, less durability: may it commit-vote for the block of this QC? */
  readonly mayCommitVote: (record: DurableRecord, qc: Certificate) => boolean;
  /** Rule 9: what `timedOut` becomes when it times `view` out. */
  readonly timedOutAfter: (record: DurableRecord, view: number) => number;
  /** Rule 6: whether this QC replaces the highest one. By view, never by height. */
  readonly isHigher: (qc: Certificate, highQc: Certificate) => boolean;
  /** Rule 8, second way: do these two QCs, of a block and of its child, commit the block? */
  readonly commitsParent: (parentQc: Certificate, childQc: Certificate) => boolean;
};

const extendsPreviousView = (header: Header, parentQc: Certificate): boolean =>
  parentQc.view === header.view - 1;

const extendsHighest = (header: Header, parentQc: Certificate, tc: TimeoutCertificate | undefined): boolean =>
  tc !== undefined && tc.view === header.view - 1 && parentQc.view >= tc.highQc.view;

/** The rules of specs/lft.md. */
export const RULES: Rules = {
  mayVote: (record, header, parentQc, previousTc) =>
    header.epoch === record.epoch &&
    record.voted.view < header.view &&
    record.timedOut < header.view &&
    parentQc.kind === CERTIFICATE_KIND.vote &&
    parentQc.blockId === header.parentId &&
    parentQc.view < header.view &&
    (extendsPreviousView(header, parentQc) || extendsHighest(header, parentQc, previousTc)),
  mayCommitVote: (record, qc) =>
    qc.epoch === record.epoch &&
    qc.view > 0 &&
    record.timedOut < qc.view &&
    record.commitVoted.view < qc.view,
  timedOutAfter: (record, view) => Math.max(record.timedOut, view),
  isHigher: (qc, highQc) => qc.view > highQc.view,
  commitsParent: (parentQc, childQc) => childQc.view === parentQc.view + 1,
};
