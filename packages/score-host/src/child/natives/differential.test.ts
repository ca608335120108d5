/** Natives of other kinds than arrays' against the engine's: results, errors and calls of the program. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  after,
  before,
  built,
  constructors,
  type holders,
  Kind,
  type Method,
  run,
  type Side,
  shown,
} from "./side-by-side.ts";

const apply = Reflect.apply;

const primitive = fc.oneof(
  fc.constantFrom(undefined, null, true, Number.NaN, -0, 0, 1, 1.5, "", "b", "10", 9, 10n),
  fc.integer({ min: -20, max: 20 }),
  fc.string({ maxLength: 3 }),
);
const list = fc.record({
  list: fc.array(primitive, { maxLength: 8 }),
  kind: fc.constantFrom("Array", "Kind"),
});
const position = fc.oneof(
  fc.constantFrom(undefined, null, "2", Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.9),
  fc.integer({ min: -14, max: 14 }),
);
const call = fc.record({ call: fc.integer({ min: 0, max: 5 }) });

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
const sorted = ({ outcome, receiver }: Side): unknown => ({ outcome, receiver });
const iterable = fc.oneof(
  list,
  fc.string({ maxLength: 6 }),
  fc.constantFrom(undefined, null, 5, { length: 3, 0: "a", 2: "c" }, { length: -1 }, new Set([1, 2])),
);
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
