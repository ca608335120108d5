/**
 * Which characters are one under the flag i. ECMAScript compares upper cases of code units, or simple case
 * foldings of code points in Unicode patterns; both follow here from the fixed mapping of case.ts.
 */
import { unmetered } from "../meter.ts";
import { lowerCaseOf, upperCaseOf } from "../natives/case.ts";
import { normalize, type Ranges } from "./char-set.ts";

/** No code point from here on has a case. */
const CASELESS = 0x1f000;

/** These have a mapping, but no simple folding: they are themselves alone. */
const DOTTED_I = 0x130;
const DOTLESS_I = 0x131;

/** Returns the code point of a text that is one; otherwise the given one. */
const only = (text: string, otherwise: number): number => {
  const point = text.codePointAt(0)!;
  return text.length === (point > 0xffff ? 2 : 1) ? point : otherwise;
};

const foldUnit = (unit: number): number => {
  const upper = upperCaseOf(unit);
  if (upper.length !== 1) return unit;
  const folded = upper.charCodeAt(0);
  return unit >= 128 && folded < 128 ? unit : folded;
};

const foldPoint = (point: number): number => {
  if (point === DOTTED_I || point === DOTLESS_I) return point;
  const upper = only(upperCaseOf(point), point);
  return only(lowerCaseOf(upper), upper);
};

type Folding = {
  /** The folding of each character that has one. */
  readonly folded: ReadonlyMap<number, number>;
  /** All characters that are one with others, ascending. */
  readonly cased: readonly number[];
  /** The characters that fold to one. */
  readonly equals: ReadonlyMap<number, readonly number[]>;
};

const build = (fold: (char: number) => number, end: number): Folding => {
  const folded = new Map<number, number>();
  const equals = new Map<number, number[]>();
  for (let char = 0; char < end; char++) {
    const target = fold(char);
    if (target === char) continue;
    folded.set(char, target);
    const same = equals.get(target);
    if (same === undefined) equals.set(target, [target, char]);
    else same.push(char);
  }
  const cased = [...equals.values()].flat().sort((a, b) => a - b);
  return { folded, cased, equals };
};

// Built when the first pattern asks, since that takes some milliseconds, and never charged to whoever asks: nothing can
// tell whether they exist.
let units: Folding | undefined;
let points: Folding | undefined;

const foldingOf = (unicode: boolean): Folding => {
  if (unicode) {
    points ??= unmetered(0, () => build(foldPoint, CASELESS));
    return points;
  }
  units ??= unmetered(0, () => build(foldUnit, 0x10000));
  return units;
};

/** Returns what stands for a character under i; characters are one when this is. */
export const canonicalize = (char: number, unicode: boolean): number =>
  foldingOf(unicode).folded.get(char) ?? char;

/** Returns the ranges of all characters that are one with a member. */
export const closure = (ranges: Ranges, unicode: boolean): Ranges => {
  const { folded, cased, equals } = foldingOf(unicode);
  const added: number[] = [...ranges];
  for (let index = 0; index < ranges.length; index += 2) {
    const last = ranges[index + 1]!;
    for (let at = firstFrom(cased, ranges[index]!); at < cased.length && cased[at]! <= last; at++)
      for (const same of equals.get(folded.get(cased[at]!) ?? cased[at]!)!) added.push(same, same);
  }
  return normalize(added);
};

/** Returns the index of the first of ascending numbers that is not below a bound. */
const firstFrom = (numbers: readonly number[], bound: number): number => {
  let from = 0;
  let to = numbers.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (numbers[middle]! < bound) from = middle + 1;
    else to = middle;
  }
  return from;
};
