import type { Candidate, Head } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { CommitProof, ExecutionCertificate, Hash } from "@dure/types";

/** A block of the log. The proof stands on the last block of each commit. */
export type Committed = {
  readonly candidate: Candidate;
  readonly proof: CommitProof | undefined;
  /** Greatest height whose execution certificate this block or an ancestor carries. */
  readonly executionHeight: number;
};

/** All of a node that outlives a crash: the journal (record and candidates), the log, and derived state to a height. */
export type Disk = {
  record: Bytes | undefined;
  readonly candidates: Map<Hash, Candidate>;
  /** Height h stands at index h - 1. */
  readonly log: Committed[];
  executedHeight: number;
  /** The newest execution certificate. */
  execution: ExecutionCertificate | undefined;
};

/** An empty disk with a new validator's record. */
export const createDisk = (record: Bytes): Disk => ({
  record,
  candidates: new Map(),
  log: [],
  executedHeight: 0,
  execution: undefined,
});

/** The committed tip of a log over the epoch's base. */
export const headOf = (
  { log }: Disk,
  base: { readonly blockId: Hash; readonly height: number; readonly timestampMs: number },
): Head => {
  const tip = log.at(-1);
  if (tip === undefined || log.length <= base.height)
    return { ...base, view: 0, executionHeight: tip?.executionHeight ?? 0, proof: undefined };
  const { height, view, timestampMs } = tip.candidate.header;
  const { proof, executionHeight } = tip;
  return { height, blockId: tip.candidate.id, view, timestampMs, executionHeight, proof };
};

/** Keeps the newest execution certificate. */
export const keepExecution = (disk: Disk, certificate: ExecutionCertificate | undefined): void => {
  if ((certificate?.height ?? 0) > (disk.execution?.height ?? 0)) disk.execution = certificate;
};

/** Appends blocks above the log's end, parents first; those at or below it are passed over. Returns what was new. */
export const appendToLog = (
  disk: Disk,
  blocks: readonly Candidate[],
  proofs: readonly (CommitProof | undefined)[],
): readonly Committed[] => {
  const appended: Committed[] = [];
  blocks.forEach((candidate, at) => {
    if (candidate.header.height !== disk.log.length + 1) return;
    const before = disk.log.at(-1)?.executionHeight ?? 0;
    const executionHeight = candidate.header.execution?.height ?? before;
    const committed = { candidate, proof: proofs[at], executionHeight };
    disk.log.push(committed);
    keepExecution(disk, candidate.header.execution);
    appended.push(committed);
  });
  return appended;
};

/** Forgets candidates that a commit decided. */
export const releaseCandidates = ({ candidates, log }: Disk): void => {
  for (const [id, { header }] of candidates) if (header.height <= log.length) candidates.delete(id);
};
