import assert from "node:assert/strict";
import { test } from "node:test";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  baseCertificate,
  blockId,
  bodyRoot,
  encodeBody,
  encodeHeader,
  type Header,
  parseHash,
} from "@dure/types";
import type { Effect, EngineConfig, Input } from "../engine.ts";
import { createLft } from "./lft.ts";
import { encodeMessage } from "./message.ts";
import { PROPOSAL_KIND, proposeStatement } from "./propose-statement.ts";

const suite = createSodiumSuite();
const NOW_MS = 1_700_000_000_000;
const DRIFT_MS = 1_000;
const CAP_MS = 10_000;
const seeds = [0, 1, 2, 3].map((at) => new Uint8Array(32).fill(at + 1));
const channelId = parseHash("ab".repeat(32)) ?? assert.fail();

/** Validator 1, to which validator 0, the leader of view 1, is hostile. */
const config: EngineConfig = {
  engine: "lft",
  suite,
  channelId,
  epoch: 1,
  base: { blockId: channelId, height: 0, timestampMs: NOW_MS - 1 },
  validators: seeds.map((seed) => ({ publicKey: suite.publicKeyOf(seed), weight: 1 })),
  self: { index: 1, seed: seeds[1] ?? assert.fail() },
  spinInterval: 1,
  timing: {
    baseMs: 1_000,
    capMs: CAP_MS,
    blockIntervalMs: 10,
    driftMs: DRIFT_MS,
    resendMs: 1_000,
    statusMs: 1_000,
  },
  lag: 64,
};

const proposalOf = (change: Partial<Header>) => {
  const header: Header = {
    channelId,
    epoch: 1,
    height: 1,
    view: 1,
    parentId: channelId,
    timestampMs: NOW_MS,
    proposer: 0,
    bodyRoot: bodyRoot(suite, []),
    transactionCount: 0,
    endsEpoch: false,
    execution: undefined,
    ...change,
  };
  const headerBytes = encodeHeader(header);
  const id = blockId(suite, headerBytes);
  const signed = proposeStatement(channelId, { ...header, kind: PROPOSAL_KIND.normal, blockId: id });
  const bytes = encodeMessage({
    type: "proposal",
    kind: PROPOSAL_KIND.normal,
    headerBytes,
    bodyBytes: encodeBody([]),
    qc: baseCertificate(1, channelId),
    tc: undefined,
    signature: suite.sign(seeds[0] ?? assert.fail(), signed),
  });
  return { bytes, candidate: { id, header, headerBytes, bodyBytes: encodeBody([]) } };
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
  const record = engine.freshRecord();
  step({ type: "start", nowMs: NOW_MS, head, record, candidates: [], execution: undefined });
  return { step, blocks: () => state.blocks.size };
};

test("flawed proposals of one leader in one view leave nothing behind, and only the first is judged", () => {
  const { step, blocks } = startNode();
  const refusals: string[] = [];
  for (let height = 2; height < 102; height++) {
    const { bytes } = proposalOf({ height });
    for (const effect of step({ type: "message", nowMs: NOW_MS, from: 0, bytes }))
      if (effect.type === "refused") refusals.push(effect.reason);
  }
  assert.deepEqual(refusals, ["the height is not the parent's + 1"]);
  assert.equal(blocks(), 0);
});

test("a proposal from the far future is held with a timer that a shell can keep", () => {
  const { step } = startNode();
  const { bytes, candidate } = proposalOf({ timestampMs: Number.MAX_SAFE_INTEGER });
  step({ type: "message", nowMs: NOW_MS, from: 0, bytes });
  const effects = step({ type: "held", nowMs: NOW_MS, candidate, valid: true });
  const timers = effects.filter((effect) => effect.type === "timer" && effect.name === "drift");
  assert.deepEqual(timers, [{ type: "timer", name: "drift", afterMs: CAP_MS }]);
  assert.ok(!effects.some((effect) => effect.type === "send"));
});
