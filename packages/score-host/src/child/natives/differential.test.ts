/**
 * The natives as replaced here against the engine's, on the same generated inputs: what they return, what they throw,
 * what they leave in their receiver, and which functions of the program they call with what, in order.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { installFoundations, installNatives } from "./index.ts";

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

const taken = (holder: object): Methods => {
  const methods: Methods = {};
  for (const name of Object.getOwnPropertyNames(holder)) {
    const value = Object.getOwnPropertyDescriptor(holder, name)?.value as unknown;
    if (typeof value === "function") methods[name] = value as Method;
  }
  return methods;
};

const holders = {
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
const before = Object.fromEntries(Object.entries(holders).map(([name, holder]) => [name, taken(holder)]));
const constructors = { Array, Map, Set, String, Number, BigInt, Date };
installFoundations();
installNatives();
const after = Object.fromEntries(
  Object.keys(holders).map((name) => [
    name,
    taken(name.split(".").reduce((object, key) => (object as never)[key], globalThis as object)),
  ]),
);

const apply = Reflect.apply;

/** A text that tells values apart that a comparison should: holes, -0, and which class an array has. */
const shown = (value: unknown, depth = 0): string => {
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

class Kind extends Array<unknown> {}
class Foreign extends Array<unknown> {
  static override get [Symbol.species](): ArrayConstructor {
    return Kind as unknown as ArrayConstructor;
  }
}

const HOLE = Symbol("hole");
const GETTER = Symbol("getter");

/** Builds what a recipe describes, anew for each side, so that neither sees what the other did. */
const built = (recipe: unknown, log: string[]): unknown => {
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
  return recipe;
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

const primitive = fc.oneof(
  fc.constantFrom(undefined, null, true, Number.NaN, -0, 0, 1, 1.5, "", "b", "10", 9, 10n),
  fc.integer({ min: -20, max: 20 }),
  fc.string({ maxLength: 3 }),
);
const element = fc.oneof(
  { weight: 6, arbitrary: primitive },
  { weight: 1, arbitrary: fc.constantFrom(HOLE, GETTER) },
  { weight: 1, arbitrary: fc.record({ text: fc.string({ maxLength: 3 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ list: fc.array(primitive, { maxLength: 3 }), kind: fc.constant("Array") }),
  },
);
const list = fc.record({
  list: fc.array(element, { maxLength: 12 }),
  kind: fc.constantFrom("Array", "Array", "Array", "Kind", "Foreign"),
});
const position = fc.oneof(
  fc.constantFrom(undefined, null, "2", Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.9),
  fc.integer({ min: -14, max: 14 }),
);
const call = fc.record({ call: fc.integer({ min: 0, max: 5 }) });

type Side = { readonly log: string[]; readonly outcome: string; readonly receiver: string };

const run = (method: Method, receiver: unknown, args: readonly unknown[]): Side => {
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

const compare = (
  holder: keyof typeof holders,
  name: string,
  receiver: fc.Arbitrary<unknown>,
  args: fc.Arbitrary<readonly unknown[]>,
  keep: (side: Side) => unknown = (side) => side,
): void => {
  test(`${holder}.${name} does as the engine's does`, () => {
    const [native, ours] = [before[holder]?.[name], after[holder]?.[name]];
    assert.ok(native !== undefined && ours !== undefined && native !== ours);
    fc.assert(
      fc.property(receiver, args, (self, given) => {
        assert.deepEqual(keep(run(ours, self, given)), keep(run(native, self, given)));
      }),
      { numRuns: 400 },
    );
  });
};

const none = fc.constant([]);
const upTo = (count: number, arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> =>
  fc.array(arbitrary, { maxLength: count });

for (const name of "forEach map filter every some find findIndex findLast findLastIndex flatMap".split(" "))
  compare(
    "Array.prototype",
    name,
    list,
    fc.tuple(fc.oneof({ weight: 20, arbitrary: call }, { weight: 1, arbitrary: primitive }), primitive),
  );
for (const name of ["reduce", "reduceRight"])
  compare("Array.prototype", name, list, fc.oneof(fc.tuple(call), fc.tuple(call, primitive)));
for (const name of ["indexOf", "lastIndexOf", "includes"])
  compare("Array.prototype", name, list, fc.oneof(fc.tuple(primitive), fc.tuple(primitive, position)));
for (const name of ["slice", "copyWithin"]) compare("Array.prototype", name, list, upTo(3, position));
for (const name of ["splice", "toSpliced", "with"])
  compare(
    "Array.prototype",
    name,
    list,
    fc.oneof(upTo(2, position), fc.tuple(position, position, primitive, primitive)),
  );
compare("Array.prototype", "fill", list, fc.tuple(primitive, position, position));
compare("Array.prototype", "flat", list, upTo(1, position));
for (const name of ["concat", "push", "unshift"])
  compare("Array.prototype", name, list, upTo(3, fc.oneof(primitive, list)));
for (const name of ["reverse", "shift", "toReversed", "toString"])
  compare("Array.prototype", name, list, none);
compare("Array.prototype", "join", list, upTo(1, fc.oneof(primitive, fc.record({ text: fc.string() }))));

// How often a comparator is asked, and in which order, is what the engine's must not decide; what it comes to is the same.
const sorted = ({ outcome, receiver }: Side): unknown => ({ outcome, receiver });
const plain = fc.record({
  list: fc.array(fc.oneof(primitive, fc.constant(HOLE)), { maxLength: 60 }),
  kind: fc.constant("Array"),
});
for (const name of ["sort", "toSorted"]) {
  compare("Array.prototype", name, plain, none, sorted);
  test(`Array.prototype.${name} is stable and orders as its comparator says`, () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 300 });
    fc.assert(
      fc.property(numbers, (values) => {
        const order = (a: unknown, b: unknown): number =>
          Math.floor((a as number) / 10) - Math.floor((b as number) / 10);
        assert.deepEqual(
          apply(after["Array.prototype"]![name]!, [...values], [order]),
          apply(before["Array.prototype"]![name]!, [...values], [order]),
        );
      }),
    );
  });
}

const iterable = fc.oneof(
  list,
  fc.string({ maxLength: 6 }),
  fc.constantFrom(undefined, null, 5, { length: 3, 0: "a", 2: "c" }, { length: -1 }, new Set([1, 2])),
);
compare("Array", "from", fc.constant(Array), fc.oneof(fc.tuple(iterable), fc.tuple(iterable, call)), sorted);
compare("Array", "from", fc.constant(Kind), fc.tuple(iterable), sorted);
compare("Array", "of", fc.constantFrom(Array, Kind, undefined), upTo(4, primitive));

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom("", "aaa", "abcabc", " \t a \ufeff", "\ud800x", "é"),
);
const coerced = fc.oneof(
  { weight: 8, arbitrary: text },
  { weight: 1, arbitrary: primitive },
  { weight: 1, arbitrary: fc.record({ text }) },
);
for (const name of ["endsWith", "startsWith", "includes", "indexOf", "lastIndexOf"])
  compare(
    "String.prototype",
    name,
    coerced,
    fc.oneof(fc.tuple(coerced), fc.tuple(coerced, position), fc.constant([/a/])),
  );
for (const name of ["slice", "substr", "substring"])
  compare("String.prototype", name, coerced, upTo(2, position));
for (const name of ["padEnd", "padStart"])
  compare(
    "String.prototype",
    name,
    coerced,
    fc.oneof(fc.tuple(fc.integer({ min: -3, max: 20 })), fc.tuple(fc.integer({ min: -3, max: 20 }), coerced)),
  );
compare(
  "String.prototype",
  "repeat",
  coerced,
  fc.tuple(
    fc.oneof(fc.integer({ min: -2, max: 9 }), fc.constantFrom("2", undefined, Number.POSITIVE_INFINITY, 1.7)),
  ),
);
compare("String.prototype", "concat", coerced, upTo(3, coerced));
for (const name of ["trim", "trimEnd", "trimStart", "isWellFormed", "toWellFormed"])
  compare("String.prototype", name, coerced, none);

const record = fc.oneof(
  fc.dictionary(
    fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom("__proto__", "toString", "1", "0")),
    primitive,
    { maxKeys: 6 },
  ),
  list,
  primitive,
);
for (const name of "keys values entries getOwnPropertyNames getOwnPropertySymbols getOwnPropertyDescriptors freeze seal isFrozen isSealed preventExtensions".split(
  " ",
))
  compare("Object", name, fc.constant(undefined), fc.tuple(record));
compare("Object", "assign", fc.constant(undefined), fc.array(record, { maxLength: 4 }));
compare(
  "Object",
  "fromEntries",
  fc.constant(undefined),
  fc.tuple(
    fc.oneof(
      fc.array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom("__proto__", "toString", "a")), primitive), {
        maxLength: 5,
      }),
      iterable,
    ),
  ),
);
compare("Reflect", "ownKeys", fc.constant(undefined), fc.tuple(record));

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    primitive,
    fc.constantFrom(
      new Date(0),
      new String("s"),
      new Number(-0),
      new Boolean(false),
      Object(1n),
      new Map([[1, 2]]),
      () => 1,
      Symbol("s"),
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie("value"), { maxKeys: 4 }),
    fc.constantFrom(
      { toJSON: (key: string) => `for ${key}` },
      Object.create({ inherited: 1 }),
      Object.create(null),
    ),
  ),
})).value;
const replacer = fc.oneof(call, fc.constantFrom(undefined, null, ["a", 1, new String("b"), "a"], [], "x"));
const space = fc.oneof(
  fc.constantFrom(undefined, "", "--", "123456789012", new Number(2), new String(" "), null),
  fc.integer({ min: -1, max: 12 }),
);
compare(
  "JSON",
  "stringify",
  fc.constant(undefined),
  fc.oneof(fc.tuple(json), fc.tuple(json, replacer, space)),
  ({ outcome }) => outcome,
);
const jsonText = fc.oneof(
  fc.json(),
  fc.string(),
  fc.constantFrom('{"a":1,"a":2}', '{"__proto__":1}', "[1,]", "", "-0", '"\\ud800"'),
);
compare(
  "JSON",
  "parse",
  fc.constant(undefined),
  fc.oneof(fc.tuple(jsonText), fc.tuple(jsonText, fc.record({ call: fc.constantFrom(0, 5) }))),
  sorted,
);

