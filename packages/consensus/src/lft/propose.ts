import { blockId, CERTIFICATE_KIND, decodeHeader, encodeHeader, type Hash, type Header } from "@dure/types";
import type { Candidate, Input } from "../engine.ts";
import { accuse, isAccused } from "./accuse.ts";
import { type Context, entryOf, heldChainTo, type Parent, parentOf, refuse, viewWindow } from "./context.ts";
import type { Claim } from "./evidence.ts";
import { acceptCertificate, acceptTimeoutCertificate } from "./facts.ts";
import { encodeMessage, type Proposal } from "./message.ts";
import { hasWork, isLagging, viewTimerMs } from "./pacemaker.ts";
import { PROPOSAL_KIND, proposeStatement } from "./propose-statement.ts";
import type { Entry } from "./state.ts";
import { castVote } from "./vote.ts";
import { type Ground, mayPropose, propose, proposeEarly } from "./voter.ts";

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

const leads = ({ config, leaders }: Context, view: number): boolean =>
  leaders.leaderOf(view) === config.self?.index;

/** Asks the shell once for a body for a child of this chain's tip, when it is time to. */
const askForBody = (context: Context, view: number, chain: readonly Entry[], workMs: number): void => {
  const { state, effects, nowMs } = context;
  const parent = parentOf(state, chain);
  const isEarly = view > state.view;
  const { payload } = state;
  if (payload?.view === view && payload.parentId === parent.id && payload.isEarly === isEarly) return;
  const waitMs = Math.max(workMs, intervalMs(context, parent));
  if (waitMs > 0) {
    const dueMs = nowMs + Math.ceil(waitMs);
    // Each message settles the state anew: the timer is set again only when it is due at another time.
    if (dueMs !== state.proposeDueMs)
      effects.push({ type: "timer", name: "propose", afterMs: Math.ceil(waitMs) });
    state.proposeDueMs = dueMs;
    return;
  }
  state.payload = { view, parentId: parent.id, isEarly };
  const timestampMs = Math.max(nowMs, parent.timestampMs + 1);
  const empty = parent.endsEpoch || isLagging(context, chain);
  effects.push({ type: "payload", view, parentId: parent.id, timestampMs, empty });
};

/** The block voted for in this view, of which the leader of the next may propose a child at once (rule 4). */
const earlyParent = (context: Context): readonly Entry[] | undefined => {
  const { state, config } = context;
  const { voted, timedOut, highQc } = state.record;
  const isOpen =
    config.optimistic === true &&
    voted.view === state.view &&
    timedOut < state.view &&
    highQc.view < state.view &&
    leads(context, state.view + 1) &&
    mayPropose(context, PROPOSAL_KIND.optimistic, state.view + 1);
  return isOpen ? heldChainTo(state, voted.blockId) : undefined;
};

/** Rules 3 and 4: as leader of this view or of the next, asks the shell for a body when it is time to propose. */
export const tryPropose = (context: Context): void => {
  const { state } = context;
  const isLeading = leads(context, state.view) && mayPropose(context, PROPOSAL_KIND.normal, state.view);
  const ground = isLeading ? groundOf(context) : undefined;
  const chain = ground === undefined ? undefined : heldChainTo(state, ground.qc.blockId);
  if (ground !== undefined && chain !== undefined) {
    const workMs = hasWork(context, chain) ? 0 : emptyDelayMs(context, ground);
    if (workMs !== undefined) askForBody(context, state.view, chain, workMs);
    return;
  }
  const early = earlyParent(context);
  // Whether anything is left beside what the parent includes, the body will tell; it is asked for once.
  if (early !== undefined && hasWork(context, early)) askForBody(context, state.view + 1, early, 0);
};

