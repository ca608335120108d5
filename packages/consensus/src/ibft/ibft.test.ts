import assert from "node:assert/strict";
import { test } from "node:test";
import { Network } from "./network.fixture.test.ts";

const started = (count: number): Network => {
  const network = new Network(count);
  network.start();
  network.deliver();
  return network;
};

for (const count of [1, 2, 4, 7])
  test(`${count} validators commit one block after another, each by its own leader`, () => {
    const network = started(count);
    for (let height = 1; height <= 9; height++) {
      network.submit(`t${height}`);
      network.runUntil(() => network.heights().every((at) => at === height));
      const header = network.disks[0]?.log.at(-1)?.candidate.header;
      assert.deepEqual([header?.view, header?.proposer], [1, (height - 1) % count]);
    }
    assert.ok(network.agree());
    assert.deepEqual(network.refusals, []);
    assert.equal(network.sent.filter(({ message }) => message.type === "roundChange").length, 0);
  });

test("an idle channel makes no blocks and runs no round's timer", () => {
  const network = started(4);
  network.submit("t");
  network.runUntil(() => network.heights().every((at) => at === 1));
  const endMs = network.nowMs + 5_000;
  network.runUntil(() => network.nowMs > endMs);
  assert.deepEqual(network.heights(), [1, 1, 1, 1]);
  for (const { timers, state } of network.nodes) {
    assert.deepEqual([timers.has("view"), timers.has("resend"), state.round], [false, false, 1]);
  }
});

test("a dead leader costs one round, whose block the next leader makes", () => {
  const network = started(4);
  network.kill(0);
  network.submit("t");
  network.runUntil(() => network.heights(1, 2, 3).every((at) => at === 1));
  const { header } = network.disks[1]?.log[0]?.candidate ?? assert.fail();
  assert.deepEqual([header.view, header.proposer, header.transactionCount], [2, 1, 1]);
});

test("a transaction that one node alone holds is sent to all when its timer starts", () => {
  const network = started(4);
  network.submit("t", 3);
  network.runUntil(() => network.heights().every((at) => at === 1));
  assert.equal(network.disks[0]?.log[0]?.candidate.header.transactionCount, 1);
});

test("a block that was prepared keeps its id through a round change, and its certificate is of the later round", () => {
  const network = started(4);
  network.arrives = ({ message }) => message.type !== "commit";
  network.submit("t");
  network.runUntil(() => network.nodes.every(({ state }) => state.record.prepared !== undefined));
  const ids = network.nodes.map(({ state }) => state.record.prepared?.blockId);
  network.runUntil(() => network.nodes.every(({ state }) => state.round > 1));
  network.arrives = () => true;
  network.runUntil(() => network.heights().every((at) => at === 1));
  for (const { log } of network.disks) {
    const { candidate, proof } = log[0] ?? assert.fail();
    assert.equal(candidate.id, ids[0]);
    assert.equal(candidate.header.view, 1);
    assert.ok(proof.kind === "commit" && proof.certificate.view > 1);
  }
});

test("a block that one node alone prepared binds the others once it reports it", () => {
  const network = started(4);
  // Only node 1 hears the PREPAREs of round 1.
  network.arrives = ({ message, to }) =>
    !(message.type === "prepare" && message.round === 1 && to !== 1) && message.type !== "commit";
  network.submit("t");
  network.runUntil(() => network.nodes[1]?.state.record.prepared !== undefined);
  const id = network.nodes[1]?.state.record.prepared?.blockId;
  network.runUntil(() => network.nodes.every(({ state }) => state.record.commitVoted.round > 1));
  network.arrives = () => true;
  network.runUntil(() => network.heights().every((at) => at === 1));
  assert.ok(network.disks.every(({ log }) => log[0]?.candidate.id === id));
});

test("a validator that was away is brought up by the others, whether by one height or by many", () => {
  const network = started(4);
  for (const [away, height] of [
    [3, 1],
    [2, 6],
  ] as const) {
    network.kill(away);
    while (network.heights(0).some((at) => at < height)) {
      const next = (network.heights(0)[0] ?? 0) + 1;
      network.submit(`t${next}`);
      network.runUntil(() => network.heights().every((at) => at === next));
    }
    network.start(away);
    network.runUntil(() => network.heights().every((at) => at === height));
  }
  network.submit("last");
  network.runUntil(() => network.heights().every((at) => at === 7));
  assert.ok(network.agree());
});

test("without a quorum rounds end where they are, and the height is decided when it is back", () => {
  const network = started(4);
  network.kill(0);
  network.kill(3);
  network.submit("t");
  const endMs = network.nowMs + 10_000;
  network.runUntil(() => network.nowMs > endMs);
  const rounds = [1, 2].map((at) => network.nodes[at]?.state.round);
  assert.deepEqual(rounds, [2, 2], "nobody runs away from the others");
  network.start(3);
  network.runUntil(() => network.heights(1, 2, 3).every((at) => at === 1));
});

test("a node without its record follows, and signs nothing", () => {
  const network = new Network(4);
  (network.disks[3] ?? assert.fail()).record = undefined;
  network.start();
  for (let height = 1; height <= 5; height++) {
    network.submit(`t${height}`);
    network.runUntil(() => network.heights().every((at) => at === height));
  }
  const said = network.sent.filter(({ from }) => from === 3).map(({ message }) => message.type);
  assert.deepEqual([...new Set(said)], ["status"]);
});
