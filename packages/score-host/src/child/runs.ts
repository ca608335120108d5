import type { JsonObject, Sender } from "@dure/score";
import type { Activation, QueryCall, Suspended } from "../outcome.ts";
import type { BlockRequest, GenesisRequest } from "../protocol.ts";
import type { Run } from "./block.ts";
import { type CallResult, refused, runCall } from "./call.ts";
import type { Reader } from "./effects.ts";
import { cut } from "./failure.ts";
import { loadScore, type Score, UnloadableScore } from "./load.ts";
import { noMethod, noScore, type RunnableCall, type Surroundings } from "./transaction.ts";

/** The SCORE that keeps the channel's SCOREs (specs/score-store.md), told what came of each activation. */
const STORE = "score-store";
const STORE_METHOD = "applied";

/** One object for all calls of a sender: none of them can change it. */
const frozenSender = (sender: Sender): Sender => {
  Object.freeze(sender.roles);
  Object.freeze(sender.attributes);
  return Object.freeze(sender);
};

const frozenChannel = (organisations: readonly string[]): Surroundings["channel"] =>
  Object.freeze({ organisations: Object.freeze([...organisations]) });

/** Whom calls that nobody signed have as their sender: `init` in a genesis, activations. No certificate has this id. */
const NOBODY: Sender = frozenSender({
  id: "0".repeat(64),
  name: "genesis",
  organisation: "",
  roles: [],
  attributes: {},
});
const NO_TRANSACTION = Object.freeze({ id: "0".repeat(64), index: 0 });

const runOf =
  (surroundings: Surroundings, name: string, call: RunnableCall): Run =>
  (read, stepsLeft) => {
    const suspended = surroundings.suspended.get(name);
    if (suspended !== undefined) return refused(9100, suspended);
    const score = surroundings.scores.get(name);
    if (score === undefined) return refused(9000, noScore(name));
    const refusal = noMethod(score, call.kind, call.method);
    return refusal === undefined
      ? runCall(surroundings, score, call, read, stepsLeft)
      : refused(9000, refusal);
  };

const messagesOf = (suspended: readonly Suspended[]): Map<string, string> =>
  new Map(suspended.map(({ score, message }) => [score, message]));

/** A block's activations and then its calls. The SCOREs change as they run. */
export const blockRuns = (
  { height, timestampMs, organisations, activations, suspended, senders, calls }: BlockRequest,
  scores: Map<string, Score>,
): Run[] => {
  const running = { scores, suspended: messagesOf(suspended) };
  const surroundings = { ...running, channel: frozenChannel(organisations) };
  const block = Object.freeze({ height, timestampMs });
  for (const sender of senders) frozenSender(sender);
  return [
    ...activations.map((activation) => activationRun(activation, running, surroundings, block)),
    // By places and not by a pattern: in this realm, whose iterators are replaced, taking an array apart is slow.
    ...calls.map((call) =>
      runOf(surroundings, call[2], {
        kind: "invoke",
        method: call[3],
        params: call[4],
        sender: senders[call[5]]!,
        block,
        transaction: Object.freeze({ id: call[1], index: call[0] }),
      }),
    ),
  ];
};

export const genesisRuns = (
  { timestampMs, organisations, inits }: GenesisRequest,
  scores: ReadonlyMap<string, Score>,
): Run[] =>
  inits.map(({ score, params }) =>
    runOf(
      { scores, suspended: new Map(), channel: frozenChannel(organisations) },
      score,
      unsigned("init", "init", params, Object.freeze({ height: 0, timestampMs })),
    ),
  );

export const queryRun = (
  { height, timestampMs, organisations, suspended, score, method, params, sender }: QueryCall,
  scores: ReadonlyMap<string, Score>,
): Run =>
  runOf({ scores, suspended: messagesOf(suspended), channel: frozenChannel(organisations) }, score, {
    kind: "query",
    method,
    params,
    sender: frozenSender(sender),
    block: Object.freeze({ height, timestampMs }),
    transaction: NO_TRANSACTION,
  });

const unsigned = (
  kind: RunnableCall["kind"],
  method: string,
  params: string,
  block: RunnableCall["block"],
): RunnableCall => ({ kind, method, params, sender: NOBODY, block, transaction: NO_TRANSACTION });

/** What an activation changes: what runs, and what is suspended. */
type Running = { readonly scores: Map<string, Score>; readonly suspended: Map<string, string> };

/**
 * Makes a version the one that runs, with the method that it has for that, and tells the SCORE store. One that does not
 * load or whose method refuses leaves everything as it was, but for what the store writes down.
 */
