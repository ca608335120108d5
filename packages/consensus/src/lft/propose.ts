import {
  blockId,
  CERTIFICATE_KIND,
  type Certificate,
  decodeHeader,
  encodeHeader,
  type Hash,
  type Header,
} from "@dure/types";
import type { Candidate, Input } from "../engine.ts";
import {
  type Context,
  entryOf,
  heldChainTo,
  type Parent,
  parentOf,
  persist,
  refuse,
  viewWindow,
} from "./context.ts";
import { acceptCertificate, acceptTimeoutCertificate } from "./facts.ts";
import { encodeMessage, PROPOSAL_KIND, type Proposal, proposeStatement } from "./message.ts";
import { hasWork, isLagging, viewTimerMs } from "./pacemaker.ts";
import type { Entry } from "./state.ts";
import { isTimedOut } from "./timeout.ts";
import type { TimeoutCertificate } from "./timeout-certificate.ts";
import { castVote } from "./vote.ts";

/** What a proposal of the current view builds on (rule 3): QC(view − 1), or TC(view − 1) with its QC. */
type Ground = { readonly qc: Certificate; readonly tc: TimeoutCertificate | undefined };

const groundOf = ({ state }: Context): Ground | undefined => {
  const { highQc, highTc } = state.record;
  if (highQc.view === state.view - 1) return { qc: highQc, tc: undefined };
  if (highTc !== undefined && highTc.view === state.view - 1) return { qc: highTc.highQc, tc: highTc };
  return undefined;
};

/** Milliseconds until an empty block may be proposed; undefined: none is called for. */
const emptyDelayMs = (context: Context, ground: Ground): number | undefined => {
  const { state, nowMs } = context;
  if (state.record.highQc.view <= state.head.view) return undefined;
  if (ground.tc !== undefined) return 0;
  return state.viewTimer.running
    ? Math.max(0, state.viewTimer.startedMs + viewTimerMs(context) / 2 - nowMs)
    : undefined;
};

/** Milliseconds until a block may be proposed at all: the block interval since the parent. */
const intervalMs = ({ config, nowMs }: Context, parent: Parent): number => {
  const { blockIntervalMs } = config.timing;
  return Math.min(blockIntervalMs, parent.timestampMs + blockIntervalMs - nowMs);
};

const isLeading = (context: Context): boolean => {
  const { state, config, leaders } = context;
  if (!state.voting || leaders.leaderOf(state.view) !== config.self?.index) return false;
  return state.record.proposed < state.view && !isTimedOut(context);
};

/** Rule 3: as leader of the view, asks the shell for a body when it is time to propose. */
export const tryPropose = (context: Context): boolean => {
  const { state, effects, nowMs } = context;
  const ground = isLeading(context) && state.payloadView < state.view ? groundOf(context) : undefined;
  const chain = ground === undefined ? undefined : heldChainTo(state, ground.qc.blockId);
  if (ground === undefined || chain === undefined) return false;
  const workMs = hasWork(context) ? 0 : emptyDelayMs(context, ground);
  if (workMs === undefined) return false;
  const parent = parentOf(state, chain);
  const waitMs = Math.max(workMs, intervalMs(context, parent));
  if (waitMs > 0) {
    const dueMs = nowMs + Math.ceil(waitMs);
    // Each message settles the state anew: the timer is set again only when it is due at another time.
    if (dueMs !== state.proposeDueMs)
      effects.push({ type: "timer", name: "propose", afterMs: Math.ceil(waitMs) });
    state.proposeDueMs = dueMs;
    return false;
  }
  state.payloadView = state.view;
  const timestampMs = Math.max(nowMs, parent.timestampMs + 1);
  effects.push({
    type: "payload",
    view: state.view,
    parentId: parent.id,
    timestampMs,
    empty: isLagging(context),
  });
  return false;
};

const headerOf = (context: Context, parent: Parent, body: Extract<Input, { type: "payload" }>): Header => {
  const { state, config } = context;
  const { execution } = state;
  const isNews =
    execution !== undefined && execution.height > parent.executionHeight && execution.height <= parent.height;
  return {
    channelId: config.channelId,
    epoch: config.epoch,
    height: parent.height + 1,
    view: state.view,
    parentId: parent.id,
    timestampMs: body.timestampMs,
    proposer: config.self?.index ?? 0,
    bodyRoot: body.bodyRoot,
    transactionCount: body.transactionCount,
    execution: isNews ? execution : undefined,
  };
};

