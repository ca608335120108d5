import type { InvokeContext, QueryContext } from "./context.ts";
import type { Method, MethodDescription } from "./method.ts";

export type ContractSpec = {
  /** `[a-z0-9-]{1,64}`; prefixes the SCORE's state, so it never changes over versions. */
  readonly name: string;
  /** `major.minor.patch`. */
  readonly version: string;
  /** Runs once, in the channel's genesis, before any call. */
  readonly init?: Method<InvokeContext> | undefined;
  readonly invoke: { readonly [method: string]: Method<InvokeContext> };
  readonly query: { readonly [method: string]: Method<QueryContext> };
  /** Runs once in a version that replaces another, before its first call. `from`: the version before. */
  readonly migrate?: Method<InvokeContext, { readonly from: string }> | undefined;
  /** Runs once in a version that is left because an older one, `to`, is taken again. */
  readonly rollback?: Method<InvokeContext, { readonly to: string }> | undefined;
};

/** What the methods of a contract are, by name; `init` is among them if there is one. */
export type Api = {
  readonly [method: string]: MethodDescription & { readonly kind: "invoke" | "query" | "init" };
};

/** What a contract module exports as default and the host loads. `abi` tells hosts which shape this is. */
export type Contract = ContractSpec & { readonly abi: 2; describe(): Api };

/**
 * Returns the contract of a specification. A module whose default export this is, is a SCORE. Methods are
 * synchronous; what they return becomes the receipt's result, as JSON.
 *
 * A module is evaluated anew for every call, so nothing is checked, copied or described here: whoever loads a
 * contract asks `describeContract` once.
 *
 * @example
 * export default contract({
 *   name: "counter",
 *   version: "1.0.0",
 *   invoke: {
 *     add: method({
 *       params: { by: t.integer({ min: 1, max: 100 }) },
 *       run: (ctx, { by }) => counter(ctx.state, "count").add(by),
 *     }),
 *   },
 *   query: { count: (ctx) => counter(ctx.state, "count").get() },
 * });
 */
export const contract = (spec: ContractSpec): Contract => ({
  abi: 2,
  name: spec.name,
  version: spec.version,
  init: spec.init,
  invoke: spec.invoke,
  query: spec.query,
  migrate: spec.migrate,
  rollback: spec.rollback,
  describe: () => {
    const api: Record<string, Api[string]> = {};
    if (spec.init !== undefined) api["init"] = { kind: "init", ...descriptionOf(spec.init) };
    for (const kind of ["invoke", "query"] as const)
      for (const [name, run] of Object.entries(spec[kind])) api[name] = { kind, ...descriptionOf(run) };
    return api;
  },
});

/** Methods made by `method` describe themselves; of plain functions only the kind is known. */
const descriptionOf = (run: unknown): MethodDescription =>
  typeof run === "function" && "describe" in run && typeof run.describe === "function" ? run.describe() : {};
