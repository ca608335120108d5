import type { JsonObject } from "./json.ts";
import type { ReadableState, State } from "./state.ts";

/** Who signed the transaction: the certificate's SHA-256 in hex, and what the certificate says. */
export type Sender = {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly roles: readonly string[];
  /** What else its certificate says of it, by name. */
  readonly attributes: Readonly<Record<string, string>>;
};

/** The only time a contract knows: its block's, in milliseconds since the epoch. */
export type BlockTime = { readonly height: number; readonly timestampMs: number };

export type QueryContext = {
  readonly state: ReadableState;
  readonly sender: Sender;
  /** The block after which the query looks at the state. */
  readonly block: BlockTime;
};

export type InvokeContext = {
  readonly state: State;
  readonly sender: Sender;
  readonly block: BlockTime;
  /** The transaction's id in hex, and its place in the block from 0. */
  readonly transaction: { readonly id: string; readonly index: number };
  /** Publishes an event with the receipt, if the call succeeds. `data` is JSON. */
  emit(name: string, data: unknown): void;
};

// Declared as a method, so that an author may narrow `params` to the shape that the method checks for.
type Method<Context> = { run(context: Context, params: JsonObject): unknown }["run"];

export type ContractSpec = {
  /** `[a-z0-9-]{1,64}`; prefixes the SCORE's state, so it never changes over versions. */
  readonly name: string;
  /** `major.minor.patch`. */
  readonly version: string;
  /** Runs once, in the channel's genesis, before any call. */
  readonly init?: Method<InvokeContext> | undefined;
  readonly invoke: { readonly [method: string]: Method<InvokeContext> };
  readonly query: { readonly [method: string]: Method<QueryContext> };
};

/** What a contract module exports as default and the host loads. `abi` tells hosts which shape this is. */
export type Contract = ContractSpec & { readonly abi: 1 };

export const CONTRACT_NAME: RegExp = /^[a-z0-9-]{1,64}$/;
export const CONTRACT_VERSION: RegExp = /^\d{1,6}\.\d{1,6}\.\d{1,6}$/;
export const METHOD_NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * Returns the contract of a specification. A module whose default export this is, is a SCORE. Methods are
 * synchronous; what they return becomes the receipt's result, as JSON.
 *
 * A module is evaluated anew for every call, so nothing is checked or copied here: whoever loads a contract
 * asks `describeContract` once.
 *
 * @example
 * export default contract({
 *   name: "counter",
 *   version: "1.0.0",
 *   invoke: {
 *     add(ctx, params) {
 *       const count = ctx.state.value<number>("count");
 *       count.set((count.get() ?? 0) + integerParam(params, "by", 1, 100));
 *       return count.get();
 *     },
 *   },
 *   query: { count: (ctx) => ctx.state.get("count") ?? 0 },
 * });
 */
export const contract = (spec: ContractSpec): Contract => ({
  abi: 1,
  name: spec.name,
  version: spec.version,
  init: spec.init,
  invoke: spec.invoke,
  query: spec.query,
});

/** What a contract offers, by name. Only methods listed here may be called. */
export type ContractDescription = {
  readonly name: string;
  readonly version: string;
  readonly init: boolean;
  readonly invoke: readonly string[];
  readonly query: readonly string[];
};

/**
 * Returns what a module's default export offers as a contract.
 *
 * @throws Error saying what is wrong with it: a mistake of the author, met when packing.
 */
export const describeContract = (value: unknown): ContractDescription => {
  if (!isRecord(value) || value.abi !== 1)
    throw new Error("the module's default export must be made by contract({...}) of @dure/score");
  const { name, version, init } = value;
  if (typeof name !== "string" || !CONTRACT_NAME.test(name))
    throw new Error("a contract's name must match [a-z0-9-]{1,64}");
  if (typeof version !== "string" || !CONTRACT_VERSION.test(version))
    throw new Error("a contract's version must be like 1.0.0");
  if (init !== undefined && typeof init !== "function") throw new Error("init must be a function");
  const invoke = methodNames(value.invoke, "invoke");
  const query = methodNames(value.query, "query");
  const twice = query.find((method) => invoke.includes(method));
  if (twice !== undefined) throw new Error(`${twice} is both an invoke and a query method`);
  return { name, version, init: init !== undefined, invoke, query };
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const methodNames = (table: unknown, kind: string): readonly string[] => {
  if (!isRecord(table)) throw new Error(`${kind} must be an object of methods`);
  return Object.entries(table).map(([name, method]) => {
    if (!METHOD_NAME.test(name)) throw new Error(`${kind}.${name} must match [A-Za-z_][A-Za-z0-9_]{0,63}`);
    if (typeof method !== "function") throw new Error(`${kind}.${name} must be a function`);
    return name;
  });
};
