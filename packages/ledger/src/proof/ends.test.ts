import assert from "node:assert/strict";
import { test } from "node:test";
import { type Header, merkleRoot } from "@dure/types";
import { type EpochEnd, encodeBlockDocument } from "./encode.ts";
import {
  altered,
  chainOf,
  commitBy,
  foundNetwork,
  handOver,
  runChain,
  suite,
} from "./network.fixture.test.ts";
import { verifyProof } from "./verify.ts";

/** An epoch is believed as the one before it ended, and in no other way. */

const network = foundNetwork(10);
const { channelId } = network;
const [block] = runChain(network, [3]);
const before = block ?? assert.fail("no block");
const handover = handOver(network, 90, before);
const { end, first, next } = handover;
const proof = (ends: readonly EpochEnd[], by = next) =>
  encodeBlockDocument({ channelId, ends }, 3, chainOf([first], commitBy(by, first)), undefined);
const fresh = () => foundNetwork(10).trust;
const verdictOf = (document: unknown) => verifyProof(fresh(), document);
const refusedAs = (code: string, document: unknown) => {
  const verdict = verdictOf(document);
  assert.ok(!verdict.ok);
  assert.equal(verdict.code, code, verdict.message);
};
const ended = (change: Partial<Header>, more: Partial<EpochEnd> = {}): EpochEnd => {
  const last = altered(handover.last, change);
  return { ...end, header: last.headerBytes, commit: commitBy(network, last), ...more };
};

test("with the end it is, without it is not, and by the validators that left it is not", () => {
  const verdict = verdictOf(proof([end]));
  assert.ok(verdict.ok, verdict.ok ? "" : verdict.message);
  refusedAs("EPOCH_UNKNOWN", proof([]));
  refusedAs("PROOF_INVALID", proof([end], network));
});

test("what one proof showed is nothing to the next", () => {
  const trust = fresh();
  assert.ok(verifyProof(trust, proof([end])).ok);
  assert.ok(verifyProof(trust, proof([end])).ok);
  assert.ok(!verifyProof(trust, proof([])).ok);
  assert.ok(!verifyProof(trust, proof([ended({ height: 0 })])).ok);
  assert.equal(trust.epochOf(2)?.epoch.validators.length, 4, "but the name of a proposer is known");
});

for (const [why, wrong] of [
  ["of another epoch", () => ended({ epoch: 2 })],
  ["of a block that does not say so", () => ended({ endsEpoch: false })],
  ["of the base itself", () => ended({ height: 0 })],
  ["of another channel", () => ended({ channelId: foundNetwork(60).channelId })],
  ["by others than its validators", () => ended({}, { commit: commitBy(next, handover.last) })],
  ["of another body", () => ended({ bodyRoot: before.header.bodyRoot })],
  ["that does not stand alone", () => ended({ transactionCount: 2 })],
  ["whose transaction is none", () => ended({}, { transaction: new Uint8Array(9) })],
  [
    "whose transaction changes nothing",
    () => {
      const [transaction] = before.transactions;
      assert.ok(transaction !== undefined);
      return ended({ bodyRoot: merkleRoot(suite, [transaction.bytes]) }, { transaction: transaction.bytes });
    },
  ],
  ["that opens a later epoch", () => handOver(network, 90, before, { epoch: 3 }).end],
  [
    "that leads to no configuration",
    () => handOver(network, 90, before, { followers: { remove: ["no.one"] } }).end,
  ],
] as const)
  test(`an end ${why} is refused`, () => refusedAs("PROOF_INVALID", proof([wrong()])));

test("the same end twice is refused", () => refusedAs("PROOF_INVALID", proof([end, end])));
