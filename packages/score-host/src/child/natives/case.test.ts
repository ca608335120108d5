import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { lowerCase, lowerCaseOf, upperCase, upperCaseOf } from "./case.ts";

test("every code point maps as in Unicode 15.0, on every engine", () => {
  const hash = createHash("sha256");
  for (let point = 0; point <= 0x10ffff; point++)
    hash.update(`${upperCaseOf(point)} ${lowerCaseOf(point)}\n`, "utf16le");
  assert.equal(hash.digest("hex"), "4494c7c40c482245bcda728e30a76a0143cd887486161acc0667da710b56422e");
});

test("what was given a case later has none", () => {
  for (const [text, upper, lower] of [
    ["\u019b\u0264", "\u019b\u0264", "\u019b\u0264"],
    ["\ua7cb\ua7dc", "\ua7cb\ua7dc", "\ua7cb\ua7dc"],
    ["\u{10d50}\u{10d70}", "\u{10d50}\u{10d70}", "\u{10d50}\u{10d70}"],
    ["\ua7d6\ua7d7", "\ua7d6\ua7d6", "\ua7d7\ua7d7"],
  ] as const)
    assert.deepEqual([upperCase(text), lowerCase(text)], [upper, lower]);
});

test("a text maps by the code point: several letters of one, and no thought for the end of a word", () => {
  assert.equal(upperCase("straße ﬁ ŉ"), "STRASSE FI ʼN");
  assert.equal(lowerCase("ΟΔΟΣ İ"), "οδοσ i\u0307");
  assert.equal(upperCase("\u{10428}\ud83d"), "\u{10400}\ud83d");
  assert.equal(upperCase("Plain Text 1"), "PLAIN TEXT 1");
});
