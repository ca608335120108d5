import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { callOf, callOfBody, payloadValue } from "./payload.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

const payloads: readonly { name: string; payload: Uint8Array; value: unknown }[] = [
  { name: "an object", payload: bytes('{"data":"hello"}'), value: { data: "hello" } },
  { name: "a bare text", payload: bytes('"x"'), value: "x" },
  { name: "null", payload: bytes("null"), value: null },
  { name: "space around", payload: bytes(" 1\n"), value: 1 },
  { name: "64 levels", payload: bytes(nested(64)), value: JSON.parse(nested(64)) },
  {
    name: "brackets within texts",
    payload: bytes(JSON.stringify(`${"[".repeat(500)}\\"${"{".repeat(500)}`)),
    value: `${"[".repeat(500)}\\"${"{".repeat(500)}`,
  },
];

for (const { name, payload, value } of payloads)
  test(`a payload of ${name} has its value`, () => assert.deepEqual(payloadValue(payload), { value }));

const refused: readonly { name: string; payload: Uint8Array }[] = [
  { name: "nothing", payload: bytes("") },
  { name: "65 levels", payload: bytes(nested(65)) },
  { name: "levels enough to end a stack", payload: bytes("[".repeat(200_000)) },
  { name: "levels behind an escaped quote", payload: bytes(`["\\"",${nested(64)}]`) },
  { name: "no UTF-8", payload: Uint8Array.of(0x22, 0xff, 0x22) },
  { name: "a byte order mark", payload: Uint8Array.of(0xef, 0xbb, 0xbf, 0x31) },
  { name: "two values", payload: bytes("1 2") },
  { name: "a comment", payload: bytes("1 // one") },
  { name: "NaN", payload: bytes("NaN") },
];

for (const { name, payload } of refused)
  test(`a payload of ${name} is none`, () => assert.equal(payloadValue(payload), undefined));

const calls: readonly { name: string; payload: string; score?: string; call: unknown }[] = [
  { name: "data", payload: '{"data":1}', call: undefined },
  { name: "a list", payload: '[{"method":"m"}]', call: undefined },
  { name: "a method that is no text", payload: '{"method":1}', call: undefined },
  { name: "a bare method", payload: '{"method":"m"}', call: { score: "main", method: "m", params: "{}" } },
  {
    name: "a SCORE in its params",
    payload: '{"method":"m","params":{"score":"other"}}',
    call: { score: "other", method: "m", params: '{"score":"other"}' },
  },
  {
    name: "a SCORE of its own, which comes first",
    payload: '{"method":"m","params":{"score":"other"}}',
    score: "own",
    call: { score: "own", method: "m", params: '{"score":"other"}' },
  },
  {
    name: "a SCORE that is no text",
    payload: '{"method":"m","params":{"score":1}}',
    call: { score: "main", method: "m", params: '{"score":1}' },
  },
  {
    name: "params in a list",
    payload: '{"method":"m","params":[1,2]}',
    call: { score: "main", method: "m", params: "[1,2]" },
  },
  {
    name: "params of null",
    payload: '{"method":"m","params":null}',
    call: { score: "main", method: "m", params: "{}" },
  },
  {
    name: "the last of two methods",
    payload: '{"method":"a","method":"b"}',
    call: { score: "main", method: "b", params: "{}" },
  },
  {
    name: "a prototype in its params",
    payload: '{"method":"m","params":{"__proto__":{"score":"evil"}}}',
    call: { score: "main", method: "m", params: '{"__proto__":{"score":"evil"}}' },
  },
  { name: "a method in its prototype alone", payload: '{"__proto__":{"method":"m"}}', call: undefined },
];

for (const { name, payload, score = "", call } of calls)
  test(`a transaction with ${name} calls ${call === undefined ? "nothing" : "as it says"}`, () =>
    assert.deepEqual(callOf({ payload: bytes(payload), score }, "main"), call));

test("no JSON value and no bytes make the interpretation throw, and calls are texts throughout", () => {
  const isSound = (call: unknown): void => {
    if (call === undefined) return;
    const { score, method, params } = call as Record<string, unknown>;
    assert.ok([score, method, params].every((text) => typeof text === "string"));
    JSON.parse(params as string);
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => isSound(callOfBody(value, "", "main"))),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (payload) =>
      isSound(callOf({ payload, score: "" }, "main")),
    ),
    { numRuns: 5_000 },
  );
});
