/** What natives give and are charged, over many operations: one digest, which every Node.js must come to. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { costOf, many } from "./fixture.ts";
import { installFoundations, installNatives } from "./index.ts";

installFoundations();
installNatives();

class Word {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** Operations whose charge and result must be the same under every engine, errors of the engine's own included. */
const CORPUS: readonly (() => unknown)[] = [
  () => many(500).sort(),
  () => many(500).sort((a, b) => a - b),
  () => many(500).sort((a, b) => (a % 3) - (b % 2)),
  () => many(300).toSorted(() => 1),
  () => {
    const seen: string[] = [];
    many(20).sort((a, b) => {
      seen.push(`${a}<${b}`);
      return a - b;
    });
    return seen;
  },
  () => [new Word("b"), new Word("a"), undefined, 3].sort(),
  () => {
    const asked: string[] = [];
    const part = (name: string) => ({ valueOf: () => asked.push(name) }) as unknown as number;
    for (const date of [new Date(Number.NaN), new Date(0)]) {
      date.setUTCHours(part("hour"), part("minute"), part("second"), part("millisecond"));
      date.setMonth(part("month"), part("day"));
    }
    return asked;
  },
  () => many(50).map(String).join("-"),
  () =>
    many(50)
      .filter((value) => value % 2)
      .reduce((sum, value) => sum + value, 0),
  () => [[1, [2, [3, [4]]]]].flat(2),
  () => many(100).splice(3, 50, 1, 2, 3),
  () => [..."text"].map((letter) => letter.repeat(3)).concat(["end"], [["x"]] as never),
  () => Array.from(new Set(many(64).map((value) => value % 5)), (value) => value * 2),
  () => Object.entries({ b: 1, a: [1, 2], 2: 0, 1: 9 }),
  () => Object.fromEntries(many(30).map((value) => [`key${value}`, value])),
  () => Object.assign({}, { a: 1 }, [7, 8], "xy"),
  () =>
    Object.getOwnPropertyDescriptors({
      a: 1,
      get b() {
        return 2;
      },
    }),
  () =>
    JSON.stringify({ a: [1, { b: "\u2028\ud800" }], c: new Date(0), d: undefined, e: 1e21, f: -0 }, null, 2),
  () => JSON.stringify({ a: 1, b: [2, 3] }, (key, value) => (key === "a" ? undefined : value)),
  () =>
    JSON.parse('{"a":[1,2,{"b":null}],"c":"\\u00e9"}', (_, value) =>
      typeof value === "number" ? value + 1 : value,
    ),
  () => JSON.parse("{a:1}"),
  () => JSON.parse(""),
  () => JSON.parse("[1,2"),
  () => "a-b-c".indexOf("c") + "abcabc".lastIndexOf("b") + Number("abc".includes("bc")),
  () => ["  x ".trim(), "x".padStart(9, "ab"), "abc".slice(-2), "abc".substring(2, 0), "abc".substr(-2, 1)],
  () => [Number("12.5e3"), parseFloat("3.14abc"), 0xff, Number(""), Number("0b101"), Number("1_0")],
  () => [
    (255).toString(16),
    (-7).toString(2),
    (1e21).toString(),
    (0.1).toString(),
    (123.456).toFixed(1),
    (1e-7).toPrecision(3),
  ],
  () => (0.5).toString(2),
  () => [
    BigInt("123456789012345678901234567890").toString(36),
    BigInt.asUintN(64, -1n).toString(),
    BigInt.asIntN(8, 255n).toString(),
  ],
  () => BigInt("x"),
  () => BigInt(1.5),
  () =>
    [
      "2020-01-01",
      "2020-01-01T00:00:00.000Z",
      "Jan 1 2020",
      "2020-02-30T00:00:00.000Z",
      "+020200-01-01T00:00:00.000Z",
      "2020-01-01T24:00:00.000Z",
      5,
      true,
      null,
      undefined,
      new Word("2020-01-01T00:00:00.000Z"),
      new Date(7),
    ].map((value) => new Date(value as never).getTime()),
  () => [
    new Date(2020, 1, 31).toISOString(),
    new Date(0).toUTCString(),
    new Date(8.64e15).toJSON(),
    Date.UTC(99, 0),
  ],
  () => new Date(Number.NaN).toISOString(),
  () => [encodeURIComponent("é/\u{1f600}"), decodeURIComponent("%C3%A9"), encodeURI("a b?")],
  () => decodeURIComponent("%"),
  () => [
    ...new Map([
      [1, "a"],
      ["1", "b"],
      [Number.NaN, "c"],
    ] as [unknown, string][]).values(),
  ],
  () => {
    const map = new Map<unknown, number>();
    for (const value of many(200)) map.set(value % 7 ? value : `text ${value}`, value);
    return [...map.keys()].filter((key) => map.has(key)).length;
  },
  () => new Map([1] as never),
  () => (null as unknown as { x: number }).x,
  () => (undefined as unknown as () => void)(),
  () => (1n as never) + (1 as never),
  () => Reflect.construct(Symbol as never, []),
  () => Object.defineProperty(Object.freeze({}), "a", { value: 1 }),
  () => Object.setPrototypeOf(Object.preventExtensions({}), {}),
  () => new Array(-1),
  () => [].reduce((a) => a),
  () => "x".repeat(-1),
  () => Reflect.construct(Math.max, []),
  () =>
    structureOf(function named(a: unknown, b: unknown) {
      return [a, b];
    }),
  () => [Function.prototype.toString.call(Array.prototype.map), String(() => 1), `${class Named {}}`],
  () => Symbol("text").toString() + String(Symbol("other")),
  () => Object.prototype.toString.call({ [Symbol.toStringTag]: "Tag" }) + String({}),
  () => ((a: number, b: number) => a + b).bind(null, 1)(2),
  () => Array.prototype.map.call({ length: 1, 0: 1 }, () => 1),
  () =>
    (
      function countArguments() {
        // biome-ignore lint/complexity/noArguments: it is what is tested.
        return Array.prototype.slice.call(arguments, 1);
      } as (...args: number[]) => unknown
    )(1, 2, 3),
  () => Reflect.ownKeys({ b: 1, 1: 1, a: 1, [Symbol.iterator]: 1 }).map(String),
  () => new Error("with a cause", { cause: "x" }),
  () => new AggregateError([1], "several"),
];

const structureOf = (value: (...args: never[]) => unknown): string =>
  `${value.name} ${value.length} ${value}`;

/** Of all charges and results of the corpus. A change of it is a change of the rules. */
const PINNED = "e944fac3a8c749ae34f12d5cadcfc8a68e377f4d4675b2c6a59af1cbd13da952";

test("charges and results of the corpus are those that every Node.js gives", () => {
  const costs = CORPUS.map(costOf);
  for (const cost of costs) assert.equal(cost.depth, 0);
  assert.equal(createHash("sha256").update(JSON.stringify(costs)).digest("hex"), PINNED);
});
