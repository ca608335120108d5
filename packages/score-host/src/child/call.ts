import {
  type BlockTime,
  type Contract,
  decodeJson,
  isWellFormed,
  type Json,
  type JsonObject,
  type Sender,
  stateOver,
} from "@dure/score";
import {
  BLOCK_STEPS_MAX,
  CALL_MEMORY_MAX,
  CALL_STEPS_MAX,
  CALLERS_MAX,
  RESULT_BYTES_MAX,
} from "../bounds.ts";
import type { Code } from "../outcome.ts";
import type { WireOutcome } from "../protocol.ts";
import { canonical } from "./canonical.ts";
import { closeError } from "./closed-error.ts";
import { type CryptoOperations, cryptoOperations } from "./crypto.ts";
import { COST, Effects, HostRefusal, QUERY_WRITE, type Reader } from "./effects.ts";
import { cut, failureOf } from "./failure.ts";
import type { Score } from "./load.ts";
import { charge, startMeter, stopMeter, unmetered } from "./meter.ts";

/** A call as the child runs it. Queries and genesis have no transaction; only `invoke` and `query` name a method. */
export type RunnableCall = {
  readonly kind: "invoke" | "query" | "init" | "migrate" | "rollback";
  readonly method: string;
  readonly params: string;
  readonly sender: Sender;
  readonly block: BlockTime;
  readonly transaction: { readonly id: string; readonly index: number };
};

/** What a call runs in: the SCOREs of the channel by name, and who takes part in it. */
export type Surroundings = {
  readonly scores: ReadonlyMap<string, Score>;
  readonly organisations: readonly string[];
};

/** What a call did: its outcome, how many bytes it adds to the block, and whether the engine gave up. */
export type CallResult = {
  readonly outcome: WireOutcome;
  readonly bytes: number;
  readonly engineLimit: boolean;
};

/**
 * Returns what one call does, over `read`. Nothing is written anywhere: a call that succeeds returns its writes, one that
 * fails returns none. `stepsLeft` is what the block has left for it and for the calls after it.
 */
export const runCall = (
  surroundings: Surroundings,
  score: Score,
  call: RunnableCall,
  read: Reader,
  stepsLeft: number = BLOCK_STEPS_MAX,
): CallResult => {
  const stepsMax = Math.min(CALL_STEPS_MAX, Math.max(0, stepsLeft));
  const effects = new Effects(score.description.name, isWriting(call.kind), read);
  const transaction: Transaction = { ...surroundings, call, read, cryptoOperations };
  startMeter(stepsMax, CALL_MEMORY_MAX);
  let end: End;
  try {
    const result = runMethod(
      transaction,
      score,
      call.method,
      call.kind,
      decodeParams(call.params),
      effects,
      [],
    );
    if (effects.wroteInQuery) throw new HostRefusal(QUERY_WRITE);
    end = { resultText: resultText(result, effects) };
  } catch (thrown) {
    end = { thrown };
  }
  const { steps, bytes, passed } = stopMeter(stepsMax, CALL_MEMORY_MAX);
  if (passed !== undefined)
    return refused(9000, passed === "steps" && stepsMax < CALL_STEPS_MAX ? BLOCK_PASSED : PASSED[passed], {
      steps,
      bytes,
    });
  if ("thrown" in end) {
    const { code, message, details, diagnostic, engineLimit } = failureOf(end.thrown);
    return { ...refused(code, message, { steps, bytes }, detailsText(details), diagnostic), engineLimit };
  }
  return {
    outcome: [0, "", end.resultText, [...effects.writes], effects.events, steps, bytes, ""],
    bytes: effects.bytes,
    engineLimit: false,
  };
};

type End = { readonly resultText: string } | { readonly thrown: unknown };

/** What of the budgets a call passed, as its receipt says it. */
const PASSED = {
  steps: `the call takes more than ${CALL_STEPS_MAX} steps`,
  bytes: `the call takes more than ${CALL_MEMORY_MAX} bytes of memory, or a text that is too long`,
  depth: "the call's functions call one another too deep",
} as const;
const BLOCK_PASSED = `a block's calls take at most ${BLOCK_STEPS_MAX} steps; this one found too few left`;

type Kind = RunnableCall["kind"];
const isWriting = (kind: Kind): boolean => kind !== "query";

const NOTHING = { steps: 0, bytes: 0 };

