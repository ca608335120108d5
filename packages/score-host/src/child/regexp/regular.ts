import { allocate, bounded, charge } from "../meter.ts";
import { guardChange } from "../seal.ts";
import { type Compiled, compiled } from "./compiled.ts";
import {
  advance,
  allMatches,
  groupText,
  groupTexts,
  type Match,
  type MatchArray,
  matchArray,
  matchFrom,
  namedGroups,
} from "./match.ts";
import { MatchIterator } from "./match-iterator.ts";
import { escapeSource } from "./source.ts";
import { substitute } from "./substitute.ts";
import { startText, toIndex, toText } from "./text.ts";

/**
 * The regular expressions of contracts. They do what ECMAScript 2022 says, with one deviation: methods use the
 * compiled pattern and flags that an instance was made with. What a contract puts over `exec`, `flags`, the
 * other getters or `Symbol.species`, on an instance or in a subclass, is called by the contract alone. Results
 * are arrays and texts, never instances of a subclass.
 */
export class Regular {
  readonly #compiled: Compiled;
  declare lastIndex: number;

  constructor(pattern: unknown, flags: unknown) {
    const other = Regular.read(pattern);
    const source = other?.source ?? (pattern === undefined ? "" : toText(pattern));
    const flagText = flags === undefined ? (other?.flagText ?? "") : toText(flags);
    this.#compiled = compiled(source, flagText);
    allocate(64);
    Object.defineProperty(this, "lastIndex", { value: 0, writable: true });
  }

  /** Returns what an instance is compiled to, undefined for anything else. */
  static read(value: unknown): Compiled | undefined {
    return typeof value === "object" && value !== null && #compiled in value ? value.#compiled : undefined;
  }

  get source(): string {
    return isPrototype(this) ? "(?:)" : sourceOf(own(this));
  }

  get flags(): string {
    return isPrototype(this) ? "" : flagsOf(own(this));
  }

  get hasIndices(): boolean | undefined {
    return flag(this, "hasIndices");
  }

  get global(): boolean | undefined {
    return flag(this, "global");
  }

  get ignoreCase(): boolean | undefined {
    return flag(this, "ignoreCase");
  }

  get multiline(): boolean | undefined {
    return flag(this, "multiline");
  }

  get dotAll(): boolean | undefined {
    return flag(this, "dotAll");
  }

  get unicode(): boolean | undefined {
    return flag(this, "unicode");
  }

  get sticky(): boolean | undefined {
    return flag(this, "sticky");
  }

  exec(value: unknown): MatchArray | null {
    const itself = own(this);
    const text = toText(value);
    const match = nextMatch(this, itself, text);
    return match === undefined ? null : matchArray(itself, text, match);
  }

  test(value: unknown): boolean {
    const itself = own(this);
    return nextMatch(this, itself, toText(value)) !== undefined;
  }

  toString(): string {
    const itself = own(this);
    return bounded(`/${sourceOf(itself)}/${flagsOf(itself)}`);
  }

  [Symbol.match](value: unknown): unknown[] | null {
    const itself = own(this);
    const text = toText(value);
    if (!itself.flags.global) {
      const match = nextMatch(this, itself, text);
      return match === undefined ? null : matchArray(itself, text, match);
    }
    rewind(this);
    const matches = allMatches(itself, text);
    return matches.length === 0 ? null : matches.map((match) => groupText(text, match, 0));
  }

  [Symbol.matchAll](value: unknown): MatchIterator {
    const itself = own(this);
    const text = toText(value);
    return new MatchIterator(itself, text, toIndex(this.lastIndex));
  }

  [Symbol.search](value: unknown): number {
    return matchFrom(own(this), toText(value), 0)?.[0] ?? -1;
  }

