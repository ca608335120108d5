import { strict as assert } from "node:assert";
import { test } from "node:test";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { attestStatement, parseHash, voteStatement } from "@dure/types";
import fc from "fast-check";
import type { Effect, EngineConfig, Input } from "../engine.ts";
import { createLft } from "./lft.ts";
import { encodeMessage, type Message } from "./message.ts";
import { messages, mutationsOf } from "./messages.fixture.test.ts";
import type { State } from "./state.ts";
import { timeoutStatement } from "./timeout-certificate.ts";

const suite = createSodiumSuite();
const channelId = parseHash("ab".repeat(32)) ?? assert.fail();
const seeds = [1, 2, 3, 4].map((fill) => new Uint8Array(32).fill(fill));
const HOSTILE = 3;
const NOW_MS = 1_700_000_000_000;

const config: EngineConfig = {
  engine: "lft",
  suite,
  channelId,
  epoch: 1,
  base: { blockId: channelId, height: 0, timestampMs: NOW_MS - 1 },
  validators: seeds.map((seed) => ({ publicKey: suite.publicKeyOf(seed), weight: 1 })),
  self: { index: 0, seed: seeds[0] ?? assert.fail() },
  spinInterval: 1,
  timing: { baseMs: 100, capMs: 1_000, blockIntervalMs: 1, driftMs: 100, resendMs: 100, statusMs: 100 },
  lag: 4,
};

/** The message with its signature made by the one hostile validator, so that checks behind the signature are met. */
const signed = (message: Message): Message => {
  const seed = seeds[HOSTILE] ?? assert.fail();
  const own = { signer: HOSTILE };
  switch (message.type) {
    case "vote": {
      const vote = { ...message, ...own, epoch: 1 };
      return { ...vote, signature: suite.sign(seed, voteStatement(channelId, vote)) };
    }
    case "timeout": {
      const timeout = { ...message, ...own, epoch: 1 };
      const statement = timeoutStatement(channelId, { ...timeout, highQcView: timeout.highQc.view });
      return { ...timeout, signature: suite.sign(seed, statement) };
    }
    case "attest": {
      const execution = { ...message.execution, epoch: 1 };
      const signature = suite.sign(seed, attestStatement(channelId, execution));
      return { ...message, ...own, execution, signature };
    }
    default:
      return message;
  }
};

const inputs: fc.Arbitrary<Input> = fc
  .oneof(
    { weight: 6, arbitrary: messages.map((message) => encodeMessage(signed(message))) },
    { weight: 2, arbitrary: messages.map(encodeMessage) },
    { weight: 1, arbitrary: mutationsOf(messages.map(encodeMessage)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }) },
  )
  .map((bytes) => ({ type: "message", nowMs: NOW_MS, from: HOSTILE, bytes }));

const start = () => {
  const engine = createLft(config);
  let state = engine.initial();
  const step = (input: Input): readonly Effect[] => {
    const result = engine.step(state, input);
    state = result.state;
    return result.effects;
  };
  const head = { ...config.base, view: 0, executionHeight: 0, proof: undefined };
  step({ type: "start", nowMs: NOW_MS, head, record: engine.freshRecord(), candidates: [] });
  return { engine, step, state: () => state };
};

const sizeOf = (state: State): number =>
  [
    state.blocks,
    state.certified,
    state.proposals,
    state.votes,
    state.commitVotes,
    state.timeouts,
    state.attestations,
    state.attested,
    state.helped,
    state.shown,
  ].reduce((sum, map) => sum + map.size, 0);

test("no sequence of one hostile validator's messages throws, commits, certifies or grows without bound", () => {
  fc.assert(
    fc.property(fc.array(inputs, { minLength: 50, maxLength: 200 }), (sequence) => {
      const { engine, step, state } = start();
      for (const input of sequence) for (const effect of step(input)) assert.notEqual(effect.type, "commit");
      assert.equal(state().certified.size, 0);
      assert.equal(state().record.highQc.view, 0);
      assert.equal(state().attested.size, 0);
      assert.equal(engine.status(state()).height, 0);
      assert.ok(sizeOf(state()) < 1_000, `${sizeOf(state())} entries`);
    }),
    { numRuns: 100 },
  );
});

test("a hostile validator's votes for every view fill no more than the window", () => {
  const { step, state } = start();
  for (let view = 1; view <= 5_000; view++) {
    const vote: Message = {
      type: "vote",
      kind: 1,
      epoch: 1,
      view,
      blockId: channelId,
      signer: HOSTILE,
      signature: new Uint8Array(64),
    };
    step({ type: "message", nowMs: NOW_MS, from: HOSTILE, bytes: encodeMessage(signed(vote)) });
  }
  assert.ok(state().votes.size > 0 && state().votes.size < 20, `${state().votes.size} views`);
});

test("a claimed height is passed on as a hint and moves nothing", () => {
  const { step, state, engine } = start();
  const status: Message = {
    type: "status",
    height: Number.MAX_SAFE_INTEGER,
    highQc: state().record.highQc,
    highTc: undefined,
    execution: undefined,
  };
  const effects = step({ type: "message", nowMs: NOW_MS, from: HOSTILE, bytes: encodeMessage(status) });
  assert.deepEqual(
    effects.filter(({ type }) => type === "sync"),
    [{ type: "sync", from: HOSTILE, height: Number.MAX_SAFE_INTEGER }],
  );
  assert.equal(engine.status(state()).height, 0);
});
