import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { TEXT_CHARS_MAX } from "../../bounds.ts";
import { Exhausted, meter } from "../meter.ts";
import { makeRegExp } from "./install.ts";
import { stringMethods } from "./strings.ts";

const STEPS = 1_000_000;
const BYTES = 64 << 20;

const fill = (): void => {
  meter.steps = STEPS;
  meter.bytes = BYTES;
};

/** Runs with a budget and returns what is left of it, and whether it was enough. */
const left = (
  action: () => unknown,
): { readonly steps: number; readonly bytes: number; readonly isEnough: boolean } => {
  fill();
  try {
    action();
    return { steps: meter.steps, bytes: meter.bytes, isEnough: true };
  } catch (error) {
    assert.ok(error instanceof Exhausted, String(error));
    return { steps: meter.steps, bytes: meter.bytes, isEnough: false };
  }
};

afterEach(() => {
  meter.steps = Number.MAX_SAFE_INTEGER;
  meter.bytes = Number.MAX_SAFE_INTEGER;
});

const A = "a".repeat(40);
for (const [source, flags, text] of [
  ["(a+)+$", "", `${A}b`],
  ["(a|a)*b", "", A],
  ["(.*)*x", "s", A],
  ["^(?:(?=(a+))a*)*b", "", A],
  ["(?:(?:(?:a*)*)*)*b", "", A],
  ["(?<=x(?:a|a)+)c", "i", `${A}c`],
  ["^(a?){40}a{40}b", "", A],
  ["(x+x+)+y", "u", "x".repeat(60)],
  ["(.)(.*)\\1$", "", `b${"a".repeat(30_000)}`],
] as const)
  test(`/${source}/${flags} ends with the budget, at the same count`, () => {
    const run = (): unknown => makeRegExp(source, flags).test(text);
    const first = left(run);
    assert.equal(first.isEnough, source.startsWith("(.)("));
    assert.deepEqual(left(run), first);
  });

test("a choice at every character is charged as memory", () => {
  const run = (): unknown => makeRegExp("(?:a|b)*", "").test("ab".repeat(200_000));
  assert.deepEqual(left(run), { ...left(run), isEnough: false });
  const small = left(() => makeRegExp("(?:a|b)*", "").test("ab".repeat(20_000)));
  assert.ok(small.isEnough && BYTES - small.bytes > 3 * 8 * 40_000, String(BYTES - small.bytes));
});

test("the first pattern costs what the same costs later", () => {
  const run = (): unknown => makeRegExp("(?<ünlü>[α-ω])\\k<ünlü>", "iu").exec("ΩΩ");
  assert.deepEqual(left(run), left(run));
  for (let count = 0; count < 300; count++) makeRegExp(`a{${count}}`, "");
  assert.deepEqual(left(run), left(run));
});

test("great counts and deep groups make no great program", () => {
  const { isEnough, steps } = left(() => makeRegExp("(?:(?:(?:a{9999}){9999}){9999}){9999}", ""));
  assert.ok(isEnough && STEPS - steps < 10_000, String(STEPS - steps));
  assert.ok(left(() => makeRegExp("(?:a{2,3}){2,99999999999999999999}b", "").test("a".repeat(20))).isEnough);
});

test("results beyond the longest text exhaust the call before they are made", () => {
  const long = "a".repeat(TEXT_CHARS_MAX / 2);
  for (const action of [
    () => stringMethods.replace.call(long, makeRegExp("b*$", ""), "$`$`$`$`"),
    () => stringMethods.replace.call(long, "a", "$'".repeat(1000)),
    () => stringMethods.replaceAll.call("a".repeat(3000), "a", "b".repeat(1000)),
    () => stringMethods.replace.call("a".repeat(3000), makeRegExp("a", "g"), () => "b".repeat(1000)),
  ]) {
    fill();
    meter.steps = 100 * STEPS;
    meter.bytes = 100 * BYTES;
    assert.throws(action, Exhausted);
  }
});
