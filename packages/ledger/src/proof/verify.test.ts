import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeText, encodeText, toBase64 } from "@dure/types";
import fc from "fast-check";
import { assertTrue, makeWorld } from "./documents.fixture.test.ts";
import { encodeBlockDocument, encodeTransactionDocument } from "./encode.ts";
import {
  chainOf,
  commitBy,
  foundNetwork,
  resultParts,
  runChain,
  transactionParts,
} from "./network.fixture.test.ts";
import { verifyProof, verifyProofText } from "./verify.ts";

const { network, blocks, proofs } = makeWorld(10);
const { trust } = network;
const proofNamed = (name: string) =>
  (proofs.find((proof) => proof.name === name) ?? assert.fail(`no proof of ${name}`)).document;

describe("a proof shows what is so, from the genesis alone", () => {
  for (const { name, document } of proofs)
    test(name, () => {
      const verdict = verifyProof(trust, JSON.parse(JSON.stringify(document)));
      assert.ok(verdict.ok, verdict.ok ? "" : verdict.message);
      assert.equal(verdict.kind, document.kind);
      assertTrue(blocks, verdict);
    });
});

test("a transaction's proof names its place, its time and its result", () => {
  const verdict = verifyProof(trust, proofNamed("a transaction of many, by two consecutive QCs"));
  assert.ok(verdict.ok && verdict.kind === "transaction");
  assert.deepEqual([verdict.height, verdict.index], [2, 20]);
  assert.equal(decodeText(verdict.transaction.payload), '{"data":"2/20"}');
  assert.equal(verdict.receipt?.result, '{"sum":20}');
});

test("a transaction that is final alone has no result", () => {
  const verdict = verifyProof(trust, proofNamed("a transaction that is final alone"));
  assert.ok(verdict.ok && verdict.kind === "transaction");
  assert.equal(verdict.receipt, undefined);
});

test("a whole block's lists are whole; a header has none", () => {
  const whole = verifyProof(trust, proofNamed("a whole block with its results"));
  assert.ok(whole.ok && whole.kind === "block");
  assert.equal(whole.transactions?.length, 4);
  assert.equal(whole.receipts?.length, 4);
  const empty = verifyProof(trust, proofNamed("an empty block with its results"));
  assert.ok(empty.ok && empty.kind === "block");
  assert.deepEqual([empty.transactions, empty.receipts], [[], []]);
  const header = verifyProof(trust, proofNamed("a header, by its commit certificate"));
  assert.ok(header.ok && header.kind === "block");
  assert.deepEqual([header.transactions, header.receipts], [undefined, undefined]);
});

test("a key's proof shows its value and who wrote it, or that it holds nothing", () => {
  const held = verifyProof(trust, proofNamed("a key and its value"));
  assert.ok(held.ok && held.kind === "state");
  assert.deepEqual(held.value, encodeText("key 2/13 at 2"));
  assert.deepEqual(held.version, { height: 2, index: 13 });
  assert.equal(held.height, 5);
  const absent = verifyProof(trust, proofNamed("a key that holds nothing"));
  assert.ok(absent.ok && absent.kind === "state");
  assert.deepEqual([absent.value, absent.version], [undefined, undefined]);
});

test("whatever a chain is like, the proof of any of its transactions shows that one", () => {
  const shapes = fc
    .array(fc.nat(9), { minLength: 1, maxLength: 5 })
    .filter((counts) => counts.some((n) => n > 0));
  fc.assert(
    fc.property(shapes, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 7 }), (counts, which, reach, size) => {
      const founded = foundNetwork(40, size);
      const chain = runChain(founded, counts);
      const signers = Array.from({ length: Math.floor((2 * size) / 3) + 1 }, (_, at) => at);
      const places = chain.flatMap((block) => block.transactions.map((_, index) => ({ block, index })));
      const { block, index } = places[which % places.length] ?? assert.fail("no transaction");
      const { height } = block.header;
      const to = height + (reach % (chain.length - height + 1));
      const last = chain[to - 1] ?? assert.fail("no block");
      const headers = chainOf(chain.slice(height - 1, to), commitBy(founded, last, signers));
      const parts = transactionParts(block, index, headers);
      const document = encodeTransactionDocument(
        { channelId: founded.channelId, ends: [] },
        parts,
        undefined,
      );
      const verdict = verifyProof(founded.trust, document);
      assert.ok(verdict.ok, verdict.ok ? "" : verdict.message);
      assertTrue(chain, verdict);
    }),
    { numRuns: 60 },
  );
});

