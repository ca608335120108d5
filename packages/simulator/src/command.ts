import { parseArgs } from "node:util";
import { MUTANTS, type MutantName } from "./mutants.ts";
import { BYZANTINE, type Byzantine } from "./world.ts";

export type Command = {
  readonly validators: number;
  readonly seeds: number;
  readonly from: number;
  readonly spinInterval: number | undefined;
  readonly views: number | undefined;
  readonly mutant: MutantName | undefined;
  readonly byzantine: Byzantine | undefined;
  readonly isJson: boolean;
  readonly showsTranscript: boolean;
};

/** What is wrong with a command line, in words for who typed it. */
export class UsageError extends Error {
  readonly code = "USAGE";
}

export const USAGE = `simulate --engine lft --validators N --seeds N [--from S] [--spin K] [--views V]
  [--mutant ${Object.keys(MUTANTS).join(" | ")}]
  [--byzantine ${BYZANTINE.join(" | ")}] [--json] [--transcript]
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
  oneOf("engine", values.engine, ["lft"]);
  return {
    validators: count("validators", values.validators, 1) ?? 4,
    seeds: count("seeds", values.seeds, 1) ?? 100,
    from: count("from", values.from, 0) ?? 1,
    spinInterval: count("spin", values.spin, 1),
    views: count("views", values.views, 1),
    mutant: oneOf("mutant", values.mutant, Object.keys(MUTANTS) as MutantName[]),
    byzantine: oneOf("byzantine", values.byzantine, BYZANTINE),
    isJson: values.json,
    showsTranscript: values.transcript,
  };
};

/** The command line that replays one seed of a command, with its transcript. */
export const replayText = (
  { validators, spinInterval, views, mutant, byzantine }: Command,
  seed: number,
): string =>
  [
    `npm run simulate -- --engine lft --validators ${validators} --seeds 1 --from ${seed}`,
    spinInterval === undefined ? "" : ` --spin ${spinInterval}`,
    views === undefined ? "" : ` --views ${views}`,
    mutant === undefined ? "" : ` --mutant ${mutant}`,
    byzantine === undefined ? "" : ` --byzantine ${byzantine}`,
    " --transcript",
  ].join("");
