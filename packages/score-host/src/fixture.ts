/** What this package's own tests share: raw SCOREs, a state in memory, and calls. Not exported. */
import type { Sender } from "@dure/score";
import type { Block, Call, Outcome, QueryCall, Read, ScoreSource } from "./outcome.ts";

export const SENDER: Sender = {
  id: "5a".repeat(32),
  name: "alice",
  organisation: "test",
  roles: ["client"],
  attributes: {},
};

/** Returns a SCORE of plain script text, without bundler or SDK: method bodies over `ctx` and `params`. */
export const rawScore = (
  name: string,
  invoke: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string>> = {},
  prelude = "",
): ScoreSource => {
  const table = (methods: Readonly<Record<string, string>>): string =>
    Object.entries(methods)
      .map(([method, body]) => `${method}(ctx, params) {\n${body}\n}`)
      .join(",\n");
  const source = `${prelude}
    module.exports.default = { abi: 1, name: ${JSON.stringify(name)}, version: "1.0.0",
      invoke: { ${table(invoke)} }, query: { ${table(query)} } };`;
  return { name, version: "1.0.0", source };
};

export const call = (index: number, score: string, method: string, params: unknown = {}): Call => ({
  index,
  txId: index.toString(16).padStart(64, "0"),
  score,
  method,
  params: typeof params === "string" ? params : JSON.stringify(params),
  sender: SENDER,
});

/** Returns a block of calls, each given as score, method and params. */
export const block = (height: number, calls: readonly [string, string, unknown?][]): Block => ({
  height,
  timestampMs: 1_700_000_000_000 + height,
  organisations: ["test"],
  activations: [],
  suspended: [],
  calls: calls.map(([score, method, params], index) => call(index, score, method, params)),
});

export const query = (height: number, score: string, method: string, params: unknown = {}): QueryCall => ({
  height,
  timestampMs: 1_700_000_000_000 + height,
  organisations: ["test"],
  suspended: [],
  score,
  method,
  params: JSON.stringify(params),
  sender: SENDER,
});

export type MemoryState = {
  readonly values: Map<string, Uint8Array>;
  readonly read: Read;
  apply(outcomes: readonly Outcome[]): void;
  /** Returns a stored value's JSON text. */
  text(key: string): string | undefined;
};

/** Returns an empty state in memory. Keys are given as `score NUL key`. */
export const memoryState = (): MemoryState => {
  const values = new Map<string, Uint8Array>();
  const name = (key: Uint8Array): string => Buffer.from(key).toString("utf8");
  return {
    values,
    read: (keys) => keys.map((key) => values.get(name(key))),
    apply(outcomes) {
      for (const { writes } of outcomes)
        for (const { key, value } of writes)
          if (value === undefined) values.delete(name(key));
          else values.set(name(key), value);
    },
    text(key) {
      const value = values.get(key);
      return value && Buffer.from(value).toString("utf8");
    },
  };
};
