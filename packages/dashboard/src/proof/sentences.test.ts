import assert from "node:assert/strict";
import { test } from "node:test";
import { en } from "../text/en.ts";
import { sentences } from "./sentences.ts";

const found = { channelId: "32fcee0239fd0b84aaaa", validators: 4, receiptCode: 9000 };
const path = { index: 2, count: 8, siblings: ["a", "b", "c"] };

test("a transaction's proof tells of the genesis, the commit, the place and the receipt", () => {
  const proof = { height: 1234, headers: ["h"], path, result: {} };
  const told = sentences(en, "en", proof, found);
  assert.equal(told.length, 4);
  assert.match(told[0] ?? "", /32fcee0239fd….*4 validators/);
  assert.match(told[1] ?? "", /^Block 1,234 is final/);
  assert.match(told[2] ?? "", /number 3 of 8.*3 hashes/);
  assert.match(told[3] ?? "", /code 9000/);
});

test("a proof over several headers names the block that the quorum committed", () => {
  const told = sentences(en, "en", { height: 10, headers: ["a", "b", "c"], path, result: null }, found);
  assert.match(told[1] ?? "", /commit of block 12/);
  assert.equal(told[3], en.proof.steps.noReceipt);
});

test("a block's proof claims no more than it shows", () => {
  const told = (data: Parameters<typeof sentences>[2]["data"]) =>
    sentences(en, "en", { height: 1, headers: ["a"], data: data ?? null }, found).slice(2);
  const { steps } = en.proof;
  assert.deepEqual(told(null), [steps.header]);
  assert.deepEqual(told({ transactions: [], receipts: null }), [steps.empty]);
  assert.deepEqual(told({ transactions: ["t", "u"], receipts: null }), [steps.whole("2")]);
  assert.deepEqual(told({ transactions: ["t"], receipts: { receipts: ["r"] } }), [
    steps.whole("1"),
    steps.receipts("1"),
  ]);
});
