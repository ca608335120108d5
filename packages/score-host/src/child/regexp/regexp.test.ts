import assert from "node:assert/strict";
import { test } from "node:test";
import { makeRegExp } from "./install.ts";
import { stringMethods } from "./strings.ts";

const MATCHES: readonly (readonly [string, string, string, readonly (string | undefined)[] | null])[] = [
  ["a|ab", "", "abc", ["a"]],
  ["((a)|(ab))((c)|(bc))", "", "abc", ["abc", "a", "a", undefined, "bc", undefined, "bc"]],
  ["a[a-z]{2,4}?", "", "abcdefghi", ["abc"]],
  ["(z)((a+)?(b+)?(c))*", "", "zaacbbbcac", ["zaacbbbcac", "z", "ac", "a", undefined, "c"]],
  ["(a*)*", "", "b", ["", undefined]],
  ["(?:a*?)*?b", "", "aab", ["aab"]],
  ["(?=(a+))", "", "baaabac", ["", "aaa"]],
  ["(?=(a+))a*b\\1", "", "baaabac", ["aba", "a"]],
  ["(.*?)a(?!(a+)b\\2c)\\2(.*)", "", "baaabaac", ["baaabaac", "ba", undefined, "abaac"]],
  ["(?<=\\$)\\d+(\\.\\d*)?", "", "$10.53", ["10.53", ".53"]],
  ["(?<=(\\d+)(\\d+))$", "", "1053", ["", "1", "053"]],
  ["(?<=\\1(.))b", "", "aab", ["b", "a"]],
  ["(?:a|b){2,3}?c", "", "ababc", ["babc"]],
  ["(a?)??b", "", "ab", ["ab", "a"]],
  ["(?:){3}a", "", "a", ["a"]],
  ["(a){0}b", "", "ab", ["b", undefined]],
  ["(a\\1)", "", "aa", ["a", "a"]],
  ["\\k<x>(?<x>a)", "", "a", ["a", "a"]],
  ["^b", "m", "a\nb", ["b"]],
  ["a$", "m", "a\u2028b", ["a"]],
  ["a.b", "", "a\nb", null],
  ["a.b", "s", "a\nb", ["a\nb"]],
  ["^.$", "", "😀", null],
  ["^.$", "u", "😀", ["😀"]],
  ["^[^x]$", "u", "😀", ["😀"]],
  ["\\ud83d", "u", "😀", null],
  ["\\ud83d", "", "😀", ["\ud83d"]],
  ["[\\u{1f600}-\\u{1f64f}]{2}", "u", "😀😁", ["😀😁"]],
  ["ß", "i", "ẞ", null],
  ["ß", "iu", "ẞ", ["ẞ"]],
  ["k", "i", "\u212a", null],
  ["k", "iu", "\u212a", ["\u212a"]],
  ["[^k]", "iu", "\u212a", null],
  ["\\w", "iu", "ſ", ["ſ"]],
  ["(σ)\\1", "i", "Σς", ["Σς", "Σ"]],
  ["\u0264", "iu", "\ua7cb", null],
  ["\\bfoo\\b", "", "a foo.", ["foo"]],
  ["\\Boo", "", "foo", ["oo"]],
  // What the language only has for the web's sake, and only without u.
  ["\\1(a)", "", "a", ["a", "a"]],
  ["\\8", "", "8", ["8"]],
  ["a{,2}", "", "a{,2}", ["a{,2}"]],
  ["(?=a)*b", "", "b", ["b"]],
  ["\\c", "", "\\c", ["\\c"]],
  ["]", "", "]", ["]"]],
  ["[\\d-z]+", "", "1-z", ["1-z"]],
];

test("matches are those of the language", () => {
  for (const [source, flags, text, expected] of MATCHES) {
    const match = makeRegExp(source, flags).exec(text);
    assert.deepEqual(match === null ? null : [...match], expected, `/${source}/${flags}`);
  }
});

test("what is no pattern of ECMAScript 2022, or would differ between engines, is a SyntaxError of our wording", () => {
  const none = /is no regular expression of ECMAScript 2022$/;
  for (const [source, flags, message] of [
    ["(", "", none],
    ["a**", "", none],
    ["[b-a]", "", none],
    ["\\1", "u", none],
    ["(?<n>a)|(?<n>b)", "", none],
    ["(?i:a)", "", none],
    ["{1}", "", none],
    ["a", "v", /the flags/],
    ["a", "gg", /the flags/],
    ["a", "x", /the flags/],
    ["\\p{L}", "u", /has no \\p/],
    ["[\\P{Lu}]", "u", /has no \\p/],
    ["a".repeat(4097), "", /at most 4096 characters/],
    ["(".repeat(65) + ")".repeat(65), "", /at most 64 groups/],
  ] as const)
    assert.throws(
      () => makeRegExp(source, flags),
      (error) => error instanceof SyntaxError && message.test(error.message),
      `/${source}/${flags}`,
    );
  assert.ok(makeRegExp("(?:".repeat(64) + ")".repeat(64), "").test(""));
  assert.ok(makeRegExp("[(]".repeat(1000), "").test("(".repeat(1000)));
});

