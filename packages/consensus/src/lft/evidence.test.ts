import assert from "node:assert/strict";
import { test } from "node:test";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  baseCertificate,
  CERTIFICATE_KIND,
  type CertificateKind,
  parseHash,
  voteStatement,
} from "@dure/types";
import type { Effect, EngineConfig, Input } from "../engine.ts";
import { validatorSet } from "../verify-certificate.ts";
import { type Evidence, verifyEvidence } from "./evidence.ts";
import { createLft } from "./lft.ts";
import { decodeMessage, encodeMessage } from "./message.ts";
import { timeoutStatement } from "./timeout-certificate.ts";

const suite = createSodiumSuite();
const seeds = [0, 1, 2, 3].map((at) => new Uint8Array(32).fill(at + 1));
const seedOf = (at: number): Uint8Array => seeds[at] ?? assert.fail();
const hash = (byte: string) => parseHash(byte.repeat(32)) ?? assert.fail();
const channelId = hash("ab");
const config: EngineConfig = {
  engine: "lft",
  suite,
  channelId,
  epoch: 1,
  base: { blockId: channelId, height: 0, timestampMs: 0 },
  validators: seeds.map((seed) => ({ publicKey: suite.publicKeyOf(seed), weight: 1 })),
  self: { index: 1, seed: seedOf(1) },
  spinInterval: 1,
  timing: { baseMs: 100, capMs: 900, blockIntervalMs: 1, driftMs: 100, resendMs: 100, statusMs: 100 },
  lag: 64,
};
const set = validatorSet(config);

const voteOf = (kind: CertificateKind, view: number, block: string) => {
  const unsigned = { kind, epoch: 1, view, blockId: hash(block) };
  const signature = suite.sign(seedOf(3), voteStatement(channelId, unsigned));
  return encodeMessage({ type: "vote", ...unsigned, signer: 3, signature });
};

const timeoutOf = (view: number) => {
  const highQc = baseCertificate(1, channelId);
  const signature = suite.sign(seedOf(3), timeoutStatement(channelId, { epoch: 1, view, highQcView: 0 }));
  return encodeMessage({ type: "timeout", epoch: 1, view, highQc, signer: 3, signature });
};

const startNode = () => {
  const engine = createLft(config);
  let state = engine.initial();
  const step = (input: Input): readonly Effect[] => {
    const result = engine.step(state, input);
    state = result.state;
    return result.effects;
  };
  const head = { ...config.base, view: 0, executionHeight: 0, proof: undefined };
  step({ type: "start", nowMs: 1, head, record: engine.freshRecord(), candidates: [] });
  return {
    hear: (bytes: Uint8Array) => step({ type: "message", nowMs: 1, from: 3, bytes }),
    status: () => engine.status(state),
  };
};

const caughtIn = (effects: readonly Effect[]): readonly Evidence[] =>
  effects.flatMap((effect) => (effect.type === "evidence" ? [effect.evidence] : []));

const toldIn = (effects: readonly Effect[]): readonly Uint8Array[] =>
  effects.flatMap((effect) => {
    const message = effect.type === "send" ? decodeMessage(effect.message) : undefined;
    return message?.ok === true && message.value.type === "evidence" && effect.type === "send"
      ? [effect.message]
      : [];
  });

for (const [name, first, second] of [
  ["two votes in one view", voteOf(CERTIFICATE_KIND.vote, 1, "01"), voteOf(CERTIFICATE_KIND.vote, 1, "02")],
  [
    "two commit votes in one view",
    voteOf(CERTIFICATE_KIND.commit, 1, "01"),
    voteOf(CERTIFICATE_KIND.commit, 1, "02"),
  ],
  [
    "a commit vote for a view whose QC its timeout hides",
    timeoutOf(2),
    voteOf(CERTIFICATE_KIND.commit, 1, "01"),
  ],
  ["a timeout that hides the QC it commit-voted for", voteOf(CERTIFICATE_KIND.commit, 1, "01"), timeoutOf(2)],
] as const) {
  test(`${name}: caught, kept, and told to all once`, () => {
    const node = startNode();
    assert.deepEqual(caughtIn(node.hear(first)), []);
    const effects = node.hear(second);
    const [evidence] = caughtIn(effects);
    assert.ok(evidence !== undefined && verifyEvidence(set, evidence));
    assert.equal(evidence.validator, 3);
    assert.deepEqual(node.status().evidence, [evidence]);
    assert.deepEqual(caughtIn(node.hear(second)), [], "the same again is no news");
    const [told] = toldIn(effects);
    const other = startNode();
    assert.deepEqual(
      caughtIn(other.hear(told ?? assert.fail())),
      [evidence],
      "another learns it from what is told",
    );
    assert.deepEqual(caughtIn(other.hear(told ?? assert.fail())), []);
  });
}

test("what contradicts nothing, or was signed by another, shows nothing", () => {
  const node = startNode();
  node.hear(voteOf(CERTIFICATE_KIND.vote, 1, "01"));
  const [evidence] = caughtIn(node.hear(voteOf(CERTIFICATE_KIND.vote, 1, "02")));
  assert.ok(evidence !== undefined);
  const { first, second } = evidence;
  for (const forged of [
    { ...evidence, second: first },
    { ...evidence, validator: 2 },
    { ...evidence, validator: 9 },
    { ...evidence, epoch: 2 },
    { ...evidence, second: { ...second, view: 2 } },
    { ...evidence, first: { ...first, signature: second.signature } },
  ] as readonly Evidence[]) {
    assert.ok(!verifyEvidence(set, forged));
    const other = startNode();
    assert.deepEqual(caughtIn(other.hear(encodeMessage({ type: "evidence", evidence: forged }))), []);
  }
});
