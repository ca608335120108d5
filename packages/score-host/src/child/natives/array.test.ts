/** The methods of arrays against the engine's: results, errors, what is left, and each call of the program in order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { after, before, GETTER, HOLE, type holders, Kind, run, type Side } from "./side-by-side.ts";

const apply = Reflect.apply;

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
// What a splice leaves behind that fails on the way, at an element that cannot be set, is not the same.
const unlessThrown = (side: Side): unknown => (side.outcome.startsWith("throws") ? side.outcome : side);
for (const name of ["splice", "toSpliced", "with"])
  compare(
    "Array.prototype",
    name,
    list,
    fc.oneof(upTo(2, position), fc.tuple(position, position, primitive, primitive)),
    unlessThrown,
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
