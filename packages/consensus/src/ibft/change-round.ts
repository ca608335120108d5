import { collectSignatures } from "@dure/types";
import { type Context, canVote, heightOf, persist, refuse, selfOf, send } from "./context.ts";
import type { RoundChange } from "./message.ts";
import type { Prepared } from "./prepared.ts";
import {
  highestReported,
  type Report,
  type RoundChangeCertificate,
  roundChangeStatement,
} from "./round-change.ts";

const reportOf = (prepared: Prepared | undefined): Report =>
  prepared === undefined ? undefined : { round: prepared.round, blockId: prepared.blockId };

/** Keeps a verified ROUND-CHANGE: of each validator the one of the greatest round. */
const keep = ({ state }: Context, change: RoundChange): void => {
  const known = state.roundChanges.get(change.signer);
  if (known === undefined || known.round < change.round) state.roundChanges.set(change.signer, change);
};

const flawOf = ({ config }: Context, { round, height, prepared }: RoundChange): string | undefined => {
  if (round < 2) return "a round change to no later round";
  if (prepared === undefined) return undefined;
  const isBelow = prepared.round < round && prepared.height === height && prepared.epoch === config.epoch;
  return isBelow ? undefined : "a round change that reports a prepared certificate of elsewhere";
};

/** Rule 7: a validator's ROUND-CHANGE for the height being decided, with the certificate that it reports. */
export const onRoundChange = (context: Context, change: RoundChange): void => {
  const { config, state, set, rules } = context;
  const validator = config.validators[change.signer];
  const flaw = validator === undefined ? "a round change of no validator" : flawOf(context, change);
  if (flaw !== undefined || validator === undefined) return refuse(context, flaw ?? "");
  if (change.round <= (state.roundChanges.get(change.signer)?.round ?? 0)) return;
  const { epoch, height, round, prepared } = change;
  const signed = roundChangeStatement(config.channelId, { epoch, height, round, report: reportOf(prepared) });
  if (!config.suite.verify(validator.publicKey, signed, change.signature))
    return refuse(context, "a round change's signature");
  if (prepared !== undefined && !rules.verifiesPrepared(set, prepared, rules))
    return refuse(context, "a prepared certificate does not verify");
  keep(context, change);
};

/** This node's recorded ROUND-CHANGE, signed: always the very same for one record. */
const signedRoundChange = (context: Context): RoundChange => {
  const { config, state } = context;
  const { index, seed } = selfOf(context);
  const { changed: round, reported: prepared } = state.record;
  const change = { epoch: config.epoch, height: heightOf(state), round };
  const statement = roundChangeStatement(config.channelId, { ...change, report: reportOf(prepared) });
  const signature = config.suite.sign(seed, statement);
  return { type: "roundChange", ...change, prepared, signer: index, signature };
};

/** Stands in a later round from now on; what only earlier ones needed is forgotten. */
const enterRound = ({ state, effects }: Context, round: number): void => {
  state.round = round;
  state.roundTimer.running = false;
  state.payloadRound = 0;
  for (const name of ["view", "drift"] as const) effects.push({ type: "timer", name, afterMs: undefined });
  for (const byRound of [state.proposals, state.prepares, state.certified])
    for (const at of byRound.keys()) if (at < round) byRound.delete(at);
  for (const at of state.refused) if (at < round) state.refused.delete(at);
};

/** Rule 7: gives up the rounds below `round`. Durable before it is sent. */
export const changeRound = (context: Context, round: number): void => {
  const { state, rules } = context;
  persist(context, { changed: round, reported: rules.reportOf(state.record) });
  enterRound(context, round);
  const change = signedRoundChange(context);
  send(context, "all", change);
  keep(context, change);
};

/** Whether this node's last ROUND-CHANGE still stands: its round is the one that it waits in. */
export const isChanging = (context: Context): boolean =>
  canVote(context) &&
  context.state.round > 1 &&
  context.state.record.changed === context.state.round &&
  !context.state.proposals.has(context.state.round);

/** Sends the recorded ROUND-CHANGE again, if its round waits for a proposal. */
export const sendRoundChangeAgain = (context: Context, to: number | "all"): void => {
  if (isChanging(context)) send(context, to, signedRoundChange(context));
};

/** Counts the recorded ROUND-CHANGE of this node, after a restart. */
export const countRoundChangeAgain = (context: Context): void => {
  if (canVote(context) && context.state.record.changed > 0) keep(context, signedRoundChange(context));
};

/** The validators whose ROUND-CHANGE is for `round` or a later one. */
const changedTo = ({ state }: Context, round: number): readonly number[] =>
  [...state.roundChanges.values()].filter((change) => change.round >= round).map(({ signer }) => signer);

/** The greatest round above this one to which a blocking set has changed; undefined if there is none. */
export const joinableRound = (context: Context): number | undefined => {
  const { state, set } = context;
  const rounds = [...state.roundChanges.values()].map(({ round }) => round).filter((at) => at > state.round);
  return rounds.sort((a, b) => b - a).find((round) => set.quorums.isBlocking(changedTo(context, round)));
};

/** Rule 8, second cause: joins a blocking set in the lowest of its rounds. */
export const tryJoinRound = (context: Context): boolean => {
  const round = joinableRound(context);
  if (round === undefined || !canVote(context)) return false;
  changeRound(context, round);
  return true;
};

/** Rule 8, third cause: a justified proposal of a later round. */
export const tryFollowProposal = (context: Context): boolean => {
  const round = Math.max(...context.state.proposals.keys(), 0);
  if (round <= context.state.round) return false;
  // What justified the proposal stays true if its block turns out to be bad: a quorum has come to this round.
  context.state.openedRound = round;
  enterRound(context, round);
  return true;
};

/** Whether a quorum has come to this round or a later one: only then its timer runs (rule 9). */
export const isOpened = (context: Context): boolean => {
  const { state, set, rules } = context;
  const { round, record } = state;
  // After a restart the recorded votes stand for the proposal that they rest on.
  const isProposed =
    state.proposals.has(round) || (record.height === heightOf(state) && record.voted.round === round);
  return (
    round === 1 || round === state.openedRound || isProposed || rules.isQuorum(set, changedTo(context, round))
  );
};

/** The certificate of a quorum's ROUND-CHANGEs for exactly this round, if there is one (rule 2). */
export const groundOf = (context: Context): RoundChangeCertificate | undefined => {
  const { state, config, set, rules } = context;
  const changes = [...state.roundChanges.values()]
    .filter(({ round }) => round === state.round)
    .sort((a, b) => a.signer - b.signer);
  if (
    !rules.isQuorum(
      set,
      changes.map(({ signer }) => signer),
    )
  )
    return undefined;
  const reports = changes.map(({ prepared }) => reportOf(prepared));
  const highest = highestReported(reports);
  const { prepared } = changes.find((change) => change.prepared?.round === highest) ?? {};
  const bySigner = new Map(changes.map(({ signer, signature }) => [signer, signature]));
  const signatures = collectSignatures(config.validators.length, bySigner);
  return { epoch: config.epoch, height: heightOf(state), round: state.round, signatures, reports, prepared };
};
