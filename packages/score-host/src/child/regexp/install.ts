import { MatchIterator } from "./match-iterator.ts";
import { Regular } from "./regular.ts";
import { stringMethods } from "./strings.ts";

/** The constructor that contracts know as `RegExp`; it may be called without `new`. */
export const ContractRegExp = function (this: unknown, pattern?: unknown, flags?: unknown): unknown {
  if (new.target === undefined && flags === undefined && Regular.read(pattern) !== undefined) return pattern;
  return Reflect.construct(Regular, [pattern, flags], new.target ?? ContractRegExp);
} as unknown as {
  new (pattern?: unknown, flags?: unknown): Regular;
  (pattern?: unknown, flags?: unknown): Regular;
};

/** Returns a new regular expression, as the evaluation of a literal does. @throws SyntaxError, Exhausted */
export const makeRegExp = (source: string, flags: string): Regular => new Regular(source, flags);

/**
 * Makes this realm's strings take the regular expressions of contracts, and prepares their constructor. To be
 * called once, after SES is loaded, which keeps the engine's own for itself, and before the lockdown, which
 * freezes the methods of strings. The lockdown puts its own RegExp in place of whatever is there; a
 * contract's global of that name is therefore set in its compartment, to ContractRegExp.
 */
export const installRegExp = (): void => {
  for (const [name, value] of Object.entries(stringMethods)) define(String.prototype, name, value);

  Reflect.deleteProperty(MatchIterator.prototype, "constructor");
  define(MatchIterator.prototype, Symbol.toStringTag, "RegExp String Iterator");

  define(ContractRegExp, "name", "RegExp");
  Object.defineProperty(ContractRegExp, "prototype", { value: Regular.prototype, writable: false });
  Object.defineProperty(ContractRegExp, Symbol.species, {
    get(this: unknown): unknown {
      return this;
    },
    configurable: true,
  });
  define(Regular.prototype, "constructor", ContractRegExp);

  // No object that a contract reaches through these can be written to, so nothing passes from call to call.
  for (const holder of [MatchIterator.prototype, Regular.prototype, ContractRegExp])
    freezeWithMethods(holder);
};

const define = (holder: object, name: PropertyKey, value: unknown): void => {
  Object.defineProperty(holder, name, { value, writable: true, enumerable: false, configurable: true });
};

const freezeWithMethods = (holder: object): void => {
  for (const key of Reflect.ownKeys(holder)) {
    const { value, get } = Object.getOwnPropertyDescriptor(holder, key)!;
    if (typeof value === "function") Object.freeze(value);
    if (get !== undefined) Object.freeze(get);
  }
  Object.freeze(holder);
};
