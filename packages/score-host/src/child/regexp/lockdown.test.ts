import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

/** Locks a process down as a contract's is, with what SES has to say about it, and runs a text as a contract. */
const locked = (text: string): { readonly result: unknown; readonly warnings: string } => {
  const script = `
    import { createRequire } from "node:module";
    import { ContractRegExp, installRegExp, makeRegExp } from ${JSON.stringify(new URL("./install.js", import.meta.url).href)};
    createRequire(${JSON.stringify(import.meta.url)})("ses");
    installRegExp();
    lockdown({ overrideTaming: "moderate", localeTaming: "unsafe", reporting: "console" });
    const { globalThis: globals } = new Compartment({ __options__: true });
    globals.RegExp = ContractRegExp;
    globals.make = harden(makeRegExp);
    globals.host = harden(() => ["a-b-c".replace(/-/g, "+"), "a1".match(/\\d/)[0], "a,b".split(/,/).length, [..."aa".matchAll(/a/g)].length, "ab".search(/b/)]);
    const run = new globals.Function(${JSON.stringify(text)});
    process.stdout.write(JSON.stringify(run()));
  `;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return { result: JSON.parse(stdout), warnings: stderr };
};

test("the lockdown takes nothing away, and contracts and host each have their own", () => {
  const { result, warnings } = locked(`
    class Loud extends RegExp { exec(text) { return super.exec(text.toUpperCase()); } }
    const literal = make("(?<first>[a-z])(\\\\d)", "g");
    return {
      names: Object.getOwnPropertyNames(RegExp.prototype).concat(Object.getOwnPropertySymbols(RegExp.prototype).map(String)).sort(),
      replaced: "a1b2".replace(literal, "$2$<first>"),
      split: "a1b2c".split(literal),
      all: [..."a1b2".matchAll(literal)].map(({ groups }) => groups.first),
      text: ["a.b".match("."), "a.b".search("b"), "a.b.c".replaceAll(".", "-"), "a.b".split(".")].map(String),
      made: [RegExp("a").test("a"), new RegExp(literal, "i").flags, RegExp(literal) === literal, String(new RegExp("/"))],
      kinds: [literal instanceof RegExp, literal.constructor === RegExp, RegExp.name, RegExp.length, RegExp[Symbol.species] === RegExp],
      subclass: [new Loud("A").exec("a")[0], new Loud("A").test("a")],
      frozen: [RegExp, RegExp.prototype, RegExp.prototype.exec, "".replace, Object.getPrototypeOf("".matchAll(literal))].map(Object.isFrozen),
      legacy: [RegExp.$1, RegExp.lastMatch, RegExp.input, literal.compile].map(String),
      fresh: make("a", "") !== make("a", ""),
      refused: ["(", "[b-a]", "(?i:a)"].map((source) => { try { return make(source, ""); } catch (error) { return error instanceof SyntaxError && error.message; } }),
      cases: make("(?<größe>[à-ý])\\\\k<größe>", "iu").exec("Éé")[0],
      host: host(),
    };
  `);
  assert.doesNotMatch(warnings, /RegExp|String/);
  assert.deepEqual(result, {
    names: [
      ..."constructor dotAll exec flags global hasIndices ignoreCase multiline source sticky test toString unicode".split(
        " ",
      ),
      ..."match matchAll replace search split".split(" ").map((name) => `Symbol(Symbol.${name})`),
    ].sort(),
    replaced: "1a2b",
    split: ["", "a", "1", "", "b", "2", "c"],
    all: ["a", "b"],
    text: ["a", "2", "a-b-c", "a,b"],
    made: [true, "i", true, "/\\//"],
    kinds: [true, true, "RegExp", 2, true],
    subclass: ["A", false],
    frozen: [true, true, true, true, true],
    legacy: ["undefined", "undefined", "undefined", "undefined"],
    fresh: true,
    refused: ["(", "[b-a]", "(?i:a)"].map(
      (source) => `/${source}/ is no regular expression of ECMAScript 2022`,
    ),
    cases: "Éé",
    host: ["a+b+c", "1", 2, 2, 1],
  });
});
