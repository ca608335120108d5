import assert from "node:assert/strict";
import { test } from "node:test";
import { type Message, RULES, type Rules } from "@dure/consensus";
import { CERTIFICATE_KIND, decodeHeader } from "@dure/types";
import { createRandom } from "../random.ts";
import { createStubSuite } from "../stub-suite.ts";
import { createChannel } from "../world.ts";
import { Bench } from "./bench.ts";
import { forgeProposal, forgeTc, forgeTimeout, forgeVote } from "./forge.ts";
import { LFT_MUTANTS } from "./mutants.ts";

/** Leaders of the views 1 to 4 with k = 1: nodes 0, 1, 2, 3. */
const createBench = (rules: Rules): Bench => {
  const drawn = createChannel(createStubSuite(1), createRandom(1), 4, 1);
  const { config } = drawn;
  const validators = config.validators.map(({ publicKey }) => ({ publicKey, weight: 1 }));
  const timing = { ...config.timing, blockIntervalMs: 0, driftMs: 10_000 };
  return new Bench({ ...drawn, config: { ...config, validators, timing } }, rules);
};

const proposal =
  (view: number) =>
  (message: Message): boolean => {
    const header = message.type === "proposal" ? decodeHeader(message.headerBytes) : undefined;
    return header?.ok === true && header.value.view === view;
  };
const vote =
  (view: number) =>
  (message: Message): boolean =>
    message.type === "vote" && message.kind === CERTIFICATE_KIND.vote && message.view === view;
const commitVote =
  (view: number) =>
  (message: Message): boolean =>
    message.type === "vote" && message.kind === CERTIFICATE_KIND.commit && message.view === view;
const timeout =
  (view: number) =>
  (message: Message): boolean =>
    message.type === "timeout" && message.view === view;

/** Two nodes that committed different blocks at one height, if there are any. */
const forkOf = (bench: Bench, nodes: readonly number[]): string | undefined => {
  for (const a of nodes) {
    for (const b of nodes) {
      const height = bench.chain(a).findIndex((id, at) => id !== (bench.chain(b)[at] ?? id));
      if (height >= 0) return `nodes ${a} and ${b} at height ${height + 1}`;
    }
  }
  return undefined;
};

/** No fault, delays only. a = 2, d = 3; X of view 1 is seen certified by a alone, Y of view 2 by d alone. */
const delaysOnly = (rules: Rules): Bench => {
  const bench = createBench(rules);
  for (const node of [0, 1, 2, 3]) bench.start(node);
  bench.pass(proposal(1), [1, 2, 3]);
  bench.pass(vote(1), [2]);
  bench.fire("view", [0, 1, 3]);
  bench.pass(timeout(1), [0, 1, 3]);
  bench.pass(proposal(2), [0, 3]);
  bench.pass(vote(2), [3]);
  bench.fire("view", [0, 1, 2]);
  bench.pass(timeout(2), [0, 1, 2]);
  bench.pass(proposal(3), [0, 1]);
  bench.pass(vote(3), [2]);
  bench.fire("view", [0, 1, 3]);
  bench.pass(timeout(3), [0, 1, 3]);
  bench.pass(proposal(4), [0, 1]);
  bench.pass(vote(4), [0, 1, 3]);
  bench.pass(commitVote(4), [0, 1, 3]);
  return bench;
};

/**
 * One Byzantine voter d = 2. B of view 1 is seen certified by a = 0 alone, B′ of view 2 by c = 3 alone; then d
 * proposes on B, and c on B′.
 */