test("maps and sets take, find and visit as the engine's do", () => {
  const operation = fc.tuple(fc.constantFrom("set", "get", "has", "delete", "clear"), primitive, primitive);
  fc.assert(
    fc.property(fc.array(fc.tuple(primitive, primitive)), fc.array(operation), (entries, operations) => {
      const [ours, native] = [new Map(entries), new constructors.Map(entries)];
      for (const [name, key, value] of operations)
        assert.equal(
          shown(apply(after["Map.prototype"]![name] as Method, ours, [key, value])),
          shown(apply(before["Map.prototype"]![name] as Method, native, [key, value])),
        );
      const visits = (visit: Method, map: unknown): string[] => {
        const log: string[] = [];
        apply(visit, map, [
          (value: unknown, key: unknown, self: Map<unknown, unknown>) => {
            log.push(shown([value, key]));
            if (log.length === 2) self.set("later", 1).delete(key);
          },
        ]);
        return log;
      };
      assert.deepEqual(
        visits(after["Map.prototype"]!.forEach!, ours),
        visits(before["Map.prototype"]!.forEach!, native),
      );
      assert.equal(
        shown(new Set(entries.map(([key]) => key))),
        shown(new constructors.Set(entries.map(([key]) => key))),
      );
    }),
  );
});

test("constructors called and constructed give what the engine's give", () => {
  const given = fc.oneof(
    primitive,
    fc.record({ text: fc.constantFrom("7", "x", "0x10") }),
    fc.constantFrom("12n", " 5 ", "1e3"),
  );
  const outcome = (make: () => unknown): string => {
    try {
      return shown(make());
    } catch (error) {
      return `throws ${(error as Error).name}`;
    }
  };
  fc.assert(
    fc.property(given, (recipe) => {
      const value = built(recipe, []) as never;
      for (const name of ["Number", "String", "BigInt"] as const)
        assert.equal(
          outcome(() => globalThis[name](value)),
          outcome(() => constructors[name](value)),
          name,
        );
      assert.equal(
        outcome(() => new Array(value)),
        outcome(() => new constructors.Array(value)),
      );
      if (typeof value !== "string" && typeof value !== "object")
        assert.equal(
          outcome(() => new Date(value)),
          outcome(() => new constructors.Date(value)),
        );
    }),
  );
  class Counter extends Map<string, number> {
    total = 0;
    override set(key: string, value: number): this {
      this.total += value;
      return super.set(key, value);
    }
  }
  assert.ok(new Kind(3) instanceof Kind && new Kind(3).length === 3);
  assert.ok(new Counter() instanceof Counter && new Counter().set("a", 2).total === 2);
  assert.equal(new (class extends Date {})(5).getTime(), 5);
  assert.equal(new (class extends TypeError {})("x").message, "x");
});
