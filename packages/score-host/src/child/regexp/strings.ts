import { allocate, bounded, charge } from "../meter.ts";
import { Regular } from "./regular.ts";
import { substitute } from "./substitute.ts";
import { startText, toText } from "./text.ts";

const nativeSplit = Function.prototype.call.bind(String.prototype.split) as unknown as (
  text: string,
  separator: unknown,
  limit: unknown,
) => string[];

type Protocol =
  | typeof Symbol.match
  | typeof Symbol.matchAll
  | typeof Symbol.search
  | typeof Symbol.replace
  | typeof Symbol.split;

/**
 * The methods of strings that take a pattern. As in the language, an object that has a method for the purpose
 * does the work itself: ours, one of the contract's, or an expression of the engine's own, which host modules
 * use and contracts never see. Anything else is a text: to look for, or the source of a pattern.
 */
export const stringMethods = {
  match(this: unknown, pattern: unknown): unknown {
    const call = methodOf(this, pattern, Symbol.match);
    return call === undefined ? made(this, pattern, "", Symbol.match) : call(this);
  },

  matchAll(this: unknown, pattern: unknown): unknown {
    requireGlobal(this, pattern);
    const call = methodOf(this, pattern, Symbol.matchAll);
    return call === undefined ? made(this, pattern, "g", Symbol.matchAll) : call(this);
  },

  search(this: unknown, pattern: unknown): unknown {
    const call = methodOf(this, pattern, Symbol.search);
    return call === undefined ? made(this, pattern, "", Symbol.search) : call(this);
  },

  replace(this: unknown, pattern: unknown, replacement: unknown): unknown {
    const call = methodOf(this, pattern, Symbol.replace);
    return call === undefined
      ? replaceText(toText(this), toText(pattern), replacement, 1)
      : call(this, replacement);
  },

  replaceAll(this: unknown, pattern: unknown, replacement: unknown): unknown {
    requireGlobal(this, pattern);
    const call = methodOf(this, pattern, Symbol.replace);
    return call === undefined
      ? replaceText(toText(this), toText(pattern), replacement, Number.POSITIVE_INFINITY)
      : call(this, replacement);
  },

  split(this: unknown, separator: unknown, limit: unknown): unknown {
    const call = methodOf(this, separator, Symbol.split);
    return call === undefined ? splitText(toText(this), separator, limit) : call(this, limit);
  },
};

/** Refuses to be called on nothing. Returns the pattern's own method, undefined if it has none. @throws TypeError */
const methodOf = (
  value: unknown,
  pattern: unknown,
  protocol: Protocol,
): ((...values: unknown[]) => unknown) | undefined => {
  requireText(value);
  if ((typeof pattern !== "object" && typeof pattern !== "function") || pattern === null) return undefined;
  const method: unknown = (pattern as Partial<Record<Protocol, unknown>>)[protocol];
  if (method === undefined || method === null) return undefined;
  if (typeof method !== "function") throw new TypeError("a pattern's method is no function");
  return (...values) => Reflect.apply(method, pattern, values);
};

const requireText = (value: unknown): void => {
  if (value === undefined || value === null)
    throw new TypeError("a method of strings was called on null or undefined");
};

const requireGlobal = (value: unknown, pattern: unknown): void => {
  requireText(value);
  if (Regular.read(pattern)?.flags.global === false)
    throw new TypeError("matchAll and replaceAll take a regular expression with the flag g");
};

/** Compiles a text and calls the expression's own method. */
const made = (
  value: unknown,
  pattern: unknown,
  flags: string,
  protocol: typeof Symbol.match | typeof Symbol.matchAll | typeof Symbol.search,
): unknown => {
  const text = toText(value);
  return new Regular(pattern, flags)[protocol](text);
};

/** The engine compares a long text in parts, each of which may walk all of the other. */
const chargeSearch = (text: string, sought: string): void =>
  charge(1 + (text.length >>> 3) * (1 + (sought.length >>> 8)));

const replaceText = (text: string, sought: string, replacement: unknown, countMax: number): string => {
  const template = typeof replacement === "function" ? undefined : toText(replacement);
  chargeSearch(text, sought);
  const starts: number[] = [];
  for (let at = text.indexOf(sought); at >= 0 && starts.length < countMax; ) {
    allocate(8);
    charge(1);
    starts.push(at);
    const next = at + Math.max(1, sought.length);
    at = next > text.length ? -1 : text.indexOf(sought, next);
  }
  if (starts.length === 0) return text;
  const result = startText();
  let from = 0;
  for (const start of starts) {
    const end = start + sought.length;
    result.add(text.slice(from, start));
    result.add(
      template === undefined
        ? toText((replacement as (...values: unknown[]) => unknown)(sought, start, text))
        : substitute(template, { text, start, end, captures: [], groups: undefined }),
    );
    from = end;
  }
  result.add(text.slice(from));
  return result.done();
};

const splitText = (text: string, separator: unknown, limit: unknown): string[] => {
  const piecesMax = limit === undefined ? limit : +(limit as number) >>> 0;
  const at = separator === undefined ? separator : toText(separator);
  chargeSearch(text, at ?? "");
  const pieces = nativeSplit(text, at, piecesMax);
  charge(pieces.length);
  allocate(16 * pieces.length);
  for (const piece of pieces) bounded(piece);
  return pieces;
};