test("the last index moves with g and y alone, and may be set to anything", () => {
  const sticky = makeRegExp("a", "y");
  assert.deepEqual(
    [sticky.test("aab"), sticky.test("aab"), sticky.test("aab"), sticky.lastIndex],
    [true, true, false, 0],
  );
  const plain = makeRegExp("a", "");
  plain.lastIndex = 7;
  assert.deepEqual([plain.test("a"), plain.lastIndex], [true, 7]);
  const global = makeRegExp("a", "g");
  Object.assign(global, { lastIndex: { valueOf: () => "1" } });
  assert.deepEqual([global.exec("aa")?.index, global.lastIndex], [1, 2]);
  for (const value of [-1, Number.NaN, undefined, "x"]) {
    Object.assign(global, { lastIndex: value });
    assert.equal(global.exec("aa")?.index, 0);
  }
  global.lastIndex = 3;
  assert.deepEqual([global.exec("aa"), global.lastIndex], [null, 0]);
  const pairs = makeRegExp(".", "gu");
  pairs.lastIndex = 2;
  assert.deepEqual([pairs.exec("a😀b")?.index, pairs.lastIndex], [1, 3]);
  Object.freeze(global);
  assert.throws(() => global.test("a"), TypeError);
});

test("the source could stand between slashes, as the engine's", () => {
  for (const source of ["", "/", "\\/", "[/]", "\n", "\\\n", "[\n/]/", "\u2028", "a\\\\/", "\\]/", "\\[/"]) {
    const native = new RegExp(source, "yg");
    const ours = makeRegExp(source, "yg");
    assert.deepEqual(
      [ours.source, ours.flags, String(ours)],
      [native.source, "gy", String(native)],
      JSON.stringify(source),
    );
  }
});

test("what a contract puts over a method or a getter changes no other method", () => {
  const regular = Object.defineProperties(makeRegExp("a", "g"), {
    exec: { value: () => null },
    flags: { value: "" },
    global: { value: false },
    constructor: { value: undefined },
  });
  assert.equal(regular.test("a"), true);
  assert.equal(stringMethods.replace.call("aa", regular, "b"), "bb");
  assert.deepEqual(stringMethods.split.call("bab", regular, undefined), ["b", "b"]);
});

test("strings ask an object with a method of the purpose, and take anything else as text", () => {
  const pattern = {
    [Symbol.replace]: (text: unknown, by: unknown) => [text, by],
    [Symbol.split]: () => "split",
  };
  assert.deepEqual(stringMethods.replace.call("a", pattern, "b"), ["a", "b"]);
  assert.equal(stringMethods.split.call("a", pattern, 1), "split");
  const native = "a.b.a";
  assert.equal(stringMethods.replace.call(native, "a", "$$$&$'$`$1"), native.replace("a", "$$$&$'$`$1"));
  assert.equal(stringMethods.replaceAll.call(native, "", "-"), native.replaceAll("", "-"));
  assert.equal(
    stringMethods.replaceAll.call(native, "a", (found: string, at: number) => `${found}${at}`),
    "a0.b.a4",
  );
  assert.deepEqual([...(stringMethods.matchAll.call(native, ".") as Iterable<string[]>)].length, 5);
  assert.equal((stringMethods.match.call("undefined", undefined) as string[])[0], "");
  assert.deepEqual(stringMethods.split.call(native, ".", 2), ["a", "b"]);
  assert.deepEqual(stringMethods.split.call(native, undefined, undefined), [native]);
  assert.throws(() => stringMethods.replaceAll.call(native, makeRegExp("a", ""), ""), TypeError);
  assert.throws(() => stringMethods.matchAll.call(native, makeRegExp("a", "")), TypeError);
  for (const method of Object.values(stringMethods))
    for (const value of [undefined, null])
      assert.throws(() => Reflect.apply(method, value, ["a", "b"]), TypeError, method.name);
});

test("methods refuse anything but a regular expression, their prototype included", () => {
  const own = Object.getPrototypeOf(makeRegExp("a", "")) as ReturnType<typeof makeRegExp>;
  assert.deepEqual([own.source, own.flags, own.global], ["(?:)", "", undefined]);
  assert.throws(() => own.exec("a"), TypeError);
  assert.throws(() => Reflect.apply(own.test, /a/, ["a"]), TypeError);
});
