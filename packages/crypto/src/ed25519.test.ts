import { strict as assert } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { EDGES, type Edge, HONEST } from "./ed25519-edges.fixture.test.ts";
import { createSodiumSuite } from "./sodium.ts";

/**
 * Golden vectors of the acceptance rule, `specs/vectors/ed25519.json`: written anew by running this file with the
 * argument `write`. libsodium's releases agree with them; its development line, whose equation has the cofactor, and
 * other libraries do not. An upgrade that changes a verdict here would split a channel, and must not be taken.
 */
const PATH = new URL("../../../specs/vectors/ed25519.json", import.meta.url);
if (process.argv[2] === "write") writeFileSync(PATH, `${JSON.stringify(EDGES, null, 2)}\n`);

const suite = createSodiumSuite();
const vectors = JSON.parse(readFileSync(PATH, "utf8")) as readonly Edge[];
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

test("the vectors are those that the curve's arithmetic gives", () => {
  assert.deepEqual(vectors, EDGES);
});

test("libsodium takes what the arithmetic of the vectors honestly signs", () => {
  assert.ok(HONEST.message !== undefined && HONEST.signature !== undefined);
  assert.ok(suite.verify(HONEST.publicKey, HONEST.message, HONEST.signature));
});

for (const { name, publicKey, message, signature, valid } of vectors) {
  test(`${valid ? "taken" : "refused"}: ${name}`, () => {
    assert.equal(suite.verify(bytesOf(publicKey), bytesOf(message), bytesOf(signature)), valid);
  });
}

test("the vectors tell the rule from its neighbours", () => {
  const has = (part: string, equation: Edge["equation"], valid: boolean): boolean =>
    vectors.some((edge) => edge.name.startsWith(part) && edge.equation === equation && edge.valid === valid);
  assert.ok(has("S + L", "exact", false), "S reduced or not");
  assert.ok(has("public key of order 8", "exact", false), "small keys by their order, not by the equation");
  assert.ok(has("R of order 1", "exact", false), "small R by its order, not by the equation");
  assert.ok(has("public key with a part of order 8", "exact", true), "mixed keys are taken");
  assert.ok(
    has("public key with a part of order 8", "cofactored", false),
    "the cofactor is not in the equation",
  );
});
