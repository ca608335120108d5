import { blockId, decodeHeader, type Hash, type Signatures } from "@dure/types";
import type { Wanted } from "../engine.ts";
import { onExecutionCertificate } from "../lft/attest.ts";
import { verifiesCommit } from "./commit.ts";
import { type Context, heightOf, refuse, send } from "./context.ts";
import type { Ballots, Committed, Status } from "./message.ts";
import type { State } from "./state.ts";

/** How many heights above the one being decided messages are kept for: others may be ahead by what is on its way. */
const LATER_HEIGHTS = 3;

/** What this node tells others of its head (rule 10). */
export const statusOf = ({ head, round, execution }: State): Status => ({
  type: "status",
  height: head.height,
  round,
  execution,
});

/** The head's certificate with its header, if this node formed or received it in this life. */
const committedOf = ({ head, headEntry }: State): Committed | undefined =>
  headEntry === undefined || head.proof?.kind !== "commit"
    ? undefined
    : {
        type: "committed",
        headerBytes: headEntry.candidate.headerBytes,
        certificate: head.proof.certificate,
      };

/** Gives a validator that still decides a committed height what ends it, at most once in each resend interval. */
export const help = (context: Context, peer: number | undefined, height: number): void => {
  const { state, nowMs, config } = context;
  if (peer === undefined || nowMs - (state.helpedMs.get(peer) ?? 0) < config.timing.resendMs) return;
  state.helpedMs.set(peer, nowMs);
  const committed = height === state.head.height ? committedOf(state) : undefined;
  send(context, peer, committed ?? statusOf(state));
};

/** A claimed height above ours is a reason to ask for blocks, and nothing more. */
const hint = ({ effects, state, from }: Context, height: number): void => {
  if (height > state.head.height) effects.push({ type: "sync", from, height });
};

/** A peer's head. */
export const onStatus = (context: Context, status: Status): void => {
  const { state, from } = context;
  if (status.execution !== undefined) onExecutionCertificate(context, status.execution);
  hint(context, status.height);
  if (status.height < state.head.height) help(context, from, status.height + 1);
};

/** The commit certificate of a height: learned, if it is the one being decided. */
export const onCommitted = (context: Context, { headerBytes, certificate }: Committed): void => {
  const { config, state, from } = context;
  const decoded = decodeHeader(headerBytes);
  if (!decoded.ok) return refuse(context, `a committed header: ${decoded.message}`);
  const { height, view, epoch, channelId } = decoded.value;
  if (height > heightOf(state)) return hint({ ...context, from }, height);
  if (height <= state.head.height || state.pendingCommit !== undefined) return;
  const isOf = certificate.blockId === blockId(config.suite, headerBytes) && certificate.view >= view;
  if (
    !isOf ||
    epoch !== config.epoch ||
    channelId !== config.channelId ||
    !verifiesCommit(context, certificate)
  )
    return refuse(context, "a commit certificate does not verify");
  state.pendingCommit = certificate;
};

/**
 * Keeps a message for a height that is still to come, as its sender's newest of its type: others may be ahead of this
 * node by the commits that are on their way to it. True if it was one.
 */
export const keptForLater = (context: Context, message: Ballots, height: number): boolean => {
  const { state, from } = context;
  if (height <= heightOf(state)) return false;
  if (height > heightOf(state) + LATER_HEIGHTS) hint(context, height - 1);
  else if (from !== undefined) {
    const kept = state.later.get(from) ?? new Map();
    kept.set(`${height} ${message.type}`, message);
    state.later.set(from, kept);
  }
  return true;
};

/** The messages kept for the height being decided, with their senders; they and older ones are forgotten. */
export const takeKept = (state: State): readonly { readonly from: number; readonly message: Ballots }[] => {
  const taken: { from: number; message: Ballots }[] = [];
  for (const [from, kept] of state.later) {
    for (const [key, message] of kept) {
      const height = Number(key.slice(0, key.indexOf(" ")));
      if (height > heightOf(state)) continue;
      kept.delete(key);
      if (height === heightOf(state)) taken.push({ from, message });
    }
  }
  return taken;
};

/** Certified blocks whose data is not held: a certificate's signers hold it, and are asked until it is here. */
export const wantedOf = (state: State): readonly Wanted[] => {
  const { pendingCommit, certified, proposals, round, roundChanges } = state;
  const certificates: ({ readonly blockId: Hash; readonly signatures: Signatures } | undefined)[] = [
    pendingCommit,
    certified.get(round),
    proposals.get(round)?.ground?.prepared,
    ...[...roundChanges.values()].map(({ prepared }) => prepared),
  ];
  const wanted = new Map<Hash, Wanted>();
  for (const certificate of certificates) {
    if (certificate === undefined || state.blocks.get(certificate.blockId)?.held === true) continue;
    const { blockId, signatures } = certificate;
    if (!wanted.has(blockId)) wanted.set(blockId, { blockId, sources: signatures.signers });
  }
  return [...wanted.values()];
};
