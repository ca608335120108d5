import { CONTRACT_NAME, CONTRACT_VERSION, type Contract, METHOD_NAME } from "@dure/score";
import type { ScoreSource } from "../outcome.ts";
import type { LoadedScore } from "../protocol.ts";
import { compile } from "./compartment.ts";
import { failureOf } from "./failure.ts";

/** A SCORE ready to run: `instantiate` evaluates its module anew and returns its contract. */
export type Score = { readonly description: LoadedScore; readonly instantiate: () => Contract };

/** A source text that is no contract. The message says what is wrong. */
export class UnloadableScore extends Error {
  override readonly name = "UnloadableScore";
}

/** Returns the SCORE of a source text; `named`: it must be the one it is called. @throws UnloadableScore */
export const loadScore = (source: ScoreSource, named: boolean): Score => {
  try {
    const factory = compile(source.source);
    const instantiate = (): Contract => {
      const module: { exports: unknown } = { exports: {} };
      factory(module, module.exports);
      return field(module.exports, "default") as Contract;
    };
    const description = describe(instantiate());
    if (named && (description.name !== source.name || description.version !== source.version))
      throw new UnloadableScore(
        `the source is of ${description.name} ${description.version}, not of ${source.name} ${source.version}`,
      );
    return { description, instantiate };
  } catch (error) {
    if (error instanceof UnloadableScore) throw error;
    const { message, diagnostic } = failureOf(error);
    throw new UnloadableScore(diagnostic || message);
  }
};

/** Returns a property's value, also of the getters that a bundler makes for a module's exports. */
const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;

const describe = (contract: unknown): LoadedScore => {
  if (field(contract, "abi") !== 1)
    throw new UnloadableScore("the module's default export must be made by contract({...}) of @dure/score");
  const name = field(contract, "name");
  const version = field(contract, "version");
  if (typeof name !== "string" || !CONTRACT_NAME.test(name)) throw new UnloadableScore("a bad name");
  if (typeof version !== "string" || !CONTRACT_VERSION.test(version))
    throw new UnloadableScore("a bad version");
  return {
    name,
    version,
    init: typeof field(contract, "init") === "function",
    invoke: methodNames(field(contract, "invoke")),
    query: methodNames(field(contract, "query")),
  };
};

const methodNames = (table: unknown): readonly string[] => {
  if (typeof table !== "object" || table === null) throw new UnloadableScore("a bad method table");
  const names = Object.keys(table);
  if (!names.every((name) => METHOD_NAME.test(name))) throw new UnloadableScore("a bad method name");
  return names;
};
