import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { failsWith, startPeer, startStation, statusOf, suite } from "./fixture.test.ts";
import { consensusKeyStatement } from "./index.ts";

test("peers are listed in order of registration, and keep their order when they register again", async () => {
  const network = await startStation();
  const peer2 = await startPeer(network, 2);
  const peer0 = await startPeer(network, 0);
  const peer1 = await startPeer(network, 1);
  assert.deepEqual([peer2.order, peer0.order, peer1.order], [1, 2, 3]);
  const moved = { ...peer2.registration, grpcAddress: "peer2.example:7100", restAddress: "[::1]:9000" };
  assert.equal(await peer2.client.register(moved), 1);
  const listed = await peer0.client.directory();
  assert.deepEqual(
    listed.map(({ order, peerId, grpcAddress, restAddress }) => ({
      order,
      peerId,
      grpcAddress,
      restAddress,
    })),
    [
      { order: 1, peerId: "peer2.devnet", grpcAddress: "peer2.example:7100", restAddress: "[::1]:9000" },
      { order: 2, peerId: "peer0.devnet", grpcAddress: "127.0.0.1:7100", restAddress: "127.0.0.1:9000" },
      { order: 3, peerId: "peer1.devnet", grpcAddress: "127.0.0.1:7101", restAddress: "127.0.0.1:9100" },
    ],
  );
  for (const { peerId, consensusPublicKey, proof } of listed) {
    const bytes = (text: string) => Buffer.from(text, "hex");
    assert.ok(suite.verify(bytes(consensusPublicKey), consensusKeyStatement(peerId), bytes(proof)));
  }
});

test("a consensus key is registered only by who holds it, for one peer, until it says another", async () => {
  const network = await startStation();
  const peer0 = await startPeer(network, 0);
  const { client } = await network.enrol("peer1.devnet");
  // Another peer's key, with the proof that its holder gave for itself.
  const replayed = peer0.registration.sign(consensusKeyStatement("peer0.devnet"));
  await failsWith("BAD_PROOF", client.register({ ...peer0.registration, sign: () => replayed }));
  const seed = new Uint8Array(32).fill(9);
  const forger = { ...peer0.registration, sign: (statement: Uint8Array) => suite.sign(seed, statement) };
  await failsWith("BAD_PROOF", client.register(forger));
  const another = { ...peer0.registration, consensusPublicKey: suite.publicKeyOf(seed), sign: forger.sign };
  // Two peers that share one key: each can prove it, and the second is refused.
  await failsWith("KEY_CONFLICT", client.register(peer0.registration));
  assert.equal((await client.directory()).length, 1);
  const order = await peer0.client.register(peer0.registration);
  assert.equal(await peer0.client.register(another), order);
  const [renewed] = await client.directory();
  assert.equal(renewed?.consensusPublicKey, Buffer.from(another.consensusPublicKey).toString("hex"));
});

test("only peers register and report, each for itself", async () => {
  const network = await startStation();
  const peer0 = await startPeer(network, 0);
  const alice = await network.enrol("alice", ["client"]);
  await failsWith("NOT_A_PEER", alice.client.register(peer0.registration));
  await failsWith("NOT_A_PEER", alice.client.heartbeat(statusOf(0)));
  const peer1 = await network.enrol("peer1.devnet");
  await failsWith("NOT_REGISTERED", peer1.client.heartbeat(statusOf(1)));
  await failsWith("BAD_REQUEST", peer0.client.heartbeat(statusOf(1)));
  await failsWith("BAD_REQUEST", peer0.client.heartbeat(statusOf(0, { block_height: -1 })));
  await failsWith("BAD_REQUEST", peer0.client.register({ ...peer0.registration, grpcAddress: "no address" }));
});

test("a channel is founded by the first peers in order, once, and outlives a restart", async () => {
  const made: string[] = [];
  const found = {
    channel: "devnet",
    validators: 2,
    document: (founders: readonly { peerId: string }[]) => {
      made.push(founders.map(({ peerId }) => peerId).join());
      return `{"validators":"${made.at(-1)}"}`;
    },
  };
  const network = await startStation({ found });
  const peer1 = await startPeer(network, 1);
  assert.equal(await peer1.client.genesis("devnet"), undefined);
  const founded = once(network.station.events, "founded");
  await startPeer(network, 0);
  assert.deepEqual(await founded, ["devnet"]);
  const document = '{"validators":"peer1.devnet,peer0.devnet"}';
  assert.equal(await peer1.client.genesis("devnet"), document);
  await startPeer(network, 2);
  await network.station.close();

  const again = await startStation({ home: network.home, found });
  const member = again.client(peer1.identity);
  assert.equal(await member.genesis("devnet"), document);
  assert.equal(await member.genesis("other"), undefined);
  assert.equal(made.length, 1);
});

test("a founding that failed does not refuse the registration, and is tried again at the next start", async () => {
  const broken = {
    channel: "devnet",
    validators: 1,
    document: (): string => {
      throw new Error("no SCORE");
    },
  };
  const network = await startStation({ found: broken });
  const peer0 = await startPeer(network, 0);
  assert.equal(peer0.order, 1);
  assert.equal(await peer0.client.genesis("devnet"), undefined);
  await network.station.close();
  const again = await startStation({ home: network.home, found: { ...broken, document: () => "{}" } });
  assert.equal(await again.client(peer0.identity).genesis("devnet"), "{}");
});

test("silence is a disconnection and a heartbeat ends it, each told once", async () => {
  let nowMs = Date.now();
  const network = await startStation({ nowMs: () => nowMs, silenceMs: 5_000 });
  const told: string[] = [];
  for (const event of ["connected", "disconnected"] as const)
    network.station.events.on(event, (peerId) => told.push(`${event} ${peerId}`));
  const peer0 = await startPeer(network, 0);
  const peer1 = await startPeer(network, 1);
  nowMs += 4_000;
  await peer1.client.heartbeat(statusOf(1));
  const silent = once(network.station.events, "disconnected");
  nowMs += 1_000;
  assert.deepEqual(await silent, ["peer0.devnet"]);
  await peer0.client.heartbeat(statusOf(0));
  assert.deepEqual(told, [
    "connected peer0.devnet",
    "connected peer1.devnet",
    "disconnected peer0.devnet",
    "connected peer0.devnet",
  ]);
});

test("a RadioStation that comes back is used again without a new client", { timeout: 30_000 }, async () => {
  const network = await startStation();
  const peer0 = await startPeer(network, 0);
  await peer0.client.heartbeat(statusOf(0));
  await network.station.close();
  await failsWith("UNREACHABLE", peer0.client.heartbeat(statusOf(0)));
  await startStation({ home: network.home, grpcPort: network.grpcPort });
  for (;;) {
    const failure = await peer0.client.heartbeat(statusOf(0)).then(
      () => undefined,
      (error) => error,
    );
    if (failure === undefined) break;
    assert.equal(failure.code, "UNREACHABLE");
  }
  assert.equal((await peer0.client.directory()).length, 1);
});