test("a chain of 1,024 headers is followed, and one more is refused unread", () => {
  const long = runChain(
    network,
    Array.from({ length: 1_025 }, (_, at) => (at === 0 ? 1 : 0)),
  );
  const last = long[1_023] ?? assert.fail("no block");
  const chain = chainOf(long.slice(0, 1_024), commitBy(network, last));
  const parts = transactionParts(long[0] ?? assert.fail("no block"), 0, chain);
  const result = resultParts(network, long[0] ?? assert.fail("no block"), 0);
  const verdict = verifyProof(
    trust,
    encodeTransactionDocument({ channelId: network.channelId, ends: [] }, parts, result),
  );
  assert.ok(verdict.ok, verdict.ok ? "" : verdict.message);
  const tip = long[1_024] ?? assert.fail("no block");
  const longer = chainOf(long, commitBy(network, tip));
  const refused = verifyProof(
    trust,
    encodeBlockDocument({ channelId: network.channelId, ends: [] }, 1, longer, undefined),
  );
  assert.ok(!refused.ok);
  assert.equal(refused.code, "PROOF_MALFORMED");
});

describe("a proof's text", () => {
  const document = proofNamed("a transaction committed by a descendant");
  const compact = JSON.stringify(document);
  const refused = (text: string): void => {
    const verdict = verifyProofText(trust, text);
    assert.ok(!verdict.ok, text.slice(0, 60));
    assert.equal(verdict.code, "PROOF_MALFORMED");
  };

  test("may have any whitespace, and its fields in any order", () => {
    const reversed = Object.fromEntries(Object.entries(document).reverse());
    for (const text of [
      compact,
      `${JSON.stringify(document, null, 2)}\r\n`,
      JSON.stringify(document, null, "\t"),
      JSON.stringify(reversed),
    ]) {
      const verdict = verifyProofText(trust, text);
      assert.ok(verdict.ok, verdict.ok ? "" : verdict.message);
      assertTrue(blocks, verdict);
    }
  });

  test("with a field that stands twice is refused, whichever of the two is right", () => {
    for (const [key, value] of Object.entries(document)) {
      const right = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
      const other = `${JSON.stringify(key)}:0`;
      for (const twice of [`${right},${right}`, `${other},${right}`, `${right},${other}`])
        refused(compact.replace(right, () => twice));
    }
  });

  test("with another spelling of a number or text, or none at all, is refused", () => {
    refused(compact.replace('"height":2', '"height":2.0'));
    refused(compact.replace('"height":2', '"height":2e0'));
    refused(compact.replace('"kind"', '"k\\u0069nd"'));
    refused(compact.replace('"transaction":"', '"transaction":" '));
    refused(`${compact}{}`);
    refused("");
    refused("null");
    refused("[".repeat(1_000_000));
    refused(`{"a":`.repeat(1_000_000));
  });
});

test("minus zero is no index, since it is written as zero", () => {
  const document = proofNamed("the only transaction of a block, by its commit certificate");
  assert.ok(verifyProof(trust, document).ok);
  assert.equal(verifyProof(trust, { ...document, index: -0 }).ok, false);
});

test("a proof is read once: a value that changes between two looks is judged as what was read", () => {
  const document = proofNamed("a key and its value");
  assert.equal(document.kind, "state");
  let looks = 0;
  const key = { get: () => toBase64(encodeText(looks++ === 0 ? "key 2/13" : "key 2/14")), enumerable: true };
  const verdict = verifyProof(trust, Object.defineProperty({ ...document }, "key", key));
  assert.ok(verdict.ok && verdict.kind === "state");
  assert.deepEqual(verdict.key, encodeText("key 2/13"));
});
