import { parseArgs } from "node:util";
import type { EngineName } from "@dure/consensus";
import { MUTANTS, type MutantName } from "./mutants.ts";
import { CALM, type Weather } from "./weather.ts";
import { BYZANTINE, type Byzantine } from "./world.ts";

export type Command = {
  readonly engine: EngineName;
  readonly validators: number;
  readonly seeds: number;
  readonly from: number;
  readonly spinInterval: number | undefined;
  readonly views: number | undefined;
  readonly mutant: MutantName | undefined;
  readonly byzantine: Byzantine | undefined;
  readonly wan: boolean;
  /** What the seed's weather is changed by. */
  readonly weather: Partial<Weather>;
  /** Threads; as many as the machine has if not given. */
  readonly jobs: number | undefined;
  readonly isJson: boolean;
  readonly showsTranscript: boolean;
};

const ENGINES: readonly EngineName[] = ["lft", "ibft"];

/** What is wrong with a command line, in words for who typed it. */
export class UsageError extends Error {
  readonly code = "USAGE";
}

export const USAGE = `simulate --engine lft|ibft --validators N --seeds N [--from S] [--spin K] [--views V]
  [--mutant ${Object.keys(MUTANTS).join(" | ")}]
  [--byzantine ${BYZANTINE.join(" | ")}]
  [--wan] [--weather JSON] [--jobs N] [--json] [--transcript]
Each seed is one history. Exit code 0: no invariant broke; with --mutant: one did.`;

const count = (name: string, text: string | undefined, least: number): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${name} is a whole number from ${least}, not ${text}`);
  return value;
};

const oneOf = <T extends string>(
  name: string,
  text: string | undefined,
  known: readonly T[],
): T | undefined => {
  if (text === undefined || (known as readonly string[]).includes(text)) return text as T | undefined;
  throw new UsageError(`--${name} is one of ${known.join(", ")}, not ${text}`);
};

const weatherOf = (text: string | undefined): Partial<Weather> => {
  if (text === undefined) return {};
  try {
    const value = JSON.parse(text) as Partial<Weather>;
    const unknown = Object.keys(value).find((name) => !(name in CALM));
    if (unknown === undefined) return value;
    throw new UsageError(`--weather knows no ${unknown}: it has ${Object.keys(CALM).join(", ")}`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--weather is a JSON object, not ${text}`, { cause: error });
  }
};

/** Reads a command line. Throws UsageError on one that says nothing. */
export const parseCommand = (argv: readonly string[]): Command => {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const options = {
    engine: text,
    validators: text,
    seeds: text,
    from: text,
    spin: text,
    views: text,
    mutant: text,
    byzantine: text,
    wan: flag,
    weather: text,
    jobs: text,
    json: flag,
    transcript: flag,
  };
  const parse = () => parseArgs({ args: [...argv], options }).values;
  let values: ReturnType<typeof parse>;
  try {
    values = parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "an unknown option", { cause: error });
  }
  return {
    engine: oneOf("engine", values.engine, ENGINES) ?? "lft",
    validators: count("validators", values.validators, 1) ?? 4,
    seeds: count("seeds", values.seeds, 1) ?? 100,
    from: count("from", values.from, 0) ?? 1,
    spinInterval: count("spin", values.spin, 1),
    views: count("views", values.views, 1),
    mutant: oneOf("mutant", values.mutant, Object.keys(MUTANTS) as MutantName[]),
    byzantine: oneOf("byzantine", values.byzantine, BYZANTINE),
    wan: values.wan,
    weather: weatherOf(values.weather),
    jobs: count("jobs", values.jobs, 1),
    isJson: values.json,
    showsTranscript: values.transcript,
  };
};

/** The command line that replays one seed of a command, with its transcript. */
export const replayText = (
  { engine, validators, spinInterval, views, mutant, byzantine, wan, weather }: Command,
  seed: number,
): string =>
  [
    `npm run simulate -- --engine ${engine} --validators ${validators} --seeds 1 --from ${seed}`,
    spinInterval === undefined ? "" : ` --spin ${spinInterval}`,
    views === undefined ? "" : ` --views ${views}`,
    mutant === undefined ? "" : ` --mutant ${mutant}`,
    byzantine === undefined ? "" : ` --byzantine ${byzantine}`,
    wan ? " --wan" : "",
    Object.keys(weather).length === 0 ? "" : ` --weather '${JSON.stringify(weather)}'`,
    " --transcript",
  ].join("");
