import type { Certificate, Hash } from "@dure/types";
import type { Wanted } from "../engine.ts";
import { onExecutionCertificate } from "./attest.ts";
import { type Context, send } from "./context.ts";
import { acceptCertificate, acceptTimeoutCertificate } from "./facts.ts";
import type { Status, Timeout } from "./message.ts";
import type { State } from "./state.ts";

/** What this node tells others of its head (rule 10). */
export const statusOf = ({ head, record, execution }: State): Status => {
  const { highQc, highTc } = record;
  const isTcNews = highTc !== undefined && highTc.view > highQc.view;
  return { type: "status", height: head.height, highQc, highTc: isTcNews ? highTc : undefined, execution };
};

/** Tells a validator that shows an older view what opened ours; once a view and validator, the rest by intervals. */
const help = (context: Context, peer: number): void => {
  const { state } = context;
  if ((state.helped.get(peer) ?? 0) >= state.view) return;
  state.helped.set(peer, state.view);
  send(context, peer, statusOf(state));
};

/** A message of an older epoch: its sender is told our head, and fetches its epoch's end from us (rule 14). */
export const answerOldEpoch = (context: Context): void => {
  if (context.from !== undefined) help(context, context.from);
};

/** A peer's head. Its height is a hint; its certificates are checked. */
export const onStatus = (context: Context, status: Status): void => {
  const { state, effects, from, config } = context;
  const { epoch } = status.highQc;
  if (epoch !== config.epoch) {
    // What certifies another epoch says nothing here. Who is behind is told our head, which leads it to its end.
    if (epoch > config.epoch && status.height > state.head.height)
      effects.push({ type: "sync", from, height: status.height });
    if (epoch < config.epoch) answerOldEpoch(context);
    return;
  }
  if (!acceptCertificate(context, status.highQc)) return;
  if (status.highTc !== undefined && !acceptTimeoutCertificate(context, status.highTc)) return;
  if (status.execution !== undefined) onExecutionCertificate(context, status.execution);
  if (status.height > state.head.height) effects.push({ type: "sync", from, height: status.height });
  const view = Math.max(status.highQc.view, status.highTc?.view ?? 0) + 1;
  if (from !== undefined) {
    state.shown.set(from, Math.max(state.shown.get(from) ?? 0, view));
    if (view < Math.max(state.view, state.record.highQc.view + 1) || status.height < state.head.height)
      help(context, from);
  }
};

/** Helps the signer of a timeout that waits for what this node already has: a later view, or the commit itself. */
export const helpTimedOut = (context: Context, { view, highQc, signer }: Timeout): void => {
  const { state } = context;
  if (view < state.view || highQc.view <= state.head.view) help(context, signer);
};

/** The first block of this one's chain whose data is missing, nearest first. */
const firstMissing = (state: State, id: Hash): Hash | undefined => {
  for (let at = id; at !== state.head.blockId; ) {
    const entry = state.blocks.get(at);
    if (entry === undefined || !entry.held) return at;
    if (entry.candidate.header.height <= state.head.height + 1) return undefined;
    at = entry.candidate.header.parentId;
  }
  return undefined;
};

/** Certified blocks whose data is not held: a certificate's signers hold it, and are asked until it is here. */
export const wantedOf = (state: State): readonly Wanted[] => {
  const wanted = new Map<Hash, Wanted>();
  const certificates: (Certificate | undefined)[] = [state.pendingCommit?.certificate, state.record.highQc];
  for (const certificate of [...certificates, ...state.certified.values()]) {
    if (certificate === undefined || certificate.view <= state.head.view) continue;
    const blockId = firstMissing(state, certificate.blockId);
    if (blockId !== undefined && !wanted.has(blockId)) {
      wanted.set(blockId, { blockId, sources: certificate.signatures.signers });
    }
  }
  return [...wanted.values()];
};
