import {
  type BlockTime,
  type Contract,
  decodeJson,
  encodeJson,
  isWellFormed,
  type JsonObject,
  type Sender,
  type StateAccess,
  stateOver,
} from "@dure/score";
import {
  CALL_BYTES_MAX,
  EVENT_BYTES_MAX,
  EVENT_NAME,
  EVENTS_MAX,
  KEY_BYTES_MAX,
  RESULT_BYTES_MAX,
  VALUE_BYTES_MAX,
  WRITES_MAX,
} from "../bounds.ts";
import type { WireOutcome, WireValue } from "../protocol.ts";
import { cut, failureOf } from "./failure.ts";
import type { Score } from "./load.ts";

/** A call as the child runs it. Queries and genesis have no transaction; `init` has no method. */
export type RunnableCall = {
  readonly kind: "invoke" | "query" | "init";
  readonly method: string;
  readonly params: string;
  readonly sender: Sender;
  readonly block: BlockTime;
  readonly transaction: { readonly id: string; readonly index: number };
};

/** What a call did: its outcome, how many bytes it adds to the block, and whether the engine gave up. */
export type CallResult = {
  readonly outcome: WireOutcome;
  readonly bytes: number;
  readonly engineLimit: boolean;
};

/** A refusal by the host's own rules. A contract may catch it: it depends on nothing but the call. */
class HostRefusal extends Error {
  override readonly name = "HostRefusal";
}

/**
 * Returns what one call does, over `read`, which gives a state value by `name NUL key`. Nothing is written
 * anywhere: a call that succeeds returns its writes, one that fails returns none.
 */
export const runCall = (score: Score, call: RunnableCall, read: (key: string) => WireValue): CallResult => {
  const effects = new Effects(score.description.name, call.kind !== "query", read);
  try {
    const result = invoke(score.instantiate(), call, effects);
    if (effects.wroteInQuery) throw new HostRefusal(QUERY_WRITE);
    const resultText = result === undefined ? "null" : encodeJson(notLater(result));
    effects.add(resultText, RESULT_BYTES_MAX, "the result");
    return {
      outcome: [0, "", resultText, [...effects.writes], effects.events, ""],
      bytes: effects.bytes,
      engineLimit: false,
    };
  } catch (thrown) {
    const { message, details, diagnostic, engineLimit } = failureOf(thrown);
    return { ...refused(message, detailsText(details), diagnostic), engineLimit };
  }
};

const QUERY_WRITE = "a query must not write";

/** Returns the result of a call that is refused before or instead of running. */
export const refused = (message: string, result = "null", diagnostic = ""): CallResult => ({
  outcome: [9000, cut(message), result, [], [], diagnostic],
  bytes: Buffer.byteLength(result),
  engineLimit: false,
});

const invoke = (contract: Contract, call: RunnableCall, effects: Effects): unknown => {
  const params = paramsOf(call.params);
  const state = stateOver(effects);
  const { sender, block, transaction } = call;
  // Copies: what a method does to its context must not reach the next call's.
  const common = {
    state,
    sender: { ...sender, roles: [...sender.roles] },
    block: { ...block },
    callers: [],
    channel: { organisations: [] },
    crypto: { sha256: unavailable, sha512: unavailable, verify: unavailable },
    ask: unavailable,
    call: unavailable,
  };
  if (call.kind === "query") return contract.query[call.method]!(common, params);
  const context = {
    ...common,
    transaction: { ...transaction },
    emit: (name: string, data: unknown): void => effects.emit(name, data),
  };
  return call.kind === "init"
    ? contract.init?.(context, params)
    : contract.invoke[call.method]!(context, params);
};

const unavailable = (): never => {
  throw new HostRefusal("this host does not offer that");
};

const paramsOf = (text: string): JsonObject => {
  const params = decodeJson(text);
  if (typeof params !== "object" || params === null || Array.isArray(params))
    throw new HostRefusal("params must be a JSON object");
  return params as JsonObject;
};

// An async method would go on after its receipt stood. A promise is known by its prototype, not by asking it.
const notLater = (result: unknown): unknown => {
  if (result instanceof Promise)
    throw new HostRefusal("methods are synchronous: this one returned a promise");
  return result;
};

const detailsText = (details: JsonObject | undefined): string => {
  if (details === undefined) return "null";
  try {
    const text = encodeJson(details);
    return Buffer.byteLength(text) <= RESULT_BYTES_MAX ? text : "null";
  } catch {
    return "null";
  }
};

/** What a call has read, written and emitted so far, within the bounds. */
class Effects implements StateAccess {
  readonly writes = new Map<string, WireValue>();
  readonly events: [string, string][] = [];
  bytes = 0;
  /** Whether a query tried to write; that it caught the refusal makes no difference. */
  wroteInQuery = false;
  readonly #prefix: string;
  readonly #writable: boolean;
  readonly #read: (key: string) => WireValue;

  constructor(score: string, writable: boolean, read: (key: string) => WireValue) {
    this.#prefix = `${score}\0`;
    this.#writable = writable;
    this.#read = read;
  }

  get(key: string): JsonObject | undefined {
    const text = this.#lookUp(key);
    return text === null ? undefined : JSON.parse(text);
  }

  has(key: string): boolean {
    return this.#lookUp(key) !== null;
  }

  set(key: string, value: unknown): void {
    const text = encodeJson(value);
    this.#put(key, text);
  }

  delete(key: string): void {
    this.#put(key, null);
  }

  emit(name: string, data: unknown): void {
    if (typeof name !== "string" || !EVENT_NAME.test(name))
      throw new HostRefusal("an event's name must be 1 to 64 letters, digits, dots, dashes or underscores");
    if (this.events.length >= EVENTS_MAX) throw new HostRefusal(`a call emits at most ${EVENTS_MAX} events`);
    const text = encodeJson(data);
    this.add(text, EVENT_BYTES_MAX, "an event");
    this.events.push([name, text]);
  }

  /** Counts a text towards the call's bytes. @throws HostRefusal beyond its own bound or the call's. */
  add(text: string, bytesMax: number, what: string): void {
    const size = Buffer.byteLength(text);
    if (size > bytesMax) throw new HostRefusal(`${what} of ${size} bytes is beyond ${bytesMax}`);
    this.bytes += size;
    if (this.bytes > CALL_BYTES_MAX) throw new HostRefusal(`a call puts out at most ${CALL_BYTES_MAX} bytes`);
  }

  #lookUp(key: string): WireValue {
    const full = this.#full(key);
    const written = this.writes.get(full);
    return written === undefined ? this.#read(full) : written;
  }

  #put(key: string, value: WireValue): void {
    if (!this.#writable) {
      this.wroteInQuery = true;
      throw new HostRefusal(QUERY_WRITE);
    }
    const full = this.#full(key);
    this.add(full, Number.POSITIVE_INFINITY, "a key");
    if (value !== null) this.add(value, VALUE_BYTES_MAX, "a state value");
    this.writes.set(full, value);
    if (this.writes.size > WRITES_MAX) throw new HostRefusal(`a call writes at most ${WRITES_MAX} keys`);
  }

  #full(key: string): string {
    if (typeof key !== "string" || key === "" || !isWellFormed(key) || Buffer.byteLength(key) > KEY_BYTES_MAX)
      throw new HostRefusal(`a state key must be a text of 1 to ${KEY_BYTES_MAX} bytes`);
    return this.#prefix + key;
  }
}
