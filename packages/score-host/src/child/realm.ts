/**
 * Locks this thread's realm down before anything else of the child runs. Imported first, for its effect.
 * The order matters: what SES builds on is replaced, SES takes its own references, then the realm is cut to the baseline
 * and the rest of its natives replaced, then lockdown freezes what is left, so that nothing can be added or taken away
 * again.
 */
import { createRequire } from "node:module";
import "./pristine.ts";
import { BASELINE } from "./baseline.ts";
import { installFoundations, installNatives } from "./natives/index.ts";
import { installRegExp } from "./regexp/install.ts";

declare const lockdown: (options: Record<string, string>) => void;

const ITERATOR = Object.getPrototypeOf([][Symbol.iterator]()) as object;
const HIDDEN: Readonly<Record<string, object>> = {
  "%ArrayIteratorPrototype%": ITERATOR,
  "%IteratorPrototype%": Object.getPrototypeOf(ITERATOR) as object,
};

const find = (path: string): object =>
  HIDDEN[path] ??
  path.split(".").reduce((holder, name) => (holder as Record<string, object>)[name]!, globalThis as object);

const cutToBaseline = (): void => {
  for (const [path, names] of Object.entries(BASELINE)) {
    const kept = new Set(names.split(" "));
    const intrinsic = find(path);
    for (const key of Object.getOwnPropertyNames(intrinsic))
      if (!kept.has(key)) Reflect.deleteProperty(intrinsic, key);
  }
  // From Node 22 on, iterators have a constructor and helpers. SES looks for the helpers where it finds the constructor,
  // so both go; and so does the tag that came with them, the one symbol that Node 20 does not have here.
  Reflect.deleteProperty(globalThis, "Iterator");
  Reflect.deleteProperty(find("%IteratorPrototype%"), Symbol.toStringTag);
};

/** Where engines have these among the properties of their object differs, and a listing would show it: here they are last. */
const putLast = (holder: object, names: readonly string[]): void => {
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name)!;
    Reflect.deleteProperty(holder, name);
    Object.defineProperty(holder, name, descriptor);
  }
};

installFoundations();
// The single-file build starts faster than SES's modules and needs one file to be readable, not a tree.
createRequire(import.meta.url)("ses");
cutToBaseline();
putLast(Array.prototype, ["toString"]);
putLast(Array.prototype[Symbol.unscopables], ["values"]);
installNatives();
installRegExp();
lockdown({
  errorTaming: "safe",
  consoleTaming: "safe",
  stackFiltering: "concise",
  overrideTaming: "moderate",
  // Locale methods are gone already; the safe taming would put replacements back.
  localeTaming: "unsafe",
  domainTaming: "safe",
  reporting: "none",
});
