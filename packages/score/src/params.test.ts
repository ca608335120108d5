import assert from "node:assert/strict";
import { test } from "node:test";
import { integerParam, textParam, textsParam } from "./params.ts";
import { Refusal } from "./refusal.ts";

const params = {
  text: "a",
  empty: "",
  long: "x".repeat(5000),
  list: ["a", "b"],
  mixed: ["a", 1],
  n: 5,
  f: 0.5,
};

test("parameters of the right kind are returned", () => {
  assert.equal(textParam(params, "text"), "a");
  assert.deepEqual(textsParam(params, "list"), ["a", "b"]);
  assert.equal(integerParam(params, "n", 5, 5), 5);
});

for (const [name, read] of Object.entries<() => unknown>({
  "a missing text": () => textParam(params, "none"),
  "an inherited text": () => textParam(params, "constructor"),
  "an empty text": () => textParam(params, "empty"),
  "a long text": () => textParam(params, "long"),
  "a number as text": () => textParam(params, "n"),
  "a list with a number": () => textsParam(params, "mixed"),
  "a text as list": () => textsParam(params, "text"),
  "a list that is too long": () => textsParam(params, "list", 1),
  "a fraction": () => integerParam(params, "f"),
  "an integer below its bound": () => integerParam(params, "n", 6),
  "an integer above its bound": () => integerParam(params, "n", 0, 4),
}))
  test(`${name} is refused`, () => assert.throws(read, Refusal));
