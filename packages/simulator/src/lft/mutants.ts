import { decodeRecord, encodeRecord, RULES } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import { type Mutant, offByOne } from "../mutant.ts";

const withoutTc = (bytes: Bytes): Bytes => {
  const record = decodeRecord(bytes);
  return record.ok ? encodeRecord({ ...record.value, highTc: undefined }) : bytes;
};

/** The mutants of specs/lft.md. Each must be found out, for ever. */
export const LFT_MUTANTS = {
  /** Rule 8 without "consecutive views". */
  "consecutive-views": { lft: { ...RULES, commitsParent: () => true } },
  /** Rule 5 without the check that the parent's QC is as high as the TC's. */
  "tc-highest-qc": {
    lft: {
      ...RULES,
      mayVote: (record, header, parentQc, tc) =>
        RULES.mayVote(record, header, parentQc, tc && { ...tc, highQc: { ...tc.highQc, view: 0 } }),
    },
  },
  /** Rule 7 without `timedOut < v`. */
  "commit-vote-after-timeout": {
    lft: { ...RULES, mayCommitVote: (record, qc) => RULES.mayCommitVote({ ...record, timedOut: 0 }, qc) },
  },
  /** Rule 5 without `timedOut < view`. */
  "vote-after-timeout": {
    lft: {
      ...RULES,
      mayVote: (record, header, parentQc, tc) =>
        RULES.mayVote({ ...record, timedOut: 0 }, header, parentQc, tc),
    },
  },
  /** LFT2 as published: a block may replace the candidate if its parent's view is later, and any child commits. */
  lft2: {
    lft: {
      ...RULES,
      mayVote: (record, header, parentQc) =>
        record.voted.view < header.view && parentQc.view >= record.highQc.view,
      mayCommitVote: () => false,
      commitsParent: () => true,
    },
  },
  "quorum-off-by-one": { quorums: (sound) => offByOne(sound, 16) },
  "send-before-persist": { sendsFirst: true },
  "data-not-durable": { losesData: true },
  /** Rule 17: who holds the only certificate of an executed height forgets it, and attests above it only. */
  "execution-not-durable": { losesExecution: true },
  "high-tc-not-durable": { keptRecord: withoutTc },
  "epoch-on-descendant": { opensOnDescendants: true },
} as const satisfies Record<string, Mutant>;