const signPropose = (context: Context, id: Hash): Proposal["signature"] => {
  const { config, state } = context;
  if (config.self === undefined) throw new Error("a node without a key does not propose");
  const proposal = { epoch: config.epoch, view: state.view, kind: PROPOSAL_KIND.normal, blockId: id };
  return config.suite.sign(config.self.seed, proposeStatement(config.channelId, proposal));
};

/** Makes the block, votes for it, and sends both once they are durable. */
const proposeBlock = (
  context: Context,
  ground: Ground,
  chain: readonly Entry[],
  candidate: Candidate,
): void => {
  const { state } = context;
  const entry = entryOf(state, candidate);
  Object.assign(entry, { held: true, valid: true, validating: true });
  const { id, headerBytes, bodyBytes } = candidate;
  const signature = signPropose(context, id);
  const proposal: Proposal = {
    type: "proposal",
    kind: PROPOSAL_KIND.normal,
    headerBytes,
    bodyBytes,
    ...ground,
    signature,
  };
  state.proposals.set(state.view, { ...proposal, id });
  const voted = { view: state.view, blockId: id };
  persist(context, { proposed: state.view, voted }, [entry, ...chain].reverse());
  context.effects.push({ type: "send", to: "all", message: encodeMessage(proposal), about: candidate });
  castVote(context, CERTIFICATE_KIND.vote, state.view, id);
};

/** The body that was asked for. An empty one where transactions were due also says that none are pending. */
export const onPayload = (context: Context, body: Extract<Input, { type: "payload" }>): void => {
  const { state, config, rules } = context;
  if (body.view !== state.view || state.payloadView !== state.view || !isLeading(context)) return;
  const ground = groundOf(context);
  const chain = ground === undefined ? undefined : heldChainTo(state, ground.qc.blockId);
  if (ground === undefined || chain === undefined || ground.qc.blockId !== body.parentId) return;
  if (body.transactionCount === 0) {
    state.pending = false;
    if ((emptyDelayMs(context, ground) ?? 1) > 0) {
      state.payloadView = 0;
      return;
    }
  }
  const header = headerOf(context, parentOf(state, chain), body);
  if (!rules.mayVote(state.record, header, ground.qc, ground.tc)) return;
  const headerBytes = encodeHeader(header);
  const id = blockId(config.suite, headerBytes);
  proposeBlock(context, ground, chain, { id, header, headerBytes, bodyBytes: body.bodyBytes });
};

/** Why a proposal's header cannot be its leader's, before anything costly is checked (rule 12 (1), (2)). */
const flawOf = ({ config, leaders }: Context, header: Header, { qc, tc }: Proposal): string | undefined => {
  if (header.channelId !== config.channelId || header.epoch !== config.epoch)
    return "a proposal of another channel or epoch";
  if (header.view < 1 || header.proposer !== leaders.leaderOf(header.view))
    return "a proposal not from the view's leader";
  if (qc.kind !== CERTIFICATE_KIND.vote || qc.blockId !== header.parentId)
    return "a proposal whose QC is not its parent's";
  if (qc.view !== header.view - 1 && tc?.view !== header.view - 1)
    return "a proposal without QC or TC of the view before";
  return undefined;
};

/** A leader's proposal: its certificates are learned, and it is kept for its view. */
export const onProposal = (context: Context, proposal: Proposal): void => {
  const { config, state, leaders } = context;
  const decoded = decodeHeader(proposal.headerBytes);
  if (!decoded.ok) return refuse(context, `a proposal's header: ${decoded.message}`);
  const header = decoded.value;
  const flaw = flawOf(context, header, proposal);
  if (flaw !== undefined) return refuse(context, flaw);
  if (header.view < state.view || state.proposals.has(header.view) || state.refused.has(header.view)) return;
  const id = blockId(config.suite, proposal.headerBytes);
  const leader = leaders.leaderOf(header.view);
  const publicKey = config.validators[leader]?.publicKey;
  const signed = proposeStatement(config.channelId, { ...header, kind: proposal.kind, blockId: id });
  if (publicKey === undefined || !config.suite.verify(publicKey, signed, proposal.signature)) {
    return refuse(context, "a proposal's signature");
  }
  state.shown.set(leader, Math.max(state.shown.get(leader) ?? 0, header.view));
  if (!acceptCertificate(context, proposal.qc)) return;
  if (proposal.tc !== undefined && !acceptTimeoutCertificate(context, proposal.tc)) return;
  if (header.height <= state.head.height || header.view > state.view + viewWindow(config)) return;
  state.proposals.set(header.view, { ...proposal, id });
  entryOf(state, { id, header, headerBytes: proposal.headerBytes, bodyBytes: proposal.bodyBytes });
};
