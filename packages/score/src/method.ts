import type { InvokeContext } from "./context.ts";
import type { Json, JsonObject, JsonSchema } from "./json.ts";
import { describeShape, readShape, type Schema, type Shape, type Values } from "./schema.ts";

/** A method as the host runs it. Declared as a method, so that an author may narrow `params`. */
export type Method<Context, Params = JsonObject> = { run(context: Context, params: Params): unknown }["run"];

/** What an API description says of a method, beside its kind. */
export type MethodDescription = {
  readonly summary?: string;
  /** The schema of the params object. Not there: the method checks them by itself. */
  readonly params?: JsonSchema;
  readonly result?: JsonSchema;
};

export type MethodSpec<Context, Params extends Shape, Result> = {
  /** One sentence for the API description. */
  readonly summary?: string;
  /** The parameters by name. Not there: the method takes none. */
  readonly params?: Params;
  /** What it returns. It is described and typed, not checked at run time. */
  readonly result?: Schema<unknown, Result>;
  run(context: Context, params: Values<Params>): NoInfer<Result>;
};

/**
 * Returns a method whose parameters are checked and typed by schemas, for `invoke`, `query` or `init`. What a
 * client sends and the schemas do not expect is refused with code 9000, and the message says where.
 *
 * Given as a function, the specification is made only when the method runs or is described: a module is
 * evaluated for every call, and a contract of many methods should not make the schemas of all of them.
 *
 * @example
 * import * as t from "@dure/score/schema";
 *
 * add: method(() => ({
 *   summary: "Adds to the count.",
 *   params: { by: t.optional(t.integer({ min: 1, max: 100 }), 1) },
 *   result: t.object({ count: t.integer() }),
 *   run: (ctx, { by }) => ({ count: counter(ctx.state, "count").add(by) }),
 * }))
 */
export const method = <
  Context = InvokeContext,
  Params extends Shape = Record<never, never>,
  Result = unknown,
>(
  spec: MethodSpec<Context, Params, Result> | (() => MethodSpec<Context, Params, Result>),
): Method<Context> & { describe(): MethodDescription } => {
  const specified = (): MethodSpec<Context, Params, Result> => (typeof spec === "function" ? spec() : spec);
  const run = (context: Context, given: Json): unknown => {
    const called = specified();
    return called.run(context, readShape(called.params ?? {}, given, "") as Values<Params>);
  };
  return Object.assign(run, {
    describe: (): MethodDescription => {
      const { summary, params = {}, result } = specified();
      return {
        ...(summary !== undefined && { summary }),
        params: describeShape(params),
        ...(result !== undefined && { result: result.describe() }),
      };
    },
  });
};
