import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeJson, encodeJson, JSON_DEPTH_MAX, JsonError } from "./json.ts";

const json = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.parse(JSON.stringify(value)));

test("a JSON value survives encoding and decoding", () => {
  fc.assert(
    fc.property(json, (value) => {
      fc.pre(!JSON.stringify(value).includes("__proto__"));
      try {
        assert.deepEqual(decodeJson(encodeJson(value)), value);
      } catch (error) {
        assert.ok(error instanceof JsonError && /lone surrogate/.test(error.message), String(error));
      }
    }),
  );
});

test("the text does not depend on the order in which keys were set", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer()), (record) => {
      fc.pre(!Object.hasOwn(record, "__proto__"));
      const reversed = Object.fromEntries(Object.entries(record).reverse());
      assert.equal(encodeJson(reversed), encodeJson(record));
    }),
  );
});

test("keys are sorted by code unit and numbers printed as ECMAScript does", () => {
  assert.equal(
    encodeJson({ b: 1e21, a: [0.1, true, null], "\u00e9": "\n", "10": -5, "9": "€" }),
    '{"10":-5,"9":"€","a":[0.1,true,null],"b":1e+21,"é":"\\n"}',
  );
});

const cycle: unknown[] = [];
cycle.push({ cycle });
let deep: unknown = 1;
for (let level = 0; level <= JSON_DEPTH_MAX; level++) deep = [deep];

for (const [name, value] of Object.entries<unknown>({
  undefined: undefined,
  "a nested undefined": { a: undefined },
  NaN: Number.NaN,
  infinity: [Number.POSITIVE_INFINITY],
  "minus zero": -0,
  BigInt: 1n,
  "a function": () => 1,
  "a symbol": Symbol("s"),
  "a symbol key": { [Symbol("s")]: 1 },
  "an accessor": {
    get a() {
      return 1;
    },
  },
  "a hidden property": Object.defineProperty({}, "a", { value: 1 }),
  "a hole": new Array(3),
  "an array with a named property": Object.assign([1], { a: 1 }),
  "a Map": new Map(),
  "a Date": new Date(0),
  "a class instance": new (class Box {})(),
  "a cycle": cycle,
  "deep nesting": deep,
  "a lone surrogate": "\ud800",
  "a key with a lone surrogate": { "\udc00": 1 },
  "a key __proto__": JSON.parse('{"__proto__":{"a":1}}'),
}))
  test(`${name} is refused`, () => assert.throws(() => encodeJson(value), JsonError));

test("a refusal names the place", () => {
  assert.throws(() => encodeJson({ a: [1, { b: undefined }] }), { path: "$.a[1].b", code: "JSON_REFUSED" });
});

test("an accessor is never run", () => {
  let ran = false;
  const trap = Object.defineProperty({}, "a", {
    enumerable: true,
    get: () => {
      ran = true;
    },
  });
  assert.throws(() => encodeJson(trap), JsonError);
  assert.equal(ran, false);
});

test("shared, acyclic parts are not taken for a cycle", () => {
  const part = { x: 1 };
  assert.equal(encodeJson([part, part]), '[{"x":1},{"x":1}]');
});

for (const text of ["", "{", "nul", '{"__proto__":1}', '{"\\u005f_proto__":1}', "1e999", "-0", '"\\ud800"'])
  test(`the text ${text || "(empty)"} is refused`, () => assert.throws(() => decodeJson(text), JsonError));
