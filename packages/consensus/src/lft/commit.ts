import type { Hash } from "@dure/types";
import type { Head } from "../engine.ts";
import { onCertifiedExecution } from "./attest.ts";
import { type Context, heldChainTo, parentOf } from "./context.ts";
import { learnCommit } from "./facts.ts";
import type { State } from "./state.ts";

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

/** Rule 8: commits the block of the greatest known proof with its ancestors, once the data of all is held. */
export const tryCommit = (context: Context): boolean => {
  const { state, effects } = context;
  learnChainCommits(context);
  const proof = state.pendingCommit;
  const chain = proof === undefined ? undefined : heldChainTo(state, proof.certificate.blockId);
  if (proof === undefined || chain === undefined) return false;
  const blocks = chain.map((entry) => entry.candidate).reverse();
  const { id, ...tip } = parentOf(state, chain);
  effects.push({ type: "commit", blocks, proof });
  for (const { header } of blocks)
    if (header.execution !== undefined) onCertifiedExecution(context, header.execution);
  moveHead(context, { ...tip, blockId: id, proof });
  return true;
};
