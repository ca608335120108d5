import assert from "node:assert/strict";
import { test } from "node:test";
import type { InvokeContext } from "./context.ts";
import { contract } from "./contract.ts";
import { decimal } from "./decimal.ts";
import type { Json } from "./json.ts";
import { method } from "./method.ts";
import { isRefusal } from "./refusal.ts";
import * as t from "./schema.ts";

/** Does not compile unless the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isSame = <A, B>(_same: Same<A, B>): void => {};

const order = t.object({
  id: t.hash(),
  buyer: t.identity(),
  lines: t.list(t.object({ name: t.text({ max: 10 }), price: t.amount({ min: 1n }) }), { min: 1, max: 2 }),
  terms: t.oneOf(["cash", "credit"]),
  rate: t.decimal({ scale: 2, min: "0", max: "9.99" }),
  count: t.optional(t.integer({ min: 0, max: 5 }), 3),
  note: t.optional(t.text()),
  until: t.nullable(t.integer()),
  sizes: t.record(t.boolean(), { max: 2 }),
});

test("a schema gives the types of what it reads and of its JSON", () => {
  isSame<
    t.Read<typeof order>,
    {
      readonly id: string;
      readonly buyer: string;
      readonly lines: readonly { readonly name: string; readonly price: bigint }[];
      readonly terms: "cash" | "credit";
      readonly rate: { readonly units: bigint; readonly scale: number };
      readonly count: number;
      readonly until: number | null;
      readonly sizes: Readonly<Record<string, boolean>>;
      readonly note?: string;
    }
  >(true);
  isSame<
    t.Wire<typeof order>,
    {
      readonly id: string;
      readonly buyer: string;
      readonly lines: readonly { readonly name: string; readonly price: string }[];
      readonly terms: "cash" | "credit";
      readonly rate: string;
      readonly until: number | null;
      readonly sizes: Readonly<Record<string, boolean>>;
      readonly count?: number;
      readonly note?: string;
    }
  >(true);
});

const good = {
  id: "0a".repeat(32),
  buyer: "ann@org-1",
  lines: [{ name: "tea", price: "300" }],
  terms: "cash",
  rate: "0.5",
  until: null,
  sizes: { s: true },
};

test("what fits is read, with defaults, and without keys for what was left out", () => {
  assert.deepEqual(order.read(good, ""), {
    ...good,
    lines: [{ name: "tea", price: 300n }],
    rate: decimal("0.5", 2),
    count: 3,
  });
  const full = order.read({ ...good, note: "x", count: 0, until: 5 }, "");
  assert.deepEqual([full.note, full.count, full.until], ["x", 0, 5]);
});

for (const [name, [changes, path, message]] of Object.entries<[Record<string, Json>, string, RegExp]>({
  "a short hash": [{ id: "0a" }, "id", /^id must be a hash of 64/],
  "a hash in capitals": [{ id: "0A".repeat(32) }, "id", /^id must be a hash/],
  "a name without an organisation": [{ buyer: "ann" }, "buyer", /name@organisation$/],
  "no list": [{ lines: {} }, "lines", /^lines must be a list of 1 to 2 items$/],
  "an empty list": [{ lines: [] }, "lines", /1 to 2 items/],
  "a list that is too long": [{ lines: [1, 2, 3] }, "lines", /1 to 2 items/],
  "a member of an item": [
    {
      lines: [
        { name: "tea", price: "1" },
        { name: "tea", price: "0" },
      ],
    },
    "lines[1].price",
    /^lines\[1\]\.price must be an amount of at least 1$/,
  ],
  "an item that is no object": [{ lines: ["tea"] }, "lines[0]", /^lines\[0\] must be an object$/],
  "an unknown member of an item": [
    { lines: [{ name: "tea", price: "1", tax: 1 }] },
    "lines[0].tax",
    /^lines\[0\]\.tax is not expected$/,
  ],
  "a text that is too long": [{ lines: [{ name: "x".repeat(11), price: "1" }] }, "lines[0].name", /1 to 10/],
  "another choice": [{ terms: "barter" }, "terms", /^terms must be one of cash, credit$/],
  "a decimal beyond its most": [{ rate: "10" }, "rate", /at most 9\.99/],
  "a decimal below its least": [{ rate: "-0.01" }, "rate", /at least 0/],
  "an integer beyond its most": [{ count: 6 }, "count", /^count must be an integer from 0 to 5$/],
  "a fraction": [{ count: 0.5 }, "count", /an integer/],
  "null for what is optional": [{ note: null }, "note", /^note must be a text/],
  "a record with too many entries": [{ sizes: { a: true, b: true, c: true } }, "sizes", /at most 2 entries/],
  "a record's value": [{ sizes: { a: 1 } }, "sizes.a", /^sizes\.a must be true or false$/],
  "an unknown name": [{ extra: 1 }, "extra", /^extra is not expected$/],
  "an inherited name": [{ constructor: 1 }, "constructor", /not expected/],
}))
  test(`${name} is refused, and the place is named`, () => {
    assert.throws(
      () => order.read({ ...good, ...changes }, ""),
      (error) =>
        isRefusal(error) &&
        error.code === 9000 &&
        error.details?.path === path &&
        message.test(error.message),
    );
  });

for (const name of Object.keys(good))
  test(`${name} must be given`, () => {
    const { [name as keyof typeof good]: _, ...rest } = good;
    assert.throws(() => order.read(rest, ""), isRefusal);
  });

for (const value of [null, [], "x", 1, undefined])
  test(`${JSON.stringify(value)} is no object of parameters`, () => {
    assert.throws(() => order.read(value, ""), /^Refusal: params must be an object$/);
  });

test("a pattern is matched each time anew, and described", () => {
  const currency = t.text({ pattern: /^[A-Z]{3}$/, expected: "a currency code" });
  for (let time = 0; time < 3; time++) assert.equal(currency.read("KRW", "currency"), "KRW");
  assert.throws(() => currency.read("krw", "currency"), /currency must be a currency code/);
  assert.equal(currency.describe().pattern, "^[A-Z]{3}$");
});

test("a schema describes itself as JSON Schema", () => {
  const described = t.object({
    a: t.described(t.text({ max: 9 }), "What it is."),
    b: t.optional(t.amount(), "5"),
    c: t.json(),
    ...t.page(),
  });
  assert.deepEqual(described.describe(), {
    type: "object",
    properties: {
      a: { type: "string", minLength: 1, maxLength: 9, description: "What it is." },
      b: { type: "string", pattern: "^(?:0|[1-9][0-9]{0,77})$", default: "5" },
      c: {},
      limit: { type: "integer", minimum: 1, maximum: 1000, default: 100 },
      after: { type: "string", minLength: 1, maxLength: 4096 },
      reverse: { type: "boolean", default: false },
    },
    required: ["a", "c"],
    additionalProperties: false,
  });
  assert.deepEqual(described.read({ a: "x", c: null }, ""), {
    a: "x",
    b: 5n,
    c: null,
    limit: 100,
    reverse: false,
  });
  assert.doesNotThrow(() => JSON.stringify(order.describe()));
});

test("methods are typed by where they stand and what they take, and give what their result says", () => {
  const { invoke, query, init } = contract({
    name: "typed",
    version: "1.0.0",
    init: method({ params: { limit: t.integer() }, run: (ctx, { limit }) => ctx.state.set("limit", limit) }),
    invoke: {
      pay: method({
        params: { to: t.identity(), amount: t.amount() },
        result: t.object({ amount: t.amount() }),
        run(ctx, params) {
          isSame<typeof params, { readonly to: string; readonly amount: bigint }>(true);
          isSame<typeof ctx, InvokeContext>(true);
          return { amount: String(params.amount) };
        },
      }),
      // @ts-expect-error: an amount's JSON is a text of digits
      wrong: method({ result: t.amount(), run: () => 5n }),
      none: method({ run: (ctx) => ctx.transaction.index }),
      late: method(() => ({
        params: { by: t.amount() },
        result: t.boolean(),
        run(ctx, params) {
          isSame<typeof params, { readonly by: bigint }>(true);
          isSame<typeof ctx, InvokeContext>(true);
          return params.by > 1n;
        },
      })),
    },
    query: {
      see: method({
        params: { id: t.text() },
        run(ctx, { id }) {
          // @ts-expect-error: a query's state has no set
          ctx.state.set;
          return ctx.state.get(id) ?? null;
        },
      }),
    },
  });
  const context = {} as InvokeContext;
  assert.deepEqual(invoke.pay!(context, { to: "a@b", amount: 7 }), { amount: "7" });
  assert.equal(invoke.late!(context, { by: "2" }), true);
  assert.throws(() => invoke.none!(context, { by: 1 }), /by is not expected/);
  assert.throws(() => query.see!(context, {}), /id must be a text/);
  assert.throws(() => init!(context, { limit: "1" }), /limit must be an integer/);
});