const activationRun =
  (activation: Activation, running: Running, surroundings: Surroundings, block: RunnableCall["block"]): Run =>
  (read, stepsLeft) => {
    const { scores } = running;
    const before = scores.get(activation.score);
    const done = activate(activation, running, surroundings, block, read, stepsLeft);
    const noted = note(activation, done, surroundings, block, read);
    if (noted.outcome[0] === 0) return joined(done, noted);
    // Without the store's word in the state, the activation would be due again at every block.
    const why = `the SCORE store refused the activation of ${activation.score}: ${noted.outcome[1]}`;
    if (activation.score !== STORE || before === undefined || scores.get(STORE) === before)
      return halting(why);
    // A store that cannot write down its own beginning does not begin.
    scores.set(STORE, before);
    const undone = refused(9100, cut(why));
    const again = note(activation, undone, surroundings, block, read);
    return again.outcome[0] === 0 ? joined(undone, again) : halting(why);
  };

const halting = (why: string): CallResult => ({
  ...refused(9100, why, undefined, "null", cut(why)),
  engineLimit: true,
});

/** Has the store write down what came of an activation, over what that wrote. */
const note = (
  { entry }: Activation,
  { outcome: [code, message, , writes] }: CallResult,
  surroundings: Surroundings,
  block: RunnableCall["block"],
  read: Reader,
): CallResult => {
  const store = surroundings.scores.get(STORE);
  if (store === undefined) return refused(9000, noScore(STORE));
  const written = new Map(writes);
  const told: JsonObject = { ...(JSON.parse(entry) as JsonObject), code, message };
  const call = unsigned("invoke", STORE_METHOD, JSON.stringify(told), block);
  return runCall(surroundings, store, call, (key) => {
    const value = written.get(key);
    return value === undefined ? read(key) : value;
  });
};

/** An activation's outcome with what the store wrote of it. */
const joined = (done: CallResult, noted: CallResult): CallResult => {
  const [code, message, result, writes, events, steps, bytes, diagnostic, ...trace] = done.outcome;
  const [, , , storeWrites, storeEvents] = noted.outcome;
  const written = [...new Map([...writes, ...storeWrites])];
  return {
    outcome: [
      code,
      message,
      result,
      written,
      [...events, ...storeEvents],
      steps,
      bytes,
      diagnostic,
      ...trace,
    ],
    bytes: done.bytes + noted.bytes,
    engineLimit: done.engineLimit,
  };
};

const activate = (
  { score: name, version, action, source, manifest, from, params, refusal }: Activation,
  { scores, suspended }: Running,
  surroundings: Surroundings,
  block: RunnableCall["block"],
  read: Reader,
  stepsLeft: number,
): CallResult => {
  if (refusal !== "") return refused(9100, refusal);
  // One that is suspended may be loaded here or not: nothing may depend on that.
  const before = suspended.has(name) ? undefined : scores.get(name);
  if (action === "disable") {
    scores.delete(name);
    return refused(0, "");
  }
  const loaded = load(name, version, source, manifest);
  if (typeof loaded === "string") return refused(9100, loaded);
  // The version that is left takes its changes back; the one that comes makes its own.
  const runs = action === "rollback" ? before : loaded;
  const kind = action === "deploy" ? "init" : action === "upgrade" ? "migrate" : "rollback";
  const given = kind === "init" ? params : JSON.stringify(kind === "migrate" ? { from } : { to: version });
  const result =
    runs === undefined
      ? refused(0, "")
      : runCall(surroundings, runs, unsigned(kind, kind, given || "{}", block), read, stepsLeft);
  if (result.outcome[0] !== 0) return result;
  scores.set(name, loaded);
  suspended.delete(name);
  return result;
};

/** Returns the SCORE of a package's source, or why it is refused. */
const load = (name: string, version: string, source: string, manifest: string): Score | string => {
  try {
    const loaded = loadScore({ name, version, source }, true);
    const declared =
      manifest === "" ? undefined : (JSON.parse(manifest) as Readonly<Record<string, unknown>>);
    const mismatch = declared && mismatchOf(declared, loaded);
    return mismatch === undefined ? loaded : `the package declares other ${mismatch} than its contract has`;
  } catch (error) {
    if (!(error instanceof UnloadableScore)) throw error;
    return cut(`the package does not load: ${error.message}`);
  }
};

const mismatchOf = (
  declared: Readonly<Record<string, unknown>>,
  { description }: Score,
): string | undefined => {
  const step = (["init", "migrate", "rollback"] as const).find(
    (name) => declared[name] !== description[name],
  );
  if (step !== undefined) return `steps (${step})`;
  const lists = ["invoke", "query"] as const;
  const differs = (list: "invoke" | "query"): boolean =>
    JSON.stringify(declared[list]) !== JSON.stringify([...description[list]].sort());
  const list = lists.find(differs);
  return list === undefined ? undefined : `${list} methods`;
};
