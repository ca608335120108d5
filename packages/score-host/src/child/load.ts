import { type Contract, type ContractDescription, describeContract } from "@dure/score";
import { CALL_MEMORY_MAX, CALL_STEPS_MAX } from "../bounds.ts";
import type { ScoreSource } from "../outcome.ts";
import { compile } from "./compartment.ts";
import { failureOf } from "./failure.ts";
import { SyntaxRefusal } from "./instrument/instrument.ts";
import { isExhausted, startMeter, stopMeter } from "./meter.ts";

/** A SCORE ready to run: `instantiate` evaluates its module anew and returns its contract. */
export type Score = { readonly description: ContractDescription; readonly instantiate: () => Contract };

/** A source text that is no contract. The message says what is wrong, in words that are the same on every engine. */
export class UnloadableScore extends Error {
  override readonly name = "UnloadableScore";
  /** The same in the engine's words, where it has some: for who packs the contract, never for a receipt. */
  readonly diagnostic: string;

  constructor(message: string, diagnostic = message) {
    super(message);
    this.diagnostic = diagnostic;
  }
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
    const description = describe(instantiate);
    if (named && (description.name !== source.name || description.version !== source.version))
      throw new UnloadableScore(
        `the source is of ${description.name} ${description.version}, not of ${source.name} ${source.version}`,
      );
    return { description, instantiate };
  } catch (error) {
    if (error instanceof UnloadableScore) throw error;
    if (error instanceof SyntaxRefusal) throw new UnloadableScore(error.message);
    const { message, diagnostic } = failureOf(error);
    throw new UnloadableScore(message, diagnostic || message);
  }
};

/** What an instance says of itself, within the bounds of a call. */
const describe = (instantiate: () => Contract): ContractDescription => {
  startMeter(CALL_STEPS_MAX, CALL_MEMORY_MAX);
  try {
    const description = describeContract(instantiate());
    if (!isExhausted()) return description;
  } catch (error) {
    if (!isExhausted()) throw error;
  } finally {
    stopMeter(CALL_STEPS_MAX, CALL_MEMORY_MAX);
  }
  throw new UnloadableScore("to evaluate the module takes more than a call may");
};

/** Returns a property's value, also of the getters that a bundler makes for a module's exports. */
const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
