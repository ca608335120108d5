import { strict as assert } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { broken, FULL, LEAST, suite } from "./genesis.fixture.test.ts";
import { channelIdOf, formatGenesis, type GenesisDocument, parseGenesis } from "./index.ts";

/**
 * Golden vectors of the genesis document: `specs/vectors/genesis.json`. They are written anew by running this file with
 * the argument `write`, which is right only when the format itself changes.
 */

const PATH = new URL("../../../specs/vectors/genesis.json", import.meta.url);

const accepted = (name: string, document: GenesisDocument) => {
  const text = formatGenesis(document);
  return { name, text, channelId: channelIdOf(suite, text) };
};

const text = formatGenesis(LEAST);

const vectors = {
  accepted: [accepted("one organisation, one validator", LEAST), accepted("every field in use", FULL)],
  refused: [
    { name: "a key twice", text: text.replace('"name": "devnet"', '"name": "devnet",\n  "name": "devnet"') },
    { name: "keys out of order", text: `${JSON.stringify(LEAST, null, 2)}\n` },
    { name: "no line feed at the end", text: text.slice(0, -1) },
    { name: "a number spelled otherwise", text: text.replace('"weight": 1', '"weight": 1e0') },
    { name: "an escape where none is due", text: text.replace('"devnet"', '"de\\u0076net"') },
    { name: "an unknown field", text: formatGenesis(broken((d) => Object.assign(d, { note: "" }), LEAST)) },
    { name: "a validator of no organisation", text: text.replace("peer0.acme", "peer0.globex") },
  ],
};

if (process.argv[2] === "write") writeFileSync(PATH, `${JSON.stringify(vectors, null, 2)}\n`);

const golden = JSON.parse(readFileSync(PATH, "utf8")) as typeof vectors;

test("the genesis documents and channel ids are as the golden vectors say", () => {
  assert.deepEqual(vectors, golden);
});

for (const { name, text: document, channelId } of golden.accepted) {
  test(`accepted under its channel id: ${name}`, () => {
    const parsed = parseGenesis(suite, document);
    assert.ok(parsed.ok);
    assert.equal(parsed.channelId, channelId);
  });
}

for (const { name, text: document } of golden.refused) {
  test(`refused: ${name}`, () => assert.equal(parseGenesis(suite, document).ok, false));
}
