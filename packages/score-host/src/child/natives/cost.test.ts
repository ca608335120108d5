/** What natives are charged: enough to stop every blow-up, and the same each time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { costOf, long, many } from "./fixture.ts";
import { caught, installFoundations, installNatives } from "./index.ts";

installFoundations();
installNatives();

const sparse: unknown[] = [];
sparse[4_000_000_000] = 1;
const wide = many(500_000);
const nested = (depth: number): unknown => {
  let list: unknown = [];
  for (let level = 0; level < depth; level++) list = [list, list];
  return list;
};
const chain = (length: number): object => {
  let object = {};
  for (let link = 0; link < length; link++) object = Object.create(object) as object;
  return object;
};

/** Each would take a second, a gigabyte or the native stack, if it were let. */
const BLOW_UPS: Readonly<Record<string, () => unknown>> = {
  repeat: () => "x".repeat(1e9),
  padStart: () => "x".padStart(1e9),
  padEnd: () => "x".padEnd(2 ** 29 - 24, "ab"),
  concat: () => "".concat(...many(9_000).map(() => long)),
  raw: () => String.raw({ raw: { length: 1e9 } } as never),
  indexOf: () => long.indexOf(`${"a".repeat(400_000)}c`),
  newArray: () => new Array(4e9).fill(0),
  arrayOfTen: () => Array(3e7),
  arrayFrom: () => Array.from({ length: 1e12 }),
  endless: () =>
    Array.from({
      [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }),
    } as Iterable<number>),
  sparseForEach: () => sparse.forEach(() => {}),
  sparseSort: () => sparse.sort(),
  sparseJoin: () => sparse.join(""),
  sparseIncludes: () => sparse.includes(2),
  sparseSlice: () => sparse.slice(),
  sparseShift: () => sparse.shift(),
  sparseSpread: () => Reflect.apply(Math.max, undefined, sparse as never),
  aggregateOfHoles: () => new AggregateError(sparse),
  lengthByDefine: () => Object.defineProperty([], "length", { value: 3e7 }),
  lengthByAssign: () => Object.assign([], { length: 3e7 }),
  lengthByReflect: () => Reflect.set([], "length", 3e7),
  lengthByDefines: () => Object.defineProperties([], { length: { value: 3e7 } }),
  joinText: () => many(3_000).join(long),
  joinShared: () => String(nested(40)),
  flatShared: () => (nested(40) as unknown[]).flat(Number.POSITIVE_INFINITY),
  flatDeep: () => {
    let list: unknown[] = [];
    for (let level = 0; level < 100; level++) list = [list];
    return list.flat(Number.POSITIVE_INFINITY);
  },
  sortSlowly: () => {
    for (;;) wide.toSorted((a, b) => a - b);
  },
  stringifyShared: () => JSON.stringify(nested(40)),
  stringifyDeep: () =>
    JSON.stringify(chain(0), function grow(this: unknown, key: string) {
      return { [`${key}x`]: 1 };
    }),
  stringifyText: () => JSON.stringify(many(64).map(() => long)),
  stringifyCycle: () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    return JSON.stringify(cycle);
  },
  parseDeep: () => JSON.parse("[".repeat(100_000)),
  parseMany: () => {
    for (;;) JSON.parse(long);
  },
  recursionByMap: () => {
    const again = (): unknown => [1].map(again);
    return again();
  },
  recursionByApply: () => {
    const again = (): unknown => Reflect.apply(again, undefined, []);
    return again();
  },
  recursionByJoin: () => {
    const knot = { toString: (): string => [knot].join() };
    return String(knot);
  },
  recursionBySort: () => {
    const again = (): number => {
      [1, 2].sort(again);
      return 0;
    };
    return again();
  },
  recursionByReviver: () =>
    JSON.parse("[1]", function again(): unknown {
      return JSON.parse("[1]", again);
    }),
  recursionByReplacer: () =>
    JSON.stringify([1], function again(): unknown {
      return JSON.stringify([1], again);
    }),
  boundChain: () => {
    let bound = (): number => 1;
    for (;;) bound = bound.bind(undefined);
  },
  manyArguments: () => Math.max.apply(undefined, many(200_000)),
  prototypes: () => chain(1_000),
  prototypeSetter: () => {
    let object = {};
    for (;;) {
      const next = {};
      Reflect.set(next, "__proto__", object);
      object = next;
    }
  },
  bigintText: () => BigInt("9".repeat(100_000)),
  bigintBits: () => BigInt.asUintN(2 ** 30 - 1, -1n),
  mapOfOnePlace: () => {
    const map = new Map<bigint, number>();
    for (let key = 0n; ; key++) map.set(key << 64n, 1);
  },
  mapGrowth: () => {
    const map = new Map<unknown, number>();
    for (;;) map.set({}, 1);
  },
  pushGrowth: () => {
    const list: number[] = [];
    for (;;) list.push(1);
  },
  keys: () => {
    for (;;) Object.keys(wide);
  },
  comparisons: () => {
    const texts = many(1_000).map((index) => `${long}${index}`);
    for (;;) texts.includes(`${long}x`);
  },
};

for (const [name, run] of Object.entries(BLOW_UPS))
  test(`${name} is stopped, at the same charge each time`, () => {
    const cost = costOf(run);
    assert.match(cost.outcome, /^(Exhausted|RangeError|TypeError|SyntaxError): ./);
    assert.doesNotMatch(cost.outcome, /call stack|Invalid|operation (takes|failed)/);
    if (!cost.outcome.startsWith("Exhausted")) assert.equal(cost.depth, 0);
    assert.deepEqual(costOf(run), cost);
  });

test("once a call is exhausted, every charge says so again", () => {
  const cost = costOf(() => {
    for (let tries = 0; ; tries++)
      try {
        "x".repeat(1e9);
      } catch {
        if (tries > 5) [].map(() => 1);
      }
  });
  assert.equal(cost.outcome, "Exhausted: the call is exhausted");
});

test("a charge below the budget leaves the rest", () => {
  const { outcome, steps, bytes } = costOf(() => "ab".repeat(1_600));
  assert.deepEqual([outcome.length, steps, bytes], [3_200, 100, 6_400]);
});

test("an error of the engine's is read in words that every engine has, once", () => {
  const error = caught(assertThrown(() => (null as unknown as { x: number }).x)) as Error;
  assert.equal(error.message, "a value is not of the kind that an operation takes");
  error.message = "of the contract";
  assert.equal((caught(error) as Error).message, "of the contract");
  assert.equal(Object.hasOwn(error, "stack"), false);
});

test("an error of the contract's own, and what is no error, is left as it is", () => {
  for (const thrown of [
    new TypeError("mine"),
    { message: "mine" },
    Object.create(TypeError.prototype, { message: { value: "mine" } }),
  ])
    assert.equal((caught(thrown) as Error).message, "mine");
  assert.equal(caught("text"), "text");
});

const assertThrown = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
};