const headerOf = (context: Context, parent: Parent, body: Extract<Input, { type: "payload" }>): Header => {
  const { state, config } = context;
  const { execution } = state;
  const isNews =
    execution !== undefined &&
    execution.epoch === config.epoch &&
    execution.height > parent.executionHeight &&
    execution.height <= parent.height;
  return {
    channelId: config.channelId,
    epoch: config.epoch,
    height: parent.height + 1,
    view: body.view,
    parentId: parent.id,
    timestampMs: body.timestampMs,
    proposer: config.self?.index ?? 0,
    bodyRoot: body.bodyRoot,
    transactionCount: body.transactionCount,
    endsEpoch: body.endsEpoch ?? false,
    execution: isNews ? execution : undefined,
  };
};

const sendProposal = ({ effects }: Context, proposal: Proposal, about: Candidate): void => {
  effects.push({ type: "send", to: "all", message: encodeMessage(proposal), about });
};

/** Proposes the block and votes for it, once both are durable. */
const proposeBlock = (
  context: Context,
  candidate: Candidate,
  ground: Ground,
  chain: readonly Entry[],
): boolean => {
  const entry = entryOf(context.state, candidate);
  Object.assign(entry, { held: true, valid: true, validating: true });
  const proposed = propose(context, candidate, ground, [entry, ...chain].reverse());
  if (proposed === undefined) return false;
  context.state.proposals.set(candidate.header.view, { ...proposed.proposal, id: candidate.id });
  sendProposal(context, proposed.proposal, candidate);
  castVote(context, proposed.vote);
  return true;
};

/** Rule 4, second part: the parent of what was proposed early has its QC, and that same block is proposed with it. */
export const tryProposeAgain = (context: Context): boolean => {
  const { state } = context;
  const { proposedEarly } = state.record;
  if (proposedEarly.view !== state.view || !mayPropose(context, PROPOSAL_KIND.normal, state.view))
    return false;
  const ground = groundOf(context);
  const entry = state.blocks.get(proposedEarly.blockId);
  const chain = ground === undefined ? undefined : heldChainTo(state, ground.qc.blockId);
  if (ground === undefined || ground.tc !== undefined || entry === undefined || chain === undefined)
    return false;
  if (entry.candidate.header.parentId !== ground.qc.blockId) return false;
  return proposeBlock(context, entry.candidate, ground, chain);
};

const candidateOf = (
  context: Context,
  chain: readonly Entry[],
  body: Extract<Input, { type: "payload" }>,
): Candidate => {
  const header = headerOf(context, parentOf(context.state, chain), body);
  const headerBytes = encodeHeader(header);
  return {
    id: blockId(context.config.suite, headerBytes),
    header,
    headerBytes,
    bodyBytes: body.bodyBytes,
  };
};

/** The body for an optimistic proposal. An empty one is of no use before its parent has its QC, when it is asked for again. */
const onEarlyPayload = (context: Context, body: Extract<Input, { type: "payload" }>): void => {
  const { state } = context;
  const chain = earlyParent(context);
  if (chain === undefined || parentOf(state, chain).id !== body.parentId) return;
  if (body.transactionCount === 0) return;
  const candidate = candidateOf(context, chain, body);
  const entry = entryOf(state, candidate);
  Object.assign(entry, { held: true, valid: true, validating: true });
  const proposal = proposeEarly(context, candidate, [entry, ...chain].reverse());
  if (proposal === undefined) return;
  state.early.set(candidate.header.view, { ...proposal, id: candidate.id });
  sendProposal(context, proposal, candidate);
};

/** The body that was asked for. An empty one where transactions were due also says that none are pending. */
export const onPayload = (context: Context, body: Extract<Input, { type: "payload" }>): void => {
  const { state } = context;
  const isAsked = state.payload?.view === body.view && state.payload.parentId === body.parentId;
  if (!isAsked || !leads(context, body.view)) return;
  if (body.view === state.view + 1) return onEarlyPayload(context, body);
  if (body.view !== state.view || !mayPropose(context, PROPOSAL_KIND.normal, body.view)) return;
  const ground = groundOf(context);
  const chain = ground === undefined ? undefined : heldChainTo(state, ground.qc.blockId);
  if (ground === undefined || chain === undefined || ground.qc.blockId !== body.parentId) return;
  if (body.transactionCount === 0) {
    state.pending = false;
    if ((emptyDelayMs(context, ground) ?? 1) > 0) {
      state.payload = undefined;
      return;
    }
  }
  proposeBlock(context, candidateOf(context, chain, body), ground, chain);
};

