import {
  type BlockTime,
  decodeJson,
  isWellFormed,
  type Json,
  type JsonObject,
  type Sender,
  stateOver,
} from "@dure/score";
import { CALLERS_MAX, RESULT_BYTES_MAX } from "../bounds.ts";
import type { Code } from "../outcome.ts";
import { canonical } from "./canonical.ts";
import { closeError } from "./closed-error.ts";
import { cryptoOperations } from "./crypto.ts";
import { COST, Effects, HostRefusal, QUERY_WRITE, type Reader } from "./effects.ts";
import { cut, failureOf, SuspendedRefusal } from "./failure.ts";
import type { Score } from "./load.ts";
import { charge, unmetered } from "./meter.ts";
import { append, parseText } from "./pristine.ts";
import { guardThrown } from "./seal.ts";
import { noteRelayed } from "./trace.ts";

/** A call as the child runs it. Queries and genesis have no transaction; only `invoke` and `query` name a method. */
export type RunnableCall = {
  readonly kind: "invoke" | "query" | "init" | "migrate" | "rollback";
  readonly method: string;
  readonly params: string;
  /** Frozen throughout, as is all of this that a contract gets. */
  readonly sender: Sender;
  readonly block: BlockTime;
  readonly transaction: { readonly id: string; readonly index: number };
};

/** What a call runs in: the SCOREs of the channel by name, and who takes part in it. */
export type Surroundings = {
  readonly scores: ReadonlyMap<string, Score>;
  /** What every call of a suspended SCORE is answered with, by its name. */
  readonly suspended: ReadonlyMap<string, string>;
  readonly channel: { readonly organisations: readonly string[] };
};

/** What all calls of one transaction share. */
export type Transaction = {
  readonly surroundings: Surroundings;
  readonly call: RunnableCall;
  readonly read: Reader;
  /** Whether its modules are evaluated for it alone. */
  readonly isAnew: boolean;
  /** The SCOREs that it ran. */
  readonly used: Score[];
};

type Kind = RunnableCall["kind"];
type Methods = { readonly [method: string]: (context: unknown, params: JsonObject) => unknown };

/** Runs a method of a SCORE and returns what it returned. @throws whatever it throws */
export const runMethod = (
  transaction: Transaction,
  score: Score,
  kind: Kind,
  method: string,
  params: JsonObject,
  effects: Effects,
  callers: readonly string[],
): unknown => {
  const contract = score.contract(transaction.isAnew);
  append(transaction.used, score);
  const { call, surroundings } = transaction;
  const other = (way: "invoke" | "query", name: string, named: string, given: unknown): Json =>
    callOther(transaction, score.description.name, callers, way, name, named, given, effects);
  const ask = (name: string, named: string, given: unknown = {}): Json => other("query", name, named, given);
  if (kind === "query")
    return (contract.query as Methods)[method]?.(
      {
        state: stateOver(effects),
        sender: call.sender,
        block: call.block,
        channel: surroundings.channel,
        callers,
        crypto: cryptoOperations,
        ask,
      },
      params,
    );
  const context = {
    state: stateOver(effects),
    sender: call.sender,
    block: call.block,
    channel: surroundings.channel,
    callers,
    crypto: cryptoOperations,
    ask,
    transaction: call.transaction,
    emit: (name: string, data: unknown): void => effects.emit(name, data),
    call: (name: string, named: string, given: unknown = {}): Json => other("invoke", name, named, given),
  };
  if (kind === "invoke") return (contract.invoke as Methods)[method]?.(context, params);
  return (contract as unknown as Partial<Methods>)[kind]?.(context, params);
};

/** A refusal of a SCORE that another one called, as its caller meets it: by its code, message and details. */
class CalledRefusal extends Error {
  override readonly name = "Refusal";
  readonly code: Code;
  readonly details: JsonObject | undefined;

  constructor(code: Code, message: string, details: JsonObject | undefined) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
closeError(CalledRefusal);

/**
 * Calls a method of another SCORE within the same transaction and returns its result. What it wrote stays if it succeeds
 * and its callers do.
 */
const callOther = (
  transaction: Transaction,
  caller: string,
  callers: readonly string[],
  kind: "invoke" | "query",
  name: string,
  method: string,
  params: unknown,
  effects: Effects,
): Json => {
  charge(COST.read);
  const given = decodeParams(canonical(params, RESULT_BYTES_MAX));
  const chain = unmetered(callers.length, () => Object.freeze([...callers, caller]));
  if (kind === "invoke" && chain.includes(name))
    throw new HostRefusal(`${name} is being called already: a SCORE cannot be entered twice`);
  if (chain.length >= CALLERS_MAX) throw new HostRefusal(`at most ${CALLERS_MAX} SCOREs call one another`);
  const suspended = transaction.surroundings.suspended.get(name);
  if (suspended !== undefined) throw new SuspendedRefusal(suspended);
  const score = transaction.surroundings.scores.get(name);
  const refusal = score === undefined ? noScore(name) : noMethod(score, kind, method);
  if (score === undefined || refusal !== undefined) throw new HostRefusal(refusal as string);
  const own = new Effects(name, kind === "invoke", transaction.read, effects);
  try {
    const result = runMethod(transaction, score, kind, method, given, own, chain);
    const answer = decodeJson(resultText(result, own));
    if (own.wroteInQuery) throw new HostRefusal(QUERY_WRITE);
    if (kind === "invoke") unmetered(own.writes.size, () => effects.adopt(own));
    return answer;
  } catch (thrown) {
    // An exhausted call stays so, whoever catches: the first charge here throws again.
    charge(COST.read);
    guardThrown(thrown);
    if (SuspendedRefusal.is(thrown)) throw thrown;
    const { code, message, details } = failureOf(thrown);
    const text = detailsText(details);
    const given = text === "null" ? undefined : (decodeJson(text) as JsonObject);
    const refusal = new CalledRefusal(code, message, given);
    noteRelayed(refusal, thrown);
    throw refusal;
  }
};

export const noScore = (name: string): string =>
  `there is no SCORE named ${cut(String(name))} in this channel`;

/** Why a method of a SCORE cannot be called, if it cannot. */
export const noMethod = ({ description }: Score, kind: Kind, method: string): string | undefined => {
  if (kind !== "invoke" && kind !== "query") return undefined;
  return typeof method === "string" && description[kind].includes(method)
    ? undefined
    : `the SCORE ${description.name} has no ${kind} method ${cut(String(method))}`;
};

/** Returns a call's parameters. @throws JsonError; HostRefusal */
export const decodeParams = (text: string): JsonObject => {
  charge((text.length / COST.bytesPerStep) | 0);
  const params = decodeJson(text, parseText);
  if (typeof params !== "object" || params === null || Array.isArray(params))
    throw new HostRefusal("params must be a JSON object");
  return params as JsonObject;
};

/** Returns the text of what a method returned, and counts it. @throws JsonError; HostRefusal */
export const resultText = (result: unknown, effects: Effects): string => {
  if (result === undefined) return "null";
  const text = canonical(result, RESULT_BYTES_MAX);
  effects.add(text, RESULT_BYTES_MAX, "the result");
  return text;
};

/** Returns the text of a refusal's details, `null` if they are no JSON. */
export const detailsText = (details: JsonObject | undefined): string => {
  if (details === undefined) return "null";
  try {
    const text = canonical(details, RESULT_BYTES_MAX);
    return Buffer.byteLength(text) <= RESULT_BYTES_MAX && isWellFormed(text) ? text : "null";
  } catch {
    return "null";
  }
};