const oneByzantine = (rules: Rules): Bench => {
  const bench = createBench(rules);
  const [a, b, c, d] = [0, 1, 3, 2];
  const key = bench.key(d);
  for (const node of [a, b, c]) bench.start(node);
  const headerOf = (view: number) => {
    const [message] = bench.sent(proposal(view));
    assert(message?.type === "proposal", `a proposal of view ${view} is due`);
    const decoded = decodeHeader(message.headerBytes);
    assert(decoded.ok);
    return { message, header: decoded.value };
  };
  const timeoutsOf = (view: number) =>
    bench.sent(timeout(view)).filter((message) => message.type === "timeout");

  bench.pass(proposal(1), [b, c]);
  bench.pass(vote(1), [a]);
  bench.fire("view", [b, c]);
  const { qc: genesisQc } = headerOf(1).message;
  bench.forge(d, forgeTimeout(key, 1, genesisQc));
  bench.pass(timeout(1), [b, c]);

  bench.pass(proposal(2), [c]);
  const [second] = bench.sent(vote(2));
  assert(second?.type === "vote");
  bench.forge(d, forgeVote(key, CERTIFICATE_KIND.vote, 2, second.blockId));
  bench.pass(vote(2), [c]);
  bench.fire("view", [a, b]);
  const ownTimeout = forgeTimeout(key, 2, genesisQc);
  bench.forge(d, ownTimeout);
  bench.pass(timeout(2), [a, b]);

  // d knows QC(1) from a's timeout, and makes TC(2) of a's, b's and its own.
  const high = timeoutsOf(2).find((message) => message.highQc.view === 1);
  assert(high !== undefined, "a reports QC(1)");
  const tc = forgeTc(4, [...timeoutsOf(2), ownTimeout]);
  const third = forgeProposal(key, 3, headerOf(1).header, { qc: high.highQc, tc }, bench.nowMs, [99]);
  bench.forge(d, third);
  bench.forge(d, forgeVote(key, CERTIFICATE_KIND.vote, 3, third.id));
  bench.pass(proposal(3), [a, b]);
  bench.pass(vote(3), [a]);
  bench.fire("view", [b, c]);
  bench.forge(d, forgeTimeout(key, 3, genesisQc));
  bench.pass(timeout(3), [b, c]);

  bench.pass(proposal(4), [b]);
  const [fourth] = bench.sent(vote(4));
  assert(fourth?.type === "vote", "b or c votes in view 4");
  bench.forge(d, forgeVote(key, CERTIFICATE_KIND.vote, 4, fourth.blockId));
  bench.pass(vote(4), [b, c]);
  bench.forge(d, forgeVote(key, CERTIFICATE_KIND.commit, 4, fourth.blockId));
  bench.pass(commitVote(4), [b, c]);
  return bench;
};

/**
 * No fault, delays only. B of view 1 is seen certified by node 1 alone, which proposes a child in view 2. The others
 * have timed both views out, reporting the genesis, when the child reaches two of them.
 */
const lateChild = (rules: Rules): Bench => {
  const bench = createBench(rules);
  for (const node of [0, 1, 2, 3]) bench.start(node);
  bench.pass(proposal(1), [1, 2, 3]);
  bench.pass(vote(1), [1]);
  bench.fire("view", [0, 2, 3]);
  bench.pass(timeout(1), [0, 2, 3]);
  bench.fire("view", [0, 2, 3]);
  bench.pass(proposal(2), [0, 2]);
  bench.pass(vote(2), [1]);
  bench.pass(timeout(2), [0, 2, 3]);
  bench.pass(proposal(3), [0, 3]);
  bench.pass(vote(3), [0, 2, 3]);
  bench.pass(commitVote(3), [0, 2, 3]);
  return bench;
};

/**
 * One Byzantine leader, 2. B of view 1 is committed by node 0 alone; then 2 leads view 3 with a TC that reports B's
 * QC, and proposes on the genesis all the same.
 */