/** Why a proposal's header cannot be its leader's, before anything costly is checked (rule 12 (1), (2)). */
const flawOf = (
  { config, leaders }: Context,
  header: Header,
  { kind, qc, tc }: Proposal,
): string | undefined => {
  if (header.channelId !== config.channelId || header.epoch !== config.epoch)
    return "a proposal of another channel or epoch";
  if (header.view < 1 || header.proposer !== leaders.leaderOf(header.view))
    return "a proposal not from the view's leader";
  if (qc.kind !== CERTIFICATE_KIND.vote) return "a proposal with no QC";
  if (kind === PROPOSAL_KIND.optimistic)
    return config.optimistic === true ? undefined : "an optimistic proposal where the channel has none";
  if (qc.blockId !== header.parentId) return "a proposal whose QC is not its parent's";
  if (qc.view !== header.view - 1 && tc?.view !== header.view - 1)
    return "a proposal without QC or TC of the view before";
  return undefined;
};

const claimOf = ({ kind, signature }: Proposal, view: number, id: Hash): Claim => ({
  type: kind === PROPOSAL_KIND.normal ? "proposal" : "earlyProposal",
  view,
  blockId: id,
  signature,
});

const isSigned = ({ config, leaders }: Context, proposal: Proposal, header: Header, id: Hash): boolean => {
  const publicKey = config.validators[leaders.leaderOf(header.view)]?.publicKey;
  const signed = proposeStatement(config.channelId, { ...header, kind: proposal.kind, blockId: id });
  return publicKey !== undefined && config.suite.verify(publicKey, signed, proposal.signature);
};

/** A second proposal of one kind in a view: the very same again, or its leader is caught. */
const onSecondProposal = (
  context: Context,
  known: Proposal & { readonly id: Hash },
  proposal: Proposal,
  header: Header,
): void => {
  const id = blockId(context.config.suite, proposal.headerBytes);
  const leader = context.leaders.leaderOf(header.view);
  const claim = claimOf(proposal, header.view, id);
  if (id === known.id || isAccused(context, leader, claim.type)) return;
  if (isSigned(context, proposal, header, id))
    accuse(context, leader, claimOf(known, header.view, known.id), claim);
};

/** A leader's proposal: its certificates are learned, and it is kept for its view. */
export const onProposal = (context: Context, proposal: Proposal): void => {
  const { config, state, leaders } = context;
  const decoded = decodeHeader(proposal.headerBytes);
  if (!decoded.ok) return refuse(context, `a proposal's header: ${decoded.message}`);
  const header = decoded.value;
  const flaw = flawOf(context, header, proposal);
  if (flaw !== undefined) return refuse(context, flaw);
  const proposals = proposal.kind === PROPOSAL_KIND.normal ? state.proposals : state.early;
  const known = proposals.get(header.view);
  if (known !== undefined) return onSecondProposal(context, known, proposal, header);
  if (header.view < state.view || state.refused.has(header.view)) return;
  const id = blockId(config.suite, proposal.headerBytes);
  const leader = leaders.leaderOf(header.view);
  if (!isSigned(context, proposal, header, id)) return refuse(context, "a proposal's signature");
  const shown = proposal.kind === PROPOSAL_KIND.normal ? header.view : header.view - 1;
  state.shown.set(leader, Math.max(state.shown.get(leader) ?? 0, shown));
  if (!acceptCertificate(context, proposal.qc)) return;
  if (proposal.tc !== undefined && !acceptTimeoutCertificate(context, proposal.tc)) return;
  if (header.height <= state.head.height || header.view > state.view + viewWindow(config)) return;
  proposals.set(header.view, { ...proposal, id });
  entryOf(state, { id, header, headerBytes: proposal.headerBytes, bodyBytes: proposal.bodyBytes });
};
