import type { JsonObject } from "./json.ts";
import type { ReadableState, State } from "./state.ts";

/** Who signed the transaction: the certificate's SHA-256 in hex, and what the certificate says. */
export type Sender = {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly roles: readonly string[];
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
  readonly init?: Method<InvokeContext>;
  readonly invoke: { readonly [method: string]: Method<InvokeContext> };
  readonly query: { readonly [method: string]: Method<QueryContext> };
};

/** What a contract module exports as default and the host loads. `abi` tells hosts which shape this is. */
export type Contract = ContractSpec & { readonly abi: 1 };

export const CONTRACT_NAME: RegExp = /^[a-z0-9-]{1,64}$/;
export const CONTRACT_VERSION: RegExp = /^\d{1,6}\.\d{1,6}\.\d{1,6}$/;
export const METHOD_NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * Returns the contract of a specification, checked and frozen. A module whose default export this is, is a
 * SCORE. Methods are synchronous; what they return becomes the receipt's result, as JSON.
 *
 * @throws Error for a bad name, version or method table: a mistake of the author, met when packing.
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
export const contract = (spec: ContractSpec): Contract => {
  if (!CONTRACT_NAME.test(spec.name)) throw new Error("a contract's name must match [a-z0-9-]{1,64}");
  if (!CONTRACT_VERSION.test(spec.version)) throw new Error("a contract's version must be like 1.0.0");
  if (spec.init !== undefined && typeof spec.init !== "function") throw new Error("init must be a function");
  const invoke = methods(spec.invoke, "invoke");
  const query = methods(spec.query, "query");
  for (const name of Object.keys(query))
    if (name in invoke) throw new Error(`${name} is both an invoke and a query method`);
  const { name, version, init } = spec;
  return Object.freeze({ abi: 1, name, version, ...(init && { init }), invoke, query });
};

// Without a prototype, so that no method named `constructor` or `toString` is ever found by accident.
const methods = <Context>(table: { readonly [method: string]: Method<Context> }, kind: string) => {
  const result: { [method: string]: Method<Context> } = Object.create(null);
  for (const [name, method] of Object.entries(table)) {
    if (!METHOD_NAME.test(name)) throw new Error(`${kind}.${name} must match [A-Za-z_][A-Za-z0-9_]{0,63}`);
    if (typeof method !== "function") throw new Error(`${kind}.${name} must be a function`);
    result[name] = method;
  }
  return Object.freeze(result);
};
