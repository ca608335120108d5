import { allocate, charge, unmetered } from "../meter.ts";
import { compile } from "./compile.ts";
import { type Flags, parseFlags, parsePattern } from "./parse.ts";
import type { Program } from "./program.ts";

/** A regular expression but for its last index. Nothing changes it. */
export type Compiled = {
  readonly source: string;
  readonly flagText: string;
  readonly flags: Flags;
  readonly program: Program;
};

/** Patterns that are kept. A contract evaluates the same few literals over and over. */
const KEPT_MAX = 256;
const kept = new Map<string, Compiled>();

/**
 * Returns what a pattern and its flags are compiled to. That it may be known already does not show: the same is charged
 * for it, by its length and by the program's, and none of what making it takes.
 *
 * @throws SyntaxError for what is no regular expression of ECMAScript 2022, or uses `\p`
 * @throws Exhausted
 */
export const compiled = (source: string, flagText: string): Compiled => {
  const result = unmetered(64 + 96 * source.length, () => find(source, flagText));
  const { cost, sets } = result.program;
  charge(cost);
  allocate(256 + 8 * cost + 256 * sets.length);
  return result;
};

const find = (source: string, flagText: string): Compiled => {
  const key = `${flagText}/${source}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make(source, flagText);
  keep(key, made);
  return made;
};

const make = (source: string, flagText: string): Compiled => {
  const flags = parseFlags(flagText);
  return { source, flagText, flags, program: compile(parsePattern(source, flags.unicode), flags) };
};

const keep = (key: string, result: Compiled): void => {
  kept.set(key, result);
  if (kept.size <= KEPT_MAX) return;
  const [oldest] = kept.keys();
  kept.delete(oldest!);
};