/** Returns the result of a call that is refused, before or instead of running unless `used` says what it took. */
export const refused = (
  code: Code,
  message: string,
  used: { readonly steps: number; readonly bytes: number } = NOTHING,
  result = "null",
  diagnostic = "",
): CallResult => ({
  outcome: [code, cut(message), result, [], [], used.steps, used.bytes, diagnostic],
  bytes: Buffer.byteLength(result),
  engineLimit: false,
});

/** What all calls of one transaction share. */
type Transaction = Surroundings & {
  readonly call: RunnableCall;
  readonly read: Reader;
  readonly cryptoOperations: CryptoOperations;
};

/** Runs a method of a SCORE in an instance of its own and returns what it returned. @throws whatever it throws */
const runMethod = (
  transaction: Transaction,
  score: Score,
  method: string,
  kind: Kind,
  params: JsonObject,
  effects: Effects,
  callers: readonly string[],
): unknown => {
  const contract = score.instantiate();
  const { sender, block, transaction: of } = transaction.call;
  const chain = [...callers, score.description.name];
  const own = {
    state: stateOver(effects),
    // Copies: what a method does to its context must not reach the next call's.
    sender: { ...sender, roles: [...sender.roles], attributes: { ...sender.attributes } },
    block: { ...block },
    channel: { organisations: [...transaction.organisations] },
    callers: [...callers],
    crypto: transaction.cryptoOperations,
    ask: (name: string, asked: string, given: unknown = {}): Json =>
      callOther(transaction, chain, "query", name, asked, given, effects),
  };
  if (kind === "query") return (contract.query[method] as AnyMethod)(own, params);
  const context = {
    ...own,
    transaction: { ...of },
    emit: (name: string, data: unknown): void => effects.emit(name, data),
    call: (name: string, called: string, given: unknown = {}): Json =>
      callOther(transaction, chain, "invoke", name, called, given, effects),
  };
  return (methodOf(contract, kind, method) as AnyMethod | undefined)?.(context, params);
};

type AnyMethod = (context: unknown, params: JsonObject) => unknown;

const methodOf = (contract: Contract, kind: Kind, method: string): unknown => {
  if (kind === "invoke") return contract.invoke[method];
  return (contract as unknown as Record<string, unknown>)[kind];
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
  chain: readonly string[],
  kind: "invoke" | "query",
  name: string,
  method: string,
  params: unknown,
  effects: Effects,
): Json => {
  charge(COST.read);
  const given = decodeParams(canonical(params, RESULT_BYTES_MAX));
  if (kind === "invoke" && chain.includes(name))
    throw new HostRefusal(`${name} is being called already: a SCORE cannot be entered twice`);
  if (chain.length >= CALLERS_MAX) throw new HostRefusal(`at most ${CALLERS_MAX} SCOREs call one another`);
  const score = transaction.scores.get(name);
  const refusal = score === undefined ? noScore(name) : noMethod(score, kind, method);
  if (score === undefined || refusal !== undefined) throw new HostRefusal(refusal as string);
  const own = new Effects(name, kind === "invoke", transaction.read, effects);
  try {
    const result = runMethod(transaction, score, method, kind, given, own, chain);
    const answer = decodeJson(resultText(result, own));
    if (own.wroteInQuery) throw new HostRefusal(QUERY_WRITE);
    if (kind === "invoke") unmetered(own.writes.size, () => effects.adopt(own));
    return answer;
  } catch (thrown) {
    // An exhausted call stays so, whoever catches: the first charge here throws again.
    charge(COST.read);
    const { code, message, details } = failureOf(thrown);
    const text = detailsText(details);
    throw new CalledRefusal(code, message, text === "null" ? undefined : (decodeJson(text) as JsonObject));
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

const decodeParams = (text: string): JsonObject => {
  charge((text.length / COST.bytesPerStep) | 0);
  const params = decodeJson(text);
  if (typeof params !== "object" || params === null || Array.isArray(params))
    throw new HostRefusal("params must be a JSON object");
  return params as JsonObject;
};

const resultText = (result: unknown, effects: Effects): string => {
  if (result === undefined) return "null";
  // A promise would go on after its receipt stood. It is known by its prototype, not by asking it.
  if (result instanceof Promise)
    throw new HostRefusal("methods are synchronous: this one returned a promise");
  const text = canonical(result, RESULT_BYTES_MAX);
  effects.add(text, RESULT_BYTES_MAX, "the result");
  return text;
};

const detailsText = (details: JsonObject | undefined): string => {
  if (details === undefined) return "null";
  try {
    const text = canonical(details, RESULT_BYTES_MAX);
    return Buffer.byteLength(text) <= RESULT_BYTES_MAX && isWellFormed(text) ? text : "null";
  } catch {
    return "null";
  }
};
