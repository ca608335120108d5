import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { isWellFormed } from "@dure/score";
import { encodeText, hashOf, TAG } from "@dure/types";
import fc from "fast-check";
import { scorePackage, sha256 } from "./chain.fixture.test.ts";
import { formatPackage, packageHash, partsOf, readPackage, type ScorePackage } from "./package.ts";

const VECTORS = new URL("../../../specs/vectors/score-store.json", import.meta.url);

const EXAMPLES: readonly (readonly [name: string, score: ScorePackage])[] = [
  ["the least there is", scorePackage("a", "0.0.0", { source: "x" })],
  [
    "all fields, and characters beyond ASCII",
    scorePackage("token", "12.0.3", {
      auth: { name: "Ann", email: "ann@example.org", org: "두레" },
      description: 'counts "holders"\n\u0001 \u{1f600}',
      functions: { init: true, invoke: ["a", "b"], query: [], migrate: true, rollback: true },
      source: 'module.exports = { default: "\\u0000\\"" };\n',
    }),
  ],
];

if (process.argv.includes("write")) {
  const accepted = EXAMPLES.map(([name, score]) => {
    const text = formatPackage(score);
    return { name, text, hash: packageHash(text, sha256), parts: partsOf(text, 64) };
  });
  writeFileSync(VECTORS, `${JSON.stringify({ accepted }, null, 2)}\n`);
}

type Vector = {
  readonly name: string;
  readonly text: string;
  readonly hash: string;
  readonly parts: string[];
};
const { accepted } = JSON.parse(readFileSync(VECTORS, "utf8")) as { readonly accepted: readonly Vector[] };

for (const [at, { name, text, hash, parts }] of accepted.entries())
  test(`the vector of ${name} reads, writes, hashes and parts as it says`, () => {
    const read = readPackage(text);
    assert.ok(read.ok);
    assert.deepEqual(read.package, EXAMPLES[at]?.[1]);
    assert.equal(formatPackage(read.package), text);
    assert.equal(packageHash(text, sha256), hash);
    assert.deepEqual(partsOf(text, 64), parts);
  });

test("the hash is of the statement under the tag that the protocol lists", () => {
  const text = formatPackage(EXAMPLES[1]![1]);
  assert.equal(packageHash(text, sha256), hashOf(createSodiumSuite(), TAG.scorePackage, encodeText(text)));
});

const text = formatPackage(scorePackage("a", "1.0.0"));
const value = JSON.parse(text) as Record<string, unknown>;
const functions = value.functions as Record<string, unknown>;
const changed = (change: Record<string, unknown>): string => {
  const all: Record<string, unknown> = { ...value, ...change };
  return JSON.stringify(
    Object.fromEntries(
      Object.keys(all)
        .sort()
        .map((key) => [key, all[key]]),
    ),
  );
};
const withFunctions = (change: Record<string, unknown>): string => {
  const all: Record<string, unknown> = { ...functions, ...change };
  return changed({
    functions: Object.fromEntries(
      Object.keys(all)
        .sort()
        .map((key) => [key, all[key]]),
    ),
  });
};

for (const [name, refused, message] of [
  ["no JSON", "{", /not JSON/],
  ["a list", "[]", /must be an object/],
  ["another format", changed({ format: "dure/score/2" }), /format must be/],
  ["a missing field", JSON.stringify({ format: "dure/score/1" }), /has no/],
  ["an unknown field", changed({ extra: 1 }), /extra, which means nothing/],
  ["a name that is none", changed({ id: "A" }), /id must match/],
  ["the name of the configuration", changed({ id: "configuration" }), /no SCORE/],
  ["a version that is none", changed({ version: "1" }), /version/],
  ["an author that is a text", changed({ auth: "ann" }), /auth must be an object/],
  ["a long description", changed({ description: "x".repeat(1_001) }), /description/],
  ["methods out of order", withFunctions({ invoke: ["b", "a"] }), /sorted/],
  ["a method twice", withFunctions({ invoke: ["a", "a"] }), /sorted/],
  ["a method of both kinds", withFunctions({ query: ["add"] }), /both/],
  ["a method that is no name", withFunctions({ invoke: ["a-b"] }), /no method/],
  ["a step that is no flag", withFunctions({ migrate: 1 }), /true or false/],
  ["no source", changed({ source: "" }), /source is empty/],
  ["a source that is too long", changed({ source: "x".repeat(1_000_000) }), /longer than 1000000/],
  ["a lone surrogate", text.replace("// a", "\\ud800"), /surrogate/],
  ["white space", `${text} `, /not canonical/],
  ["a key twice", text.replace("{", '{"auth":{"email":"","name":"","org":""},'), /not canonical/],
  ["keys out of order", JSON.stringify(scorePackage("a", "1.0.0")), /not canonical/],
] as const)
  test(`${name} is refused with a message that says so`, () => {
    const read = readPackage(refused);
    assert.ok(!read.ok);
    assert.match(read.message, message);
  });

test("parts join to the text, fit their bound as a payload, and part no character", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.integer({ min: 8, max: 40 }),
      (any, most) => {
        const parts = partsOf(any, most);
        assert.equal(parts.join(""), any);
        for (const part of parts) {
          assert.ok(Buffer.byteLength(JSON.stringify(part)) - 2 <= most);
          assert.equal(isWellFormed(part), true);
        }
      },
    ),
  );
});
