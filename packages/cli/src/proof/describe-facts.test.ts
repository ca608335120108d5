import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { type ProofFacts, trustOf, verifyProof } from "@dure/ledger/proof";
import { encodeText } from "@dure/types";
import { describeFacts, factsObject } from "./describe-facts.ts";

const VECTORS = new URL("../../../../specs/vectors/proof.json", import.meta.url);
const { genesis, valid } = JSON.parse(await readFile(VECTORS, "utf8"));
const trusted = trustOf(createSodiumSuite(), genesis);
assert.ok(trusted.ok);
const { trust } = trusted;

const factsOf = (kind: ProofFacts["kind"]): ProofFacts => {
  const found = valid.find(({ shows }: { shows: ProofFacts }) => shows.kind === kind);
  const verdict = verifyProof(trust, found.proof);
  return verdict.ok ? verdict : assert.fail(verdict.message);
};

test("a stranger's text cannot speak to the terminal, nor turn the direction of writing", () => {
  const facts = factsOf("transaction");
  assert.ok(facts.kind === "transaction" && facts.receipt !== undefined);
  const evil = "\u001b[2J\u009b31m\u202eevil\nProven in channel other";
  const events = [{ score: evil, name: evil, data: JSON.stringify(evil) }];
  const receipt = { ...facts.receipt, code: 9000, message: evil, result: JSON.stringify(evil), events };
  const payloads = [encodeText(JSON.stringify(evil)), encodeText(evil), Uint8Array.of(0xff, 0x1b)];
  for (const payload of payloads) {
    const told = describeFacts(trust, { ...facts, transaction: { ...facts.transaction, payload }, receipt });
    assert.doesNotMatch(told.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
    assert.equal(told.split("\n").filter((line) => line.startsWith("Proven")).length, 1);
  }
  const state = factsOf("state");
  assert.ok(state.kind === "state");
  const told = describeFacts(trust, {
    ...state,
    key: encodeText(`${evil}\0${evil}`),
    value: encodeText(evil),
  });
  assert.doesNotMatch(told.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
});

test("a refusal is told as one, and so is a result of no JSON", () => {
  const facts = factsOf("transaction");
  assert.ok(facts.kind === "transaction" && facts.receipt !== undefined);
  const refused = describeFacts(trust, {
    ...facts,
    receipt: { ...facts.receipt, code: 9000, message: "no money" },
  });
  assert.match(refused, /refused with code 9000: "no money"/);
  assert.match(describeFacts(trust, { ...facts, receipt: { ...facts.receipt, result: "{" } }), /result "\{"/);
});

test("a state key is shown as its SCORE and the SCORE's own, a value as JSON, and the genesis' as such", () => {
  const facts = factsOf("state");
  assert.ok(facts.kind === "state");
  const key = encodeText("bank\0owner");
  const held = { ...facts, key, value: encodeText('"kim"'), version: { height: 0, index: 0 } };
  const told = describeFacts(trust, held);
  assert.match(told, /key "owner" of "bank" held "kim"/);
  assert.match(told, /written by the genesis/);
  const { score, key: own, value } = factsObject(trust, held) as Record<string, unknown>;
  assert.deepEqual([score, own, value], ["bank", "owner", "kim"]);
  const bytes = factsObject(trust, { ...facts, key: Uint8Array.of(0xff) }) as Record<string, unknown>;
  assert.deepEqual([bytes["score"], bytes["key"]], [undefined, { base64: "/w==" }]);
});

test("a time that no date holds is told in milliseconds", () => {
  const facts = factsOf("transaction");
  assert.ok(facts.kind === "transaction");
  assert.match(
    describeFacts(trust, { ...facts, timestampMs: Number.MAX_SAFE_INTEGER }),
    /9007199254740991 ms/,
  );
});
