/**
 * What a module made when it was evaluated, kept for its next calls. Nothing of a call may be left behind in it, so it is
 * sealed: all that its functions can reach is frozen, and where a call would change it all the same, the text says so
 * (instrument/scope.ts) and the natives do. Such a call is given up and run again over a module evaluated for it alone,
 * which is what every call looks like to a contract: the sealed module only saves the work.
 *
 * A call is given up when it writes a variable that the module made, changes a collection or a private field of the
 * module's, asks whether an object of the module's is frozen, or meets an error that the engine makes when something frozen
 * is written. It need not be right about that: the second run is.
 */
import { types } from "node:util";
import { exhaustBy, meter, unmetered } from "./meter.ts";
import { isEngines } from "./natives/error.ts";
import {
  freeze,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isFrozen,
  nextOfArray,
  nextOfText,
  ownKeys,
  visitMap,
  visitSet,
} from "./pristine.ts";
import { MatchIterator } from "./regexp/match-iterator.ts";

/** What was kept while a module was being evaluated: how to come by its variables, and values that cannot be come by. */
let kept: (() => unknown)[] = [];
const ours = new WeakSet<object>();

/** Keeps a value that no property or variable leads to, if a module is being evaluated. */
export const keepValue = <T>(value: T): T => {
  if (meter.loading) kept[kept.length] = () => value;
  return value;
};

/** Keeps variables, by functions that read them. */
export const keep = (...variables: readonly (() => unknown)[]): void => {
  for (let index = 0; index < variables.length; index++)
    kept[kept.length] = variables[index] as () => unknown;
};

let isKeeping = true;

/** From now on modules are evaluated for each call, which must make no difference: an author's test looks. */
export const keepNoModules = (): void => {
  isKeeping = false;
};

export const mayKeep = (): boolean => isKeeping;

let isSpoilt = false;

/** Whether a call may have changed what the modules keep, since this was asked last. */
export const takeSpoilt = (): boolean => {
  const was = isSpoilt;
  isSpoilt = false;
  return was;
};

const giveUp = (): never => {
  isSpoilt = true;
  return exhaustBy("sealed");
};

/** A write to a variable of an outer function, `wasLoading`: which ran while the module was evaluated. */
export const guardWrite = <T>(wasLoading: boolean, value: T): T => {
  if (wasLoading && meter.sealed) giveUp();
  return value;
};

/** An object that is about to be changed where freezing does not help: a collection's entries, a private field. */
export const guardChange = <T>(target: T): T => {
  if (meter.sealed && isFrozen(target)) giveUp();
  return target;
};

/** A change that Reflect says was not made: something frozen may have been in its way, on the chain of prototypes too. */
export const guardRefusal = (holder: object): void => {
  if (meter.sealed && holder === Reflect) giveUp();
};

/** Something that was thrown: the engine's error of having written what is frozen looks like any other of its kind. */
export const guardThrown = (thrown: unknown): void => {
  if (meter.sealed && thrown instanceof TypeError && isEngines(thrown)) giveUp();
};

/** An object whose attributes are asked for: those of the module's would tell that they are frozen. */
export const guardLook = (target: unknown): void => {
  if (meter.sealed && isObject(target) && ours.has(target)) giveUp();
};

/** What evaluating a module takes, and the module; `isSealed`: it can be kept. */
export type Evaluated<T> = {
  readonly made: T;
  readonly steps: number;
  readonly bytes: number;
  readonly isSealed: boolean;
};

/** Evaluates a module to be kept. @throws whatever it throws, Exhausted too */
export const evaluateSealed = <T>(evaluate: () => T, stepsMax: number, bytesMax: number): Evaluated<T> => {
  kept = [];
  meter.loading = true;
  try {
    const evaluated = evaluateApart(evaluate, stepsMax, bytesMax);
    meter.loading = false;
    const isSealed = unmetered(0, () => seal([evaluated.made, ...keptValues()]));
    return { ...evaluated, isSealed };
  } finally {
    meter.loading = false;
    kept = [];
  }
};

const keptValues = (): unknown[] => {
  const values: unknown[] = [];
  for (const variable of kept) {
    try {
      values[values.length] = variable();
    } catch {
      // It never got a value: nothing can use it.
    }
  }
  return values;
};

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";

/** Freezes all that can be reached. Returns whether it found nothing that goes on changing when it is frozen. */
const seal = (roots: unknown[]): boolean => {
  const seen = new Set<object>();
  const waiting = roots;
  const found: object[] = [];
  const wait = (entry: unknown, key: unknown): void => {
    waiting[waiting.length] = entry;
    waiting[waiting.length] = key;
  };
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (!isObject(value) || seen.has(value)) continue;
    seen.add(value);
    if (isMoving(value)) return false;
    found[found.length] = value;
    waiting[waiting.length] = getPrototypeOf(value);
    for (const key of ownKeys(value)) {
      const { value: held, get, set } = getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
      wait(held, get);
      waiting[waiting.length] = set;
    }
    if (types.isMap(value)) visitMap(value, wait);
    if (types.isSet(value)) visitSet(value, wait);
  }
  for (const value of found) {
    freeze(value);
    ours.add(value);
  }
  return true;
};

/** An iterator goes on when it is asked, whatever is frozen of it. */
const isMoving = (value: object): boolean =>
  types.isMapIterator(value) ||
  types.isSetIterator(value) ||
  types.isGeneratorObject(value) ||
  types.isProxy(value) ||
  MatchIterator.is(value) ||
  goesOn(nextOfArray, value) ||
  goesOn(nextOfText, value);

const goesOn = (next: (iterator: object) => unknown, value: object): boolean => {
  try {
    next(value);
    return true;
  } catch {
    return false;
  }
};

/** Evaluates a module with counters of its own: what it takes does not depend on where it is called from. */
export const evaluateApart = <T>(
  evaluate: () => T,
  stepsMax: number,
  bytesMax: number,
): { readonly made: T; readonly steps: number; readonly bytes: number } => {
  const { steps, bytes, depth, sealed } = meter;
  meter.steps = stepsMax;
  meter.bytes = bytesMax;
  meter.depth = 0;
  meter.sealed = false;
  try {
    const made = evaluate();
    return { made, steps: stepsMax - meter.steps, bytes: bytesMax - meter.bytes };
  } finally {
    meter.steps = steps;
    meter.bytes = bytes;
    meter.depth = depth;
    meter.sealed = sealed;
  }
};
