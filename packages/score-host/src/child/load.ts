import { type Contract, type ContractDescription, describeContract } from "@dure/score";
import { CALL_MEMORY_MAX, CALL_STEPS_MAX, SOURCE_BYTES_MAX } from "../bounds.ts";
import type { ScoreSource } from "../outcome.ts";
import { compile } from "./compartment.ts";
import { failureOf } from "./failure.ts";
import { SyntaxRefusal } from "./instrument/instrument.ts";
import { allocate, charge, Exhausted, isExhausted, startMeter, stopMeter } from "./meter.ts";
import { evaluateApart, evaluateSealed, mayKeep } from "./seal.ts";
import { traceOf } from "./trace.ts";

/** A SCORE ready to run. */
export type Score = {
  readonly description: ContractDescription;
  /**
   * Returns the contract of the module as it is when it was just evaluated, and charges what evaluating it takes: one that
   * is kept, if that can be, and not `anew`. @throws Exhausted
   */
  readonly contract: (anew: boolean) => Contract;
  /** Forgets the module that is kept, which a call may have changed; `forGood`: none is kept from now on. */
  readonly forget: (forGood: boolean) => void;
};

/** A source text that is no contract. The message says what is wrong, in words that are the same on every engine. */
export class UnloadableScore extends Error {
  override readonly name = "UnloadableScore";
  /** The same in the engine's words, where it has some: for who packs the contract, never for a receipt. */
  readonly diagnostic: string;
  /** Where it went wrong; empty if that is not known. */
  readonly trace: string;

  constructor(message: string, diagnostic = message, trace = "") {
    super(message);
    this.diagnostic = diagnostic;
    this.trace = trace;
  }
}

/** Returns the SCORE of a source text; `named`: it must be the one it is called. @throws UnloadableScore */
export const loadScore = (source: ScoreSource, named: boolean): Score => {
  try {
    if (Buffer.byteLength(source.source) > SOURCE_BYTES_MAX)
      throw new UnloadableScore(`its text is beyond ${SOURCE_BYTES_MAX} bytes`);
    const { factory, isTold } = compile(source);
    const evaluate = (): Module => {
      const module: Module = { exports: {} };
      factory(module, module.exports);
      return module;
    };
    const { made, steps, bytes } = first(evaluate);
    const description = describe(made);
    if (named && (description.name !== source.name || description.version !== source.version))
      throw new UnloadableScore(
        `the source is of ${description.name} ${description.version}, not of ${source.name} ${source.version}`,
      );
    let isKeeping = isTold && mayKeep();
    let kept: Contract | undefined;
    const contractOf = (): Contract => {
      const evaluated = evaluateSealed(evaluate, CALL_STEPS_MAX, CALL_MEMORY_MAX);
      if (evaluated.isSealed) return defaultOf(evaluated.made);
      isKeeping = false;
      return contractAnew();
    };
    const contractAnew = (): Contract =>
      defaultOf(evaluateApart(evaluate, CALL_STEPS_MAX, CALL_MEMORY_MAX).made);
    return {
      description,
      contract: (anew) => {
        charge(steps);
        allocate(bytes);
        if (anew || !isKeeping) return contractAnew();
        if (kept !== undefined) return kept;
        const contract = contractOf();
        if (isKeeping) kept = contract;
        return contract;
      },
      forget: (forGood) => {
        kept = undefined;
        if (forGood) isKeeping = false;
      },
    };
  } catch (error) {
    if (error instanceof UnloadableScore) throw error;
    if (error instanceof SyntaxRefusal) throw new UnloadableScore(error.message);
    const { message, diagnostic } = failureOf(error);
    throw new UnloadableScore(message, diagnostic || message, traceOf(error));
  }
};

type Module = { exports: unknown };

const TOO_MUCH = "to evaluate the module takes more than a call may";

/** Evaluates the module for the first time, within the bounds of a call. */
const first = (evaluate: () => Module): ReturnType<typeof evaluateApart<Module>> => {
  startMeter(CALL_STEPS_MAX, CALL_MEMORY_MAX);
  try {
    return evaluateApart(evaluate, CALL_STEPS_MAX, CALL_MEMORY_MAX);
  } catch (error) {
    if (error instanceof Exhausted) throw new UnloadableScore(TOO_MUCH, TOO_MUCH, traceOf(error));
    throw error;
  } finally {
    stopMeter(CALL_STEPS_MAX, CALL_MEMORY_MAX);
  }
};

/** What a module says of itself, within the bounds of a call. */
const describe = (module: Module): ContractDescription => {
  let trace = "";
  startMeter(CALL_STEPS_MAX, CALL_MEMORY_MAX);
  try {
    const description = describeContract(defaultOf(module));
    if (!isExhausted()) return description;
  } catch (error) {
    if (!isExhausted()) throw error;
  } finally {
    ({ trace } = stopMeter(CALL_STEPS_MAX, CALL_MEMORY_MAX));
  }
  throw new UnloadableScore(TOO_MUCH, TOO_MUCH, trace);
};

/** Returns a module's default export, also by the getters that a bundler makes. */
const defaultOf = ({ exports }: Module): Contract =>
  (typeof exports === "object" && exports !== null
    ? (exports as Record<string, unknown>).default
    : undefined) as Contract;
