/** Matches, as a contract sees them. */
import { allocate, bounded, charge } from "../meter.ts";
import type { Compiled } from "./compiled.ts";
import { execute } from "./execute.ts";
import { splitsPair } from "./step.ts";

/** The start and end of a match, then those of its groups, -1 for one that took no part. */
export type Match = readonly number[];

export type MatchArray = (string | undefined)[] & {
  index: number;
  input: string;
  groups: Record<string, unknown> | undefined;
  indices?: IndicesArray;
};

type IndicesArray = (readonly [number, number] | undefined)[] & {
  groups: Record<string, unknown> | undefined;
};

/** Returns the first match at or after a position, at it if sticky; undefined if there is none. */
export const matchFrom = (
  { program, flags }: Compiled,
  text: string,
  position: number,
  sticky = flags.sticky,
): Match | undefined => (position > text.length ? undefined : execute(program, text, position, sticky));

/** Returns the position after this one, or after the pair that begins here. */
export const advance = ({ flags }: Compiled, text: string, position: number): number =>
  flags.unicode && splitsPair(text, position + 1) ? position + 2 : position + 1;

/** Returns where to look for the next match: further on, even after an empty one. */
export const afterMatch = (compiled: Compiled, text: string, match: Match): number =>
  match[1] === match[0] ? advance(compiled, text, match[1]!) : match[1]!;

/** Returns all matches from the start, as the flag g finds them. */
export const allMatches = (compiled: Compiled, text: string): readonly Match[] => {
  const matches: Match[] = [];
  for (let position = 0; ; ) {
    const match = matchFrom(compiled, text, position);
    if (match === undefined) return matches;
    charge(16);
    allocate(32 + 8 * match.length);
    matches.push(match);
    position = afterMatch(compiled, text, match);
  }
};

/** Returns the text of a group, 0 being the whole match; undefined if it took no part. */
export const groupText = (text: string, match: Match, group: number): string | undefined =>
  match[2 * group]! < 0 ? undefined : bounded(text.slice(match[2 * group]!, match[2 * group + 1]!));

/** Returns the texts of all groups from one on. */
export const groupTexts = (text: string, match: Match, from: number): (string | undefined)[] => {
  const texts: (string | undefined)[] = [];
  for (let group = from; 2 * group < match.length; group++) texts.push(groupText(text, match, group));
  return texts;
};

/** Returns the object of the named groups' values, undefined if the pattern names none. */
export const namedGroups = <T>(
  { program: { names } }: Compiled,
  valueAt: (group: number) => T,
): Record<string, T> | undefined => {
  if (names.length === 0) return undefined;
  charge(8 * names.length);
  allocate(32 + 16 * names.length);
  const groups = Object.create(null) as Record<string, T>;
  for (const [name, group] of names) groups[name] = valueAt(group);
  return groups;
};

/** Returns a match as `exec` gives it. */
export const matchArray = (compiled: Compiled, text: string, match: Match): MatchArray => {
  charge(32 + match.length);
  allocate(64 + 8 * match.length);
  const array = groupTexts(text, match, 0) as MatchArray;
  array.index = match[0]!;
  array.input = text;
  array.groups = namedGroups(compiled, (group) => array[group]);
  if (compiled.flags.hasIndices) array.indices = indicesArray(compiled, match);
  return array;
};

const indicesArray = (compiled: Compiled, match: Match): IndicesArray => {
  allocate(64 + 24 * match.length);
  const array = [] as unknown as IndicesArray;
  for (let slot = 0; slot < match.length; slot += 2)
    array.push(match[slot]! < 0 ? undefined : [match[slot]!, match[slot + 1]!]);
  array.groups = namedGroups(compiled, (group) => array[group]);
  return array;
};
