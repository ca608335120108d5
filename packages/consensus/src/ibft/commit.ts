import { CERTIFICATE_KIND, type Certificate, voteStatement } from "@dure/types";
import type { Head } from "../engine.ts";
import { onCertifiedExecution } from "../lft/attest.ts";
import { countRoundChangeAgain } from "./change-round.ts";
import { type Context, heightOf } from "./context.ts";
import { learnProposalAgain } from "./propose.ts";
import { freshRecord, roundOf } from "./record.ts";
import { countVotesAgain } from "./vote.ts";

/** Whether a quorum of this epoch signed a commit certificate. */
export const verifiesCommit = ({ set, rules }: Context, certificate: Certificate): boolean => {
  if (certificate.kind !== CERTIFICATE_KIND.commit || certificate.epoch !== set.epoch) return false;
  const signed = voteStatement(set.channelId, certificate);
  return certificate.view > 0 && rules.verifies(set, certificate.signatures, () => signed);
};

/**
 * Begins the height above the head: where the record left it, if the record is of this height; as new, if it is of an
 * earlier one. A record of a later height has seen this one committed, but nothing is signed until the head is there.
 */
export const beginHeight = (context: Context, last?: Certificate): void => {
  const { state, config } = context;
  const height = heightOf(state);
  if (state.record.height < height)
    state.record = freshRecord(config.epoch, height, state.head.blockId, last);
  state.round = state.record.height === height ? roundOf(state.record) : 1;
  if (state.record.height === height + 1) state.pendingCommit = state.record.last;
  learnProposalAgain(context);
  countRoundChangeAgain(context);
  countVotesAgain(context);
};

/** Moves the committed head, by a commit of our own or by sync, and forgets what that decides. */
export const moveHead = (context: Context, head: Head, last?: Certificate): void => {
  const { state, effects } = context;
  if (last === undefined) state.headEntry = undefined;
  state.head = head;
  for (const [id, { candidate }] of state.blocks)
    if (candidate.header.height <= head.height) state.blocks.delete(id);
  for (const map of [
    state.proposals,
    state.refused,
    state.prepares,
    state.commits,
    state.certified,
    state.roundChanges,
  ])
    map.clear();
  state.pendingCommit = undefined;
  state.payloadRound = 0;
  state.openedRound = 1;
  state.proposeDueMs = 0;
  state.roundTimer.running = false;
  for (const name of ["view", "drift"] as const) effects.push({ type: "timer", name, afterMs: undefined });
  beginHeight(context, last);
};

/** Rule 6: commits the block of the commit certificate, once its data is held. */
export const tryCommit = (context: Context): boolean => {
  const { state, effects } = context;
  const certificate = state.pendingCommit;
  const entry = certificate === undefined ? undefined : state.blocks.get(certificate.blockId);
  if (certificate === undefined || entry === undefined || !entry.held) return false;
  const { header, id } = entry.candidate;
  if (header.height !== heightOf(state) || header.parentId !== state.head.blockId) {
    // Only validators beyond the fault model certify a block that does not follow the head.
    state.pendingCommit = undefined;
    return false;
  }
  const proof = { kind: "commit", certificate } as const;
  effects.push({ type: "commit", blocks: [entry.candidate], proof });
  if (header.execution !== undefined) onCertifiedExecution(context, header.execution);
  const executionHeight = header.execution?.height ?? state.head.executionHeight;
  const { height, view, timestampMs } = header;
  state.headEntry = entry;
  state.ended = header.endsEpoch;
  moveHead(context, { height, blockId: id, view, timestampMs, executionHeight, proof }, certificate);
  return true;
};
