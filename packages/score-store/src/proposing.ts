import {
  encodeJson,
  type InvokeContext,
  integerParam,
  type JsonObject,
  type QueryContext,
  refuse,
  textParam,
} from "@dure/score";
import { administeredBy, isMajority } from "./context.ts";
import {
  type Action,
  DUE_MAX,
  type Proposal,
  type Records,
  recordsOf,
  type ScoreRecord,
  STORE,
  type VersionRecord,
} from "./records.ts";
import { hashParam } from "./uploading.ts";

/** How administrators agree on what runs: a proposal, approvals of more than half of the organisations, a height. */

const PARAMS_CHARS_MAX = 16_384;

const isAction = (text: string): text is Action =>
  text === "deploy" || text === "upgrade" || text === "rollback" || text === "disable";

const scoreOf = ({ scores }: Records, name: string): ScoreRecord =>
  scores.get(name) ?? refuse(`no version of ${name} is registered`);

const versionOf = ({ versions }: Records, score: string, index: number): VersionRecord =>
  versions.get(`${score}/${index}`) ?? refuse(`${score} has no version at ${index}`);

/** The version that is asked for by hash, else by number, else the newest. */
const namedIndex = (records: Records, score: string, params: JsonObject): number => {
  if (params.hash !== undefined) {
    const found = records.packages.get(hashParam(params));
    return found?.score === score
      ? found.index
      : refuse(`no version of ${score} with this hash is registered`);
  }
  if (params.version === undefined) return scoreOf(records, score).versions - 1;
  const version = textParam(params, "version", 32);
  return records.newest.get(`${score}/${version}`) ?? refuse(`${score} ${version} is not registered`);
};

/** Where a rollback leads: to the version that the present one came from. */
const leftIndex = (records: Records, score: string): number => {
  const present = versionOf(records, score, scoreOf(records, score).current);
  if (present.from === undefined || present.from < 0)
    return refuse(`${score} ${present.version} is the first version that ran`);
  if (present.upgraded === true && present.migrate && !present.rollback)
    refuse(`${score} ${present.version} has migrated the state and declares no rollback`);
  return present.from;
};

/** Returns the index of the version that an action leads to, -1 for none. @throws Refusal where it cannot be done now */
const targetOf = (records: Records, action: Action, score: string, params: JsonObject): number => {
  const { current } = scoreOf(records, score);
  if (action === "deploy") {
    if (current >= 0) refuse(`${score} was deployed before: upgrade it`);
    return namedIndex(records, score, params);
  }
  if (current < 0) refuse(`${score} never ran: deploy it`);
  const isDisabled = records.active.get()?.[score] === null;
  if (action === "upgrade") {
    const index = namedIndex(records, score, params);
    if (index === current && !isDisabled) refuse(`this version of ${score} runs already`);
    return index;
  }
  if (isDisabled) refuse(`${score} is disabled: upgrade it to the version that shall run`);
  if (action === "disable") return score === STORE ? refuse(`${STORE} cannot be disabled`) : -1;
  const index = leftIndex(records, score);
  const isAsked = params.hash !== undefined || params.version !== undefined;
  if (isAsked && namedIndex(records, score, params) !== index)
    refuse(`a rollback goes to ${versionOf(records, score, index).version}, the version before`);
  return index;
};

/** The least height from the wanted one on that has room for one more activation. */
const roomFrom = ({ due }: Records, wanted: number): number => {
  let height = wanted;
  while ((due.get(String(height))?.length ?? 0) >= DUE_MAX) height++;
  return height;
};

/** How many SCOREs a channel has, disabled ones too: `active` names all of them in one value. */
const SCORES_MAX = 256;

const schedule = (ctx: InvokeContext, proposal: Proposal): Proposal => {
  const records = recordsOf(ctx.state);
  const { id, action, score, version, hash, index } = proposal;
  const record = scoreOf(records, score);
  if (record.scheduled !== "")
    refuse(`${score} waits for proposal ${record.scheduled}: let it be, or withdraw it`);
  const asked: JsonObject = action === "disable" ? {} : hash === "" ? { version } : { hash };
  if (targetOf(records, action, score, asked) !== index)
    refuse(`${score} has changed since proposal ${id} was made: propose anew`);
  if (action === "deploy" && Object.keys(records.active.get() ?? {}).length >= SCORES_MAX)
    refuse(`a channel has at most ${SCORES_MAX} SCOREs`);
  const height = roomFrom(records, Math.max(proposal.height, ctx.block.height + 1));
  records.due.set(String(height), [...(records.due.get(String(height)) ?? []), { proposal: id, score }]);
  records.scores.set(score, { ...record, scheduled: id });
  ctx.emit("scheduled", { proposal: id, action, score, version, hash, height });
  return { ...proposal, height, status: "scheduled" };
};

