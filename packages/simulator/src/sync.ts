import { type Head, type ValidatorSet, verifyCommitProof } from "@dure/consensus";
import type { CryptoSuite } from "@dure/crypto";
import { blockId } from "@dure/types";
import { rootOfBody } from "./body.ts";
import type { Committed } from "./disk.ts";

/** Blocks in one answer at most. */
const SYNC_MAX = 16;

/** The blocks that answer a request: a bounded part of the log, up to its last proof. */
export const serveBlocks = (log: readonly Committed[], fromHeight: number): readonly Committed[] => {
  let end = Math.min(log.length, fromHeight - 1 + SYNC_MAX);
  while (end < log.length && log[end - 1]?.proof === undefined) end += 1;
  return log.slice(fromHeight - 1, end);
};

/**
 * Those blocks of an answer that are above the head; undefined unless every one links to its parent, holds the body
 * that its header names, and stands under a proof of the validators (rule 10).
 */
export const checkBlocks = (
  suite: CryptoSuite,
  set: ValidatorSet,
  head: Head,
  blocks: readonly Committed[],
): readonly Committed[] | undefined => {
  const above = blocks.filter(({ candidate }) => candidate.header.height > head.height);
  const end = above.findIndex(({ candidate }) => candidate.header.endsEpoch);
  const fresh = end < 0 ? above : above.slice(0, end + 1);
  let { height, blockId: id } = head;
  for (const { candidate, proof } of fresh) {
    const { header, headerBytes, bodyBytes } = candidate;
    if (header.height !== height + 1 || header.parentId !== id || header.epoch !== set.epoch)
      return undefined;
    if (blockId(suite, headerBytes) !== candidate.id || rootOfBody(suite, bodyBytes) !== header.bodyRoot)
      return undefined;
    if (proof !== undefined && !verifyCommitProof(set, candidate.id, header, proof)) return undefined;
    height += 1;
    id = candidate.id;
  }
  return fresh.at(-1)?.proof === undefined ? undefined : fresh;
};
