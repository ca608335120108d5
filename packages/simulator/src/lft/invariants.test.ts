import assert from "node:assert/strict";
import { test } from "node:test";
import { createLft, type Message, weightedQuorums } from "@dure/consensus";
import { baseCertificate, CERTIFICATE_KIND, type Hash } from "@dure/types";
import { Blocks } from "../blocks.ts";
import type { Committed } from "../disk.ts";
import { createRandom } from "../random.ts";
import { createStubSuite } from "../stub-suite.ts";
import type { Invariant } from "../violation.ts";
import { watchChain } from "../watch-chain.ts";
import { createChannel } from "../world.ts";
import { forgeProposal, forgeTimeout, forgeVote, type Key } from "./forge.ts";
import { watchCertificates } from "./watch-certificates.ts";
import { watchRecords } from "./watch-records.ts";
import { watchSignatures } from "./watch-signatures.ts";

const suite = createStubSuite(1);
const channel = createChannel(suite, createRandom(2), 4, 1);
const config = {
  ...channel.config,
  validators: channel.config.validators.map((validator) => ({ ...validator, weight: 1 })),
};
const keyOf = (index: number): Key => ({ config, index, seed: channel.seeds[index] as Uint8Array });
const { vote, commit } = CERTIFICATE_KIND;
const base = baseCertificate(1, config.base.blockId);
const idOf = (digit: string): Hash => digit.repeat(64) as Hash;

const createTrial = (faulty: readonly number[] = []) => {
  const reported: Invariant[] = [];
  const report = (invariant: Invariant): unknown => reported.push(invariant);
  const blocks = new Blocks(suite);
  const certificates = watchCertificates(
    blocks,
    weightedQuorums(config.validators),
    faulty,
    report,
    () => {},
  );
  const signatures = watchSignatures(blocks, (node) => !faulty.includes(node), report);
  const say = (node: number, message: Message): void => {
    signatures(node, message);
    certificates.sent(node, message);
  };
  return { reported, report, blocks, certificates, say };
};

const qcOf = (view: number, blockId: Hash) => ({ ...base, view, blockId });

test("two votes of one node in one view are evidence, the same one twice is not", () => {
  const { say, reported } = createTrial();
  say(0, forgeVote(keyOf(0), vote, 3, idOf("a")));
  say(0, forgeVote(keyOf(0), vote, 3, idOf("a")));
  say(0, forgeVote(keyOf(0), commit, 3, idOf("a")));
  assert.deepEqual(reported, []);
  say(0, forgeVote(keyOf(0), vote, 3, idOf("b")));
  assert.deepEqual(reported, ["no honest evidence"]);
});

test("a timeout beside a commit vote above what it reports is evidence, in either order", () => {
  for (const isTimeoutFirst of [true, false]) {
    const { say, reported } = createTrial();
    const said = [forgeTimeout(keyOf(0), 5, qcOf(2, idOf("a"))), forgeVote(keyOf(0), commit, 3, idOf("b"))];
    for (const message of isTimeoutFirst ? said : said.reverse()) say(0, message);
    assert.deepEqual(reported, ["no honest evidence"]);
  }
});

test("a timeout that reports the commit-voted view is none", () => {
  const { say, reported } = createTrial();
  say(0, forgeVote(keyOf(0), commit, 3, idOf("b")));
  say(0, forgeTimeout(keyOf(0), 5, qcOf(3, idOf("b"))));
  assert.deepEqual(reported, []);
});

test("two blocks certified in one view are found, with the signatures that the faulty may add", () => {
  const { say, reported } = createTrial([3]);
  for (const node of [0, 1]) say(node, forgeVote(keyOf(node), vote, 4, idOf("a")));
  assert.deepEqual(reported, []);
  for (const node of [1, 2]) say(node, forgeVote(keyOf(node), vote, 4, idOf("b")));
  assert((reported as Invariant[]).includes("one QC per view"));
});

test("a QC that does not extend a block with a commit certificate is found", () => {
  const { say, reported } = createTrial();
  const parent = { height: 0, timestampMs: 0 };
  const first = forgeProposal(keyOf(0), 1, parent, { qc: base, tc: undefined }, 1, [1]);
  const rival = forgeProposal(keyOf(1), 2, parent, { qc: base, tc: undefined }, 1, [2]);
  say(0, first);
  say(1, rival);
  for (const node of [0, 1, 2]) say(node, forgeVote(keyOf(node), commit, 1, first.id));
  assert.deepEqual(reported, []);
  for (const node of [1, 2, 3]) say(node, forgeVote(keyOf(node), vote, 2, rival.id));
  assert.deepEqual(reported, ["QC above a commit extends it"]);
});

test("a TC that does not report an earlier commit certificate is found, in either order", () => {
  for (const isTimeoutFirst of [true, false]) {
    const { certificates, reported } = createTrial();
    const commits = [0, 1, 2].map((node) => forgeVote(keyOf(node), commit, 2, idOf("a")));
    const timeouts = [1, 2, 3].map((node) => forgeTimeout(keyOf(node), 2, base));
    for (const message of isTimeoutFirst ? [...timeouts, ...commits] : [...commits, ...timeouts])
      certificates.sent(message.signer, message);
    assert.deepEqual(reported, ["TC after a CC reports it"]);
  }
});

const committed = (height: number, ids: readonly number[], parentId = config.base.blockId): Committed => {
  const qc = qcOf(height - 1, parentId);
  const parent = { height: height - 1, timestampMs: 0 };
  const made = forgeProposal(keyOf(0), height, parent, { qc, tc: undefined }, height, ids);
  return { candidate: made, proof: undefined, executionHeight: 0 };
};

test("different blocks at one height, and a transaction in two blocks, are found", () => {
  const { reported, report } = createTrial();
  const chain = watchChain(report, () => {});
  const first = committed(1, [1]);
  chain.appended(0, [first]);
  chain.appended(1, [first]);
  assert.deepEqual(reported, []);
  chain.appended(2, [committed(1, [2])]);
  chain.appended(0, [committed(2, [1], first.candidate.id)]);
  assert.deepEqual(reported, ["honest prefixes agree", "at most once"]);
});

test("different roots at one height are found", () => {
  const { reported, report } = createTrial();
  const chain = watchChain(report, () => {});
  const execution = { epoch: 1, height: 1, stateRoot: idOf("a"), receiptsRoot: idOf("b") };
  chain.executed(0, execution);
  chain.executed(1, execution);
  assert.deepEqual(reported, []);
  chain.executed(2, { ...execution, stateRoot: idOf("c") });
  assert.deepEqual(reported, ["state roots agree"]);
});

test("a record that goes back, a falling highest QC and unbounded memory are found", () => {
  const { reported, report } = createTrial();
  const engine = createLft({ ...config, self: undefined });
  const records = watchRecords(() => true, report);
  const state = engine.initial();
  const at = (view: number) => {
    const { record } = state;
    return { ...state, record: { ...record, highQc: { ...record.highQc, view } } };
  };
  records.stepped(0, at(4));
  assert.deepEqual(reported, []);
  records.stepped(0, at(3));
  for (let view = 1; view <= 1000; view++) state.proposals.set(view, {} as never);
  records.stepped(1, state);
  records.persisted(2, Uint8Array.of(9));
  assert.deepEqual(reported, ["highQC never falls", "buffers are bounded", "durable fields never fall"]);
});