const oldGround = (rules: Rules): Bench => {
  const bench = createBench(rules);
  const key = bench.key(2);
  for (const node of [0, 1, 3]) bench.start(node);
  bench.pass(proposal(1), [1, 3]);
  bench.pass(vote(1), [0, 1]);
  const [first] = bench.sent(proposal(1));
  const [own] = bench.sent(vote(1));
  assert(first?.type === "proposal" && own?.type === "vote");
  bench.forge(2, forgeVote(key, CERTIFICATE_KIND.commit, 1, own.blockId));
  bench.pass(commitVote(1), [0]);
  bench.fire("view", [0, 1]);
  const timeouts = bench.sent(timeout(2)).filter((message) => message.type === "timeout");
  const forged = forgeTimeout(key, 2, first.qc);
  bench.forge(2, forged);
  bench.pass(timeout(2), [0, 1, 3]);
  const tc = forgeTc(4, [...timeouts, forged]);
  assert.equal(tc.highQc.view, 1);
  const genesis = { height: 0, timestampMs: 0 };
  const third = forgeProposal(key, 3, genesis, { qc: first.qc, tc }, bench.nowMs, [99]);
  bench.forge(2, third);
  bench.forge(2, forgeVote(key, CERTIFICATE_KIND.vote, 3, third.id));
  bench.pass(proposal(3), [1, 3]);
  bench.pass(vote(3), [1, 3]);
  bench.forge(2, forgeVote(key, CERTIFICATE_KIND.commit, 3, third.id));
  bench.pass(commitVote(3), [1, 3]);
  return bench;
};

test("voting on ground below the TC's highest QC forks", () => {
  assert.equal(forkOf(oldGround(LFT_MUTANTS["tc-highest-qc"].lft), [0, 1, 3]), "nodes 0 and 1 at height 1");
});

test("a leader that proposes below the TC's highest QC gets no vote", () => {
  const bench = oldGround(RULES);
  assert.deepEqual(
    [0, 1, 3].map((node) => bench.chain(node).length),
    [1, 0, 0],
  );
  assert.deepEqual(
    bench.sent(vote(3)).map((message) => message.type === "vote" && message.signer),
    [2],
  );
});

test("voting in a view that one has timed out forks", () => {
  assert.equal(
    forkOf(lateChild(LFT_MUTANTS["vote-after-timeout"].lft), [0, 1, 2, 3]),
    "nodes 0 and 1 at height 1",
  );
});

test("a child that comes after the timeouts gets no vote, and the others go on", () => {
  const bench = lateChild(RULES);
  assert.equal(forkOf(bench, [0, 1, 2, 3]), undefined);
  for (const node of [0, 2, 3]) assert.equal(bench.chain(node).length, 1);
  assert.equal(bench.chain(1).length, 0);
});

test("delays alone fork LFT without consecutive views", () => {
  assert.equal(
    forkOf(delaysOnly(LFT_MUTANTS["consecutive-views"].lft), [0, 1, 2, 3]),
    "nodes 0 and 2 at height 1",
  );
});

test("delays alone fork LFT2 as published", () => {
  assert.equal(forkOf(delaysOnly(LFT_MUTANTS.lft2.lft), [0, 1, 2, 3]), "nodes 0 and 2 at height 1");
});

test("delays alone do not fork LFT, and the nodes that see the votes commit", () => {
  const bench = delaysOnly(RULES);
  assert.equal(forkOf(bench, [0, 1, 2, 3]), undefined);
  for (const node of [0, 1, 3]) assert.equal(bench.chain(node).length, 2);
  assert.equal(bench.chain(2).length, 0);
});

test("one Byzantine voter of four forks LFT2 as published", () => {
  assert.equal(forkOf(oneByzantine(LFT_MUTANTS.lft2.lft), [0, 1, 3]), "nodes 0 and 1 at height 1");
});

test("one Byzantine voter of four does not fork LFT, and the nodes that see the votes commit", () => {
  const bench = oneByzantine(RULES);
  assert.equal(forkOf(bench, [0, 1, 3]), undefined);
  for (const node of [1, 3]) assert.equal(bench.chain(node).length, 2);
  assert.equal(bench.chain(0).length, 0);
});
