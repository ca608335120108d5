/** What is made at its first use and kept, such as a compiled pattern, costs the call that comes first no more than the next. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { block, memoryState, rawScore } from "./fixture.ts";
import { createScoreHost } from "./host.ts";

/** Each is the body of a method. */
const BODIES: Readonly<Record<string, string>> = {
  "a pattern": "return /(?<year>\\d{4})-[^a-c\\s]+?$/m.test('2024-xyz')",
  "a pattern without case": "return /[a-z\\u0130]+/i.test('ABC')",
  "a pattern of code points without case": "return /[\\u{10400}-\\u{10420}]/iu.test('\\u{10428}')",
  "a reference without case": "return /(.)\\1/i.test('aA') && /(.)\\1/iu.test('aA')",
  "a pattern that is refused": "try { new RegExp('(') } catch (error) { return error.message }",
  "letters in upper case": "return 'stra\\u00dfe'.toUpperCase()",
  "an iterator of matches": "return [...'aXbX'.matchAll(/x/gi)].length",
};
const SCORE = rawScore(
  "repeat",
  Object.fromEntries(Object.values(BODIES).map((body, index) => [`m${index}`, body])),
);

Object.keys(BODIES).forEach((name, index) => {
  test(`${name} costs the same the first time and later`, async (t) => {
    const host = await createScoreHost({ scores: [SCORE] });
    t.after(() => host.close());
    const twice: [string, string][] = [
      ["repeat", `m${index}`],
      ["repeat", `m${index}`],
    ];
    const [first, second] = (await host.execute(block(1, twice), memoryState().read)).calls;
    assert.equal(first?.code, 0);
    assert.deepEqual(first, second);
  });
});