/** Schedules a proposal that enough organisations approve, writes it down and returns it. */
const settle = (ctx: InvokeContext, proposal: Proposal): Proposal => {
  const settled = isMajority(proposal.approvals, ctx) ? schedule(ctx, proposal) : proposal;
  recordsOf(ctx.state).proposals.set(proposal.id, settled);
  return settled;
};

const paramsParam = (action: Action, { params = {} }: JsonObject): JsonObject => {
  if (typeof params !== "object" || params === null || Array.isArray(params))
    return refuse("params must be an object");
  const text = encodeJson(params);
  if (text.length > PARAMS_CHARS_MAX) refuse(`params must have at most ${PARAMS_CHARS_MAX} characters`);
  if (text !== "{}" && action !== "deploy") refuse(`a ${action} takes no params`);
  return params as JsonObject;
};

/** Proposes that a version runs, or that none does. The proposer's organisation approves by this. */
export const propose = (ctx: InvokeContext, params: JsonObject) => {
  const organisation = administeredBy(ctx);
  const action = textParam(params, "action", 16);
  if (!isAction(action)) return refuse("action must be deploy, upgrade, rollback or disable");
  const score = textParam(params, "score", 64);
  const height = params.height === undefined ? 0 : integerParam(params, "height", 1);
  const records = recordsOf(ctx.state);
  const index = targetOf(records, action, score, params);
  const { version, hash } = versionOf(records, score, index < 0 ? scoreOf(records, score).current : index);
  const count = (records.count.get() ?? 0) + 1;
  records.count.set(count);
  const id = String(count);
  ctx.emit("proposed", { proposal: id, action, score, version, hash, organisation });
  return settle(ctx, {
    id,
    action,
    score,
    version,
    hash,
    index,
    height,
    params: paramsParam(action, params),
    status: "open",
    proposer: organisation,
    approvals: [organisation],
    message: "",
  });
};

const proposalParam = (records: Records, params: JsonObject, name = "proposal"): Proposal => {
  const id = textParam(params, name, 16);
  return records.proposals.get(id) ?? refuse(`there is no proposal ${id}`);
};

/** Approves a proposal for the sender's organisation. */
export const approve = (ctx: InvokeContext, params: JsonObject) => {
  const organisation = administeredBy(ctx);
  const proposal = proposalParam(recordsOf(ctx.state), params);
  const { id, status, approvals } = proposal;
  if (status !== "open") refuse(`proposal ${id} is ${status}`);
  if (approvals.includes(organisation)) refuse(`${organisation} approves proposal ${id} already`);
  ctx.emit("approved", { proposal: id, organisation });
  return settle(ctx, { ...proposal, approvals: [...approvals, organisation] });
};

const unschedule = ({ due, scores }: Records, { id, score, height }: Proposal): void => {
  const rest = (due.get(String(height)) ?? []).filter(({ proposal }) => proposal !== id);
  if (rest.length === 0) due.delete(String(height));
  else due.set(String(height), rest);
  const record = scores.get(score);
  if (record?.scheduled === id) scores.set(score, { ...record, scheduled: "" });
};

/**
 * Takes an organisation's approval back. A proposal that was scheduled and has lost its majority is open again; one that
 * nobody approves any more is withdrawn.
 */
export const withdraw = (ctx: InvokeContext, params: JsonObject) => {
  const organisation = administeredBy(ctx);
  const records = recordsOf(ctx.state);
  const proposal = proposalParam(records, params);
  const { id, status } = proposal;
  if (status !== "open" && status !== "scheduled") refuse(`proposal ${id} is ${status}`);
  if (!proposal.approvals.includes(organisation)) refuse(`${organisation} does not approve proposal ${id}`);
  const approvals = proposal.approvals.filter((name) => name !== organisation);
  const isStillScheduled = status === "scheduled" && isMajority(approvals, ctx);
  if (status === "scheduled" && !isStillScheduled) unschedule(records, proposal);
  const left: Proposal = {
    ...proposal,
    approvals,
    status: approvals.length === 0 ? "withdrawn" : isStillScheduled ? "scheduled" : "open",
  };
  records.proposals.set(id, left);
  ctx.emit("withdrawn", { proposal: id, organisation, status: left.status });
  return left;
};

/** Returns a proposal by its `id`. */
export const proposalOf = ({ state }: QueryContext, params: JsonObject): Proposal =>
  proposalParam(recordsOf(state), params, "id");
