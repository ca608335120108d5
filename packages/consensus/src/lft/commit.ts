import { type CommitProof, DESCENDANTS_MAX, type DirectCommitProof, type Hash } from "@dure/types";
import type { Head } from "../engine.ts";
import { onCertifiedExecution } from "./attest.ts";
import { type Context, heldChainTo, parentOf } from "./context.ts";
import { learnCommit } from "./facts.ts";
import type { Entry, State } from "./state.ts";

/** Blocks that may still matter: above the head, and descending from it as far as their ancestors are known. */
const survivors = ({ head, blocks }: State): Set<Hash> => {
  const kept = new Set<Hash>([head.blockId]);
  const byHeight = [...blocks.values()].sort((a, b) => a.candidate.header.height - b.candidate.header.height);
  for (const { candidate } of byHeight) {
    const { parentId, height } = candidate.header;
    const isUnlinked = height > head.height + 1 && !blocks.has(parentId);
    if (height > head.height && (kept.has(parentId) || isUnlinked)) kept.add(candidate.id);
  }
  return kept;
};

/** Moves the committed head, by a commit of our own or by sync, and forgets what that decides. */
export const moveHead = ({ state }: Context, head: Head): void => {
  state.head = head;
  const kept = survivors(state);
  for (const id of state.blocks.keys()) if (!kept.has(id)) state.blocks.delete(id);
  for (const [id, qc] of state.certified) if (qc.view <= head.view) state.certified.delete(id);
  for (const votes of [state.votes, state.commitVotes]) {
    for (const view of votes.keys()) if (view <= head.view) votes.delete(view);
  }
  if ((state.pendingCommit?.certificate.view ?? 0) <= head.view) state.pendingCommit = undefined;
};

/** Rule 14: the epoch's last block is committed. This node signs nothing more in it, and waits for nothing. */
export const endEpoch = ({ state, effects }: Context): void => {
  state.ended = true;
  state.voting = false;
  state.viewTimer.running = false;
  for (const name of ["view", "resend", "drift", "group", "propose"] as const)
    effects.push({ type: "timer", name, afterMs: undefined });
};

/** The second way of rule 8: QCs of a block and of its child of the next view. */
const learnChainCommits = (context: Context): void => {
  const { state, rules } = context;
  for (const [childId, childQc] of state.certified) {
    const child = state.blocks.get(childId)?.candidate;
    const parentQc = child === undefined ? undefined : state.certified.get(child.header.parentId);
    if (child === undefined || parentQc === undefined || !rules.commitsParent(parentQc, childQc)) continue;
    const childHeader = child.headerBytes;
    learnCommit(context, { kind: "chain", certificate: parentQc, childHeader, childCertificate: childQc });
  }
};

/**
 * What a proof of the nearest block of a chain commits: all of it, or no more than the block that ends the epoch, whose
 * descendants carry votes only (rule 14). Undefined where the way to that block is longer than a proof may be.
 */
const committedBy = (
  chain: readonly Entry[],
  proof: DirectCommitProof,
): { readonly chain: readonly Entry[]; readonly proof: CommitProof } | undefined => {
  const end = chain.findIndex((entry) => entry.candidate.header.endsEpoch);
  if (end <= 0) return { chain, proof };
  if (end > DESCENDANTS_MAX) return undefined;
  const headers = chain.slice(0, end).map((entry) => entry.candidate.headerBytes);
  return { chain: chain.slice(end), proof: { kind: "descendant", headers: headers.reverse(), proof } };
};

/** Rule 8: commits the block of the greatest known proof with its ancestors, once the data of all is held. */
export const tryCommit = (context: Context): boolean => {
  const { state, effects } = context;
  learnChainCommits(context);
  const known = state.pendingCommit;
  const held = known === undefined ? undefined : heldChainTo(state, known.certificate.blockId);
  const committed = known === undefined || held === undefined ? undefined : committedBy(held, known);
  if (committed === undefined || committed.chain.length === 0 || state.ended) return false;
  const { chain, proof } = committed;
  const blocks = chain.map((entry) => entry.candidate).reverse();
  const { id, endsEpoch, ...tip } = parentOf(state, chain);
  effects.push({ type: "commit", blocks, proof });
  for (const { header } of blocks)
    if (header.execution !== undefined) onCertifiedExecution(context, header.execution);
  moveHead(context, { ...tip, blockId: id, proof });
  if (endsEpoch) endEpoch(context);
  return true;
};
