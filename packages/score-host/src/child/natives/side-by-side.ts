/**
 * What the tests need that hold the replaced natives against the engine's: both, and a run of either on inputs that are
 * built from the same recipe. Importing it replaces the natives.
 */
import { installFoundations, installNatives } from "./index.ts";

export type Method = (this: unknown, ...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

const taken = (holder: object): Methods => {
  const methods: Methods = {};
  for (const name of Object.getOwnPropertyNames(holder)) {
    const value = Object.getOwnPropertyDescriptor(holder, name)?.value as unknown;
    if (typeof value === "function") methods[name] = value as Method;
  }
  return methods;
};

export const holders = {
  Array,
  "Array.prototype": Array.prototype,
  "String.prototype": String.prototype,
  Object,
  Reflect,
  JSON,
  "Map.prototype": Map.prototype,
  "Set.prototype": Set.prototype,
  "Number.prototype": Number.prototype,
  "Function.prototype": Function.prototype,
};
export const before = Object.fromEntries(
  Object.entries(holders).map(([name, holder]) => [name, taken(holder)]),
);
export const constructors = { Array, Map, Set, String, Number, BigInt, Date };
installFoundations();
installNatives();
export const after = Object.fromEntries(
  Object.keys(holders).map((name) => [
    name,
    taken(name.split(".").reduce((object, key) => (object as never)[key], globalThis as object)),
  ]),
);

const apply = Reflect.apply;

/** A text that tells values apart that a comparison should: holes, -0, and which class an array has. */
export const shown = (value: unknown, depth = 0): string => {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return "symbol";
  if (typeof value === "function") return `function ${value.name}/${value.length}`;
  if (typeof value !== "object" || value === null || depth > 6) return String(value);
  if (value instanceof Error) return value.name;
  if (value instanceof Map || value instanceof Set)
    return `{${[...value].map((item) => shown(item, depth + 1)).join()}}`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  const keys = Reflect.ownKeys(value).filter((key) => !(Array.isArray(value) && key === "length"));
  const parts = keys.map((key) => {
    const {
      value: inner,
      get,
      enumerable,
      writable,
    } = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
    return `${String(key)}${enumerable ? "" : "!"}${writable ? "" : "="}:${get ? "getter" : shown(inner, depth + 1)}`;
  });
  const kind = Array.isArray(value) ? `${value instanceof Kind ? "Kind" : ""}[${value.length}]` : "";
  return `${kind}{${parts.join()}}`;
};

export class Kind extends Array<unknown> {}
class Foreign extends Array<unknown> {
  static override get [Symbol.species](): ArrayConstructor {
    return Kind as unknown as ArrayConstructor;
  }
}

export const HOLE = Symbol("hole");
export const GETTER = Symbol("getter");

/** Builds what a recipe describes, anew for each side, so that neither sees what the other did. */
export const built = (recipe: unknown, log: string[]): unknown => {
  if (typeof recipe !== "object" || recipe === null) return recipe;
  if ("list" in recipe) return builtList(recipe as Recipe, log);
  if ("call" in recipe) return callback((recipe as { call: number }).call, log);
  if ("text" in recipe)
    return {
      toString: () => {
        log.push("toString");
        return (recipe as { text: string }).text;
      },
    };
  const prototype: unknown = Object.getPrototypeOf(recipe);
  if (prototype !== null && prototype !== Object.prototype) return recipe;
  return Object.create(prototype as null, Object.getOwnPropertyDescriptors(recipe));
};

type Recipe = { readonly list: readonly unknown[]; readonly kind: string };

const builtList = ({ list, kind }: Recipe, log: string[]): unknown => {
  const array = kind === "Kind" ? new Kind() : kind === "Foreign" ? new Foreign() : [];
  for (const [index, item] of list.entries()) {
    if (item === HOLE) array.length = index + 1;
    else if (item === GETTER)
      Object.defineProperty(array, index, {
        get: () => {
          log.push(`get ${index}`);
          return index % 2 === 0 ? undefined : index;
        },
        configurable: true,
        enumerable: true,
      });
    else array[index] = built(item, log);
  }
  return array;
};

/** A function of the program: by its number it answers, changes the array that it visits, or throws. */
const callback =
  (behaviour: number, log: string[]): Method =>
  (...args) => {
    log.push(`call ${args.map((arg) => shown(arg)).join()}`);
    const list = args.at(-1);
    if (behaviour === 1 && Array.isArray(list) && log.length === 3) list.length = 1;
    if (behaviour === 2 && Array.isArray(list) && log.length < 6) list[list.length] = "added";
    if (behaviour === 3 && log.length > 2) throw new RangeError("thrown");
    if (behaviour === 4) return [args[0], [args[0]]];
    return behaviour % 2 === 0 ? args[0] : log.length % 3 === 0;
  };

export type Side = { readonly log: string[]; readonly outcome: string; readonly receiver: string };

export const run = (method: Method, receiver: unknown, args: readonly unknown[]): Side => {
  const log: string[] = [];
  const self = built(receiver, log);
  const given = args.map((arg) => built(arg, log));
  let outcome: string;
  try {
    outcome = shown(apply(method, self, given));
  } catch (error) {
    outcome = `throws ${(error as Error).name}`;
  }
  return { log, outcome, receiver: shown(self) };
};
