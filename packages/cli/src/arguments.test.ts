import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  durationMs,
  gather,
  heightText,
  jsonObject,
  jsonValue,
  oneOf,
  port,
  wholeNumber,
} from "./arguments.ts";
import { CliError } from "./error.ts";

test("a whole number within its bounds is read as it is", () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 900 }), (value) => {
      assert.equal(wholeNumber(3, 900)(String(value)), value);
    }),
  );
});

test("what is no whole number within its bounds is refused with the bounds", () => {
  for (const text of ["2", "901", "-4", "4.5", "1e2", "0x10", "", " 5", "five", "99999999999999999999"])
    assert.throws(() => wholeNumber(3, 900)(text), /give a whole number from 3 to 900/, text);
});

test("port 0 is refused, since the others would not know where to find such a peer", () => {
  assert.throws(() => port("0"), /from 1 to 65535/);
  assert.equal(port("65535"), 65_535);
});

test("durations have units", () => {
  assert.equal(durationMs("250ms"), 250);
  assert.equal(durationMs("90s"), 90_000);
  assert.equal(durationMs("15m"), 900_000);
  assert.equal(durationMs("7d"), 604_800_000);
  for (const text of ["90", "s", "1w", "-1s", "1.5h"])
    assert.throws(() => durationMs(text), /such as 90s/, text);
});

test("a height is a number from 1, or how many blocks from now", () => {
  for (const text of ["1", "5000", "+5"]) assert.equal(heightText(text), text);
  for (const text of ["0", "+0", "-5", "+", "5.5", "now", "+ 5", "9999999999999999"])
    assert.throws(() => heightText(text), /such as 5000, or \+5/, text);
});

test("a word must be one of those offered", () => {
  assert.equal(oneOf("final", "executed")("final"), "final");
  assert.throws(() => oneOf("final", "executed")("done"), /give one of final, executed/);
});

test("an option that is given again is gathered, not replaced", () => {
  assert.deepEqual(gather("b", gather("a", undefined)), ["a", "b"]);
});

test("parameters are a JSON object, and none are an empty one", () => {
  assert.deepEqual(jsonObject(undefined, "params"), {});
  assert.deepEqual(jsonObject('{"a":[1]}', "params"), { a: [1] });
  for (const text of ["{a:1}", "[1]", "null", "1", ""])
    assert.throws(
      () => jsonObject(text, "params"),
      (error) => error instanceof CliError && error.code === "NOT_JSON",
      text,
    );
  assert.equal(jsonValue("null", "--data"), null);
});
