import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { DEFAULTS } from "@dure/membership";
import { pack } from "@dure/score-host";
import { STORE } from "@dure/score-store";
import { CliError } from "../error.ts";
import { storeScore } from "./store-score.ts";

type Score = { readonly name: string; readonly version: string; readonly source: string };

/**
 * What a RadioStation is told to found: a channel's name, how many validators it waits for, and what else its genesis
 * says. `policies`, `limits` and `consensus` hold what differs from the defaults.
 */
export type FoundFile = {
  readonly channel: string;
  readonly validators: number;
  readonly policies?: Partial<typeof DEFAULTS.policies>;
  readonly limits?: Partial<typeof DEFAULTS.limits>;
  readonly consensus?: Partial<typeof DEFAULTS.consensus>;
  /** Packed SCOREs, or paths of contracts, from the file's directory, which are packed when the file is read. */
  readonly scores?: readonly (Score | string)[];
  readonly defaultScore?: string;
};

/** The same with every SCORE packed, the SCORE store among them. What the genesis schema judges is not judged here. */
export type Foundation = Omit<FoundFile, "scores"> & { readonly scores: readonly Score[] };

const FIELDS = ["channel", "validators", "policies", "limits", "consensus", "scores", "defaultScore"];

const check = (path: string, value: unknown): FoundFile => {
  const bad = (why: string) => new CliError("FOUND_FILE", `${path}: ${why}`);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw bad("it is not a JSON object");
  const { channel, validators, scores = [] } = value as Record<string, unknown>;
  const unknown = Object.keys(value).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) throw bad(`${unknown} is no field of it: it has ${FIELDS.join(", ")}`);
  if (typeof channel !== "string") throw bad("channel is missing: give the channel's name");
  if (typeof validators !== "number")
    throw bad("validators is missing: give how many peers found the channel");
  if (!Array.isArray(scores)) throw bad("scores is not a list of contracts");
  return value as FoundFile;
};

/**
 * Reads what to found from a JSON file.
 *
 * @throws CliError `FOUND_FILE`; ScoreHostError `CONTRACT_INVALID`.
 */
export const readFoundFile = async (path: string): Promise<Foundation> => {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new CliError("FOUND_FILE", `${path} cannot be read as JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  const file = check(path, value);
  const scores: Score[] = [];
  for (const score of file.scores ?? [])
    scores.push(typeof score === "string" ? await pack(resolve(dirname(path), score)) : score);
  if (!scores.some(({ name }) => name === STORE)) scores.push(await storeScore());
  return { ...file, scores };
};