  [Symbol.replace](value: unknown, replacement: unknown): string {
    const itself = own(this);
    const text = toText(value);
    const replace = typeof replacement === "function" ? callWith(replacement) : fillWith(toText(replacement));
    const matches = itself.flags.global ? everyMatch(this, itself, text) : [nextMatch(this, itself, text)];
    const result = startText();
    let end = 0;
    for (const match of matches) {
      if (match === undefined) break;
      result.add(text.slice(end, match[0]!));
      result.add(replace(itself, text, match));
      end = match[1]!;
    }
    if (end === 0 && matches[0] === undefined) return text;
    result.add(text.slice(end));
    return result.done();
  }

  [Symbol.split](value: unknown, limit: unknown): (string | undefined)[] {
    const itself = own(this);
    const text = toText(value);
    const piecesMax = limit === undefined ? 2 ** 32 - 1 : +(limit as number) >>> 0;
    return piecesMax === 0 ? [] : splitText(itself, text, piecesMax);
  }
}

type Replace = (compiled: Compiled, text: string, match: Match) => string;

const own = (value: unknown): Compiled => {
  const itself = Regular.read(value);
  if (itself === undefined)
    throw new TypeError("a method of regular expressions was called on something else");
  return itself;
};

const isPrototype = (value: unknown): boolean => value === Regular.prototype;

const sourceOf = ({ source }: Compiled): string => {
  charge(8 * source.length);
  return bounded(escapeSource(source));
};

/** Returns the flags in the order of the alphabet, as the language lists them. */
const flagsOf = ({ flagText }: Compiled): string => [...flagText].sort().join("");

const flag = (value: unknown, name: keyof Compiled["flags"]): boolean | undefined =>
  isPrototype(value) ? undefined : own(value).flags[name];

/** Looks from the last index on if the flags say so, and moves it. */
const nextMatch = (regular: Regular, itself: Compiled, text: string): Match | undefined => {
  const isMoving = itself.flags.global || itself.flags.sticky;
  const lastIndex = toIndex(regular.lastIndex);
  const match = matchFrom(itself, text, isMoving ? lastIndex : 0);
  if (isMoving) guardChange(regular).lastIndex = match?.[1] ?? 0;
  return match;
};

const everyMatch = (regular: Regular, itself: Compiled, text: string): readonly Match[] => {
  rewind(regular);
  return allMatches(itself, text);
};

const callWith =
  (replacement: unknown): Replace =>
  (itself, text, match) => {
    const groups = namedGroups(itself, (group) => groupText(text, match, group));
    const rest = groups === undefined ? [] : [groups];
    const call = replacement as (...values: unknown[]) => unknown;
    return toText(call(...groupTexts(text, match, 0), match[0], text, ...rest));
  };

const fillWith =
  (template: string): Replace =>
  (itself, text, match) =>
    substitute(template, {
      text,
      start: match[0]!,
      end: match[1]!,
      captures: groupTexts(text, match, 1),
      groups: namedGroups(itself, (group) => groupText(text, match, group)),
    });

const splitText = (itself: Compiled, text: string, piecesMax: number): (string | undefined)[] => {
  if (text.length === 0) return matchFrom(itself, text, 0, false) === undefined ? [text] : [];
  const pieces: (string | undefined)[] = [];
  let end = 0;
  for (let position = 0; position < text.length; ) {
    const match = matchFrom(itself, text, position, false);
    if (match === undefined || match[0]! >= text.length) break;
    if (match[1] === end) {
      position = advance(itself, text, match[0]!);
      continue;
    }
    charge(16);
    allocate(16 + 8 * match.length);
    pieces.push(bounded(text.slice(end, match[0]!)), ...groupTexts(text, match, 1));
    if (pieces.length >= piecesMax) return pieces.slice(0, piecesMax);
    end = match[1]!;
    position = end;
  }
  pieces.push(bounded(text.slice(end)));
  return pieces;
};

/** Only where it is elsewhere: what a module keeps may stand at its start. */
const rewind = (regular: Regular): void => {
  if (regular.lastIndex !== 0) guardChange(regular).lastIndex = 0;
};
