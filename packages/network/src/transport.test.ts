import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  CHANNEL,
  introduce,
  linked,
  makeAuthority,
  OTHER_CHANNEL,
  startPeer,
  type TestPeer,
  until,
} from "./fixture.ts";
import { FRAME_OVERHEAD_BYTES } from "./limits.ts";
import { NetworkError } from "./network-error.ts";
import type { TransportOptions } from "./transport.ts";

const authority = await makeAuthority();

/** Peers `peer0.devnet` and so on, introduced to one another, closed with the test. */
const network = async (
  t: TestContext,
  count: number,
  given: (index: number) => Partial<TransportOptions> = () => ({}),
): Promise<TestPeer[]> => {
  const peers: TestPeer[] = [];
  t.after(() => Promise.all(peers.map(({ transport }) => transport.close())));
  for (let i = 0; i < count; i += 1) {
    const id = `peer${i}.devnet`;
    peers.push(await startPeer(id, await authority.issue({ commonName: id }), given(i)));
  }
  introduce(...peers);
  return peers;
};

const two = async (
  t: TestContext,
  given?: (index: number) => Partial<TransportOptions>,
): Promise<[TestPeer, TestPeer]> => {
  const [a, b] = await network(t, 2, given);
  assert.ok(a && b);
  return [a, b];
};

const numbers = (peer: TestPeer, from: string, lane: string): number[] =>
  peer.frames
    .filter((arrival) => arrival.from === from && arrival.lane === lane)
    .map(({ frame }) => Buffer.from(frame).readUInt32BE(0));

const numbered = (n: number, bytes = 4): Uint8Array => {
  const frame = Buffer.alloc(bytes);
  frame.writeUInt32BE(n);
  return frame;
};

test("four peers exchange frames in order, on both lanes and in both directions", async (t) => {
  const peers = await network(t, 4);
  await until("all linked", () =>
    peers.every((peer) => peer.transport.connected(CHANNEL).length === peers.length - 1),
  );
  const count = 200;
  for (let n = 0; n < count; n += 1)
    for (const from of peers)
      for (const to of peers) {
        if (from === to) continue;
        assert.ok(from.membership.send(to.id, "consensus", numbered(n)));
        assert.ok(from.membership.send(to.id, "bulk", numbered(n, 2000)));
      }
  await until("all arrived", () => peers.every(({ frames }) => frames.length === 3 * 2 * count));
  const expected = Array.from({ length: count }, (_, n) => n);
  for (const to of peers)
    for (const from of peers)
      for (const lane of from === to ? [] : ["consensus", "bulk"])
        assert.deepEqual(numbers(to, from.id, lane), expected, `${from.id} to ${to.id}, ${lane}`);
});

test("empty frames and frames of exactly the limit arrive as they were", async (t) => {
  const [a, b] = await two(t);
  await until("linked", () => linked(a, b));
  const large = Buffer.alloc(4 * 1024 * 1024);
  for (let i = 0; i < large.length; i += 1) large[i] = (i * 31) >> 3;
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    assert.ok(from.membership.send(to.id, "bulk", new Uint8Array(0)));
    assert.ok(from.membership.send(to.id, "bulk", large));
    await until("arrived", () => to.frames.length === 2);
    assert.equal(to.frames[0]?.frame.length, 0);
    assert.equal(Buffer.compare(to.frames[1]?.frame ?? Buffer.alloc(0), large), 0);
  }
});

test("frames of one channel never reach another, nor a peer that has not joined it", async (t) => {
  const peers = await network(t, 3);
  const [a, b, c] = peers as [TestPeer, TestPeer, TestPeer];
  const seen: string[] = [];
  const handlers = (peer: TestPeer) => ({
    onFrame: (from: string, _lane: string, frame: Uint8Array) =>
      void seen.push(`${from} to ${peer.id}: ${Buffer.from(frame).toString()}`),
    onUp: () => undefined,
    onDown: () => undefined,
  });
  const others = [a, b].map((peer) => peer.transport.join(OTHER_CHANNEL, handlers(peer)));
  await until("linked", () => linked(a, b, OTHER_CHANNEL) && linked(a, b) && linked(a, c) && linked(b, c));
  assert.deepEqual(a.transport.connected(OTHER_CHANNEL), [b.id]);
  assert.equal(others[0]?.send(c.id, "consensus", Buffer.from("stray")), false);
  for (let n = 0; n < 50; n += 1) {
    assert.ok(others[0]?.send(b.id, n % 2 ? "bulk" : "consensus", Buffer.from("other")));
    assert.ok(a.membership.send(b.id, "consensus", numbered(n)));
    assert.ok(a.membership.send(c.id, "consensus", numbered(n)));
  }
  await until("arrived", () => seen.length === 50 && b.frames.length === 50 && c.frames.length === 50);
  assert.deepEqual(new Set(seen), new Set([`${a.id} to ${b.id}: other`]));
  others[1]?.leave();
  await until("down in the one", () => a.transport.connected(OTHER_CHANNEL).length === 0);
  assert.ok(linked(a, b), "and still up in the other");
});

test("a member of one channel is refused in another, and its other links stand", async (t) => {
  const [a, b] = await two(t, (index) => ({
    authorize: (_peerId, channelId) => index === 0 || channelId === CHANNEL,
  }));
  const none = { onFrame: assert.fail, onUp: assert.fail, onDown: assert.fail };
  a.transport.join(OTHER_CHANNEL, none);
  b.transport.join(OTHER_CHANNEL, none);
  await until("refused", () =>
    a.events.some((event) => event.type === "link-failed" && /not a member/.test(event.reason)),
  );
  await until("linked", () => linked(a, b));
  assert.deepEqual(a.transport.connected(OTHER_CHANNEL), []);
});

test("the queue is bounded in bytes: past it send returns false, and what was taken arrives", async (t) => {
  const frameBytes = 60_000;
  const queueBytesMax = 1_000_000;
  const [a, b] = await two(t, () => ({ limits: { frameBytesMax: 100_000, queueBytesMax } }));
  await until("linked", () => linked(a, b));
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    let taken = 0;
    while (taken < 1000 && from.membership.send(to.id, "bulk", numbered(taken, frameBytes))) taken += 1;
    assert.equal(taken, Math.floor(queueBytesMax / (frameBytes + FRAME_OVERHEAD_BYTES)));
    assert.deepEqual(from.events.at(-1), {
      type: "dropped",
      peerId: to.id,
      channelId: CHANNEL,
      lane: "bulk",
      bytes: frameBytes,
      reason: "queue-full",
    });
    assert.ok(from.membership.send(to.id, "consensus", numbered(0)), "the other lane is not full");
    await until("arrived", () => numbers(to, from.id, "bulk").length === taken);
    assert.ok(from.membership.send(to.id, "bulk", numbered(taken)), "there is room again");
  }
});

test("very many empty frames fill a queue too", async (t) => {
  const [a, b] = await two(t, () => ({ limits: { frameBytesMax: 1000, queueBytesMax: 100_000 } }));
  await until("linked", () => linked(a, b));
  let taken = 0;
  while (taken < 1000 && a.membership.send(b.id, "bulk", new Uint8Array(0))) taken += 1;
  assert.equal(taken, Math.floor(100_000 / FRAME_OVERHEAD_BYTES));
});

test("a frame above the receiver's limit ends the link with a status, and both processes go on", async (t) => {
  const [a, b] = await two(t, (index) => ({ limits: { frameBytesMax: index === 0 ? 200_000 : 100_000 } }));
  await until("linked", () => linked(a, b));
  assert.equal(
    b.membership.send(a.id, "bulk", new Uint8Array(100_001)),
    false,
    "above the sender's own limit",
  );
  assert.ok(a.membership.send(b.id, "bulk", new Uint8Array(150_000)));
  await until("ended", () => a.ups.includes(`-${b.id}`));
  const down = a.events.find((event) => event.type === "down");
  assert.match(String(down?.type === "down" && down.reason), /larger than max \(150000 vs 100000\)/);
  await until("linked again", () => linked(a, b));
  assert.equal(b.frames.length, 0);
  assert.ok(a.membership.send(b.id, "bulk", new Uint8Array(100_000)));
  await until("arrived", () => b.frames.length === 1);
});

for (const [role, goesIndex] of [
  ["dialled", 1],
  ["dialling", 0],
] as const)
  test(`a ${role} peer that restarts on the same port is linked again, and frames flow`, async (t) => {
    const peers = await two(t);
    const goes = peers[goesIndex];
    const stays = peers[1 - goesIndex] as TestPeer;
    await until("linked", () => linked(stays, goes));
    await goes.transport.close();
    await until("down", () => stays.ups.length === 2);
    assert.deepEqual(stays.ups, [`+${goes.id}`, `-${goes.id}`]);
    assert.equal(stays.membership.send(goes.id, "bulk", numbered(1)), false);
    const again = await startPeer(goes.id, await authority.issue({ commonName: goes.id }), {
      port: goes.port,
    });
    t.after(() => again.transport.close());
    introduce(stays, again);
    await until("linked again", () => linked(stays, again));
    assert.ok(stays.membership.send(again.id, "consensus", numbered(7)));
    await until("arrived", () => again.frames.length === 1);
  });

test("a changed address is dialled at once, and a removed peer is dropped", async (t) => {
  const [a, b] = await two(t);
  await until("linked", () => linked(a, b));
  await b.transport.close();
  const moved = await startPeer(b.id, await authority.issue({ commonName: b.id }));
  t.after(() => moved.transport.close());
  assert.notEqual(moved.port, b.port);
  await until("down", () => a.ups.length === 2);
  a.transport.setPeers([moved]);
  await until("linked at the new address", () => linked(a, moved));
  a.transport.setPeers([]);
  await until("dropped", () => a.ups.length === 4 && moved.ups.length === 2);
  assert.deepEqual(a.ups, [`+${b.id}`, `-${b.id}`, `+${b.id}`, `-${b.id}`]);
});

test("a renewed identity is used for new connections and drops no peer", async (t) => {
  const [a, b] = await two(t);
  await until("linked", () => linked(a, b));
  const other = await makeAuthority();
  const roots = [authority.rootPem, other.rootPem];
  // Both trust the old and the new root, then show certificates of the new one.
  a.transport.setIdentity(await other.issue({ commonName: a.id }, roots));
  b.transport.setIdentity(await other.issue({ commonName: b.id }, roots));
  assert.ok(a.membership.send(b.id, "consensus", numbered(1)));
  await until("arrived", () => b.frames.length === 1);
  assert.deepEqual(a.ups, [`+${b.id}`]);
  // A connection made now stands on the new certificates alone.
  a.transport.setPeers([]);
  await until("dropped", () => b.ups.length === 2);
  a.transport.setIdentity(await other.issue({ commonName: a.id }));
  b.transport.setIdentity(await other.issue({ commonName: b.id }));
  introduce(a, b);
  await until("linked again", () => linked(a, b));
  assert.throws(
    () => a.transport.setIdentity({ ...b, certificatePem: "", keyPem: "", rootsPem: [] }),
    (error) => error instanceof NetworkError && error.code === "IDENTITY_INVALID",
  );
  assert.ok(linked(a, b));
});

test("review ends the links of a peer that is no longer a member", async (t) => {
  let member = true;
  const [a, b] = await two(t, (index) => ({ authorize: () => index === 0 || member }));
  await until("linked", () => linked(a, b));
  b.transport.review();
  assert.ok(linked(a, b));
  member = false;
  b.transport.review();
  assert.deepEqual(b.ups, [`+${a.id}`, `-${a.id}`]);
  await until("down", () => a.ups.length === 2);
  await until("refused", () =>
    a.events.some((event) => event.type === "link-failed" && /not a member/.test(event.reason)),
  );
  member = true;
  await until("linked again", () => linked(a, b));
});

test("a port in use is an error that says which and what to do", async (t) => {
  const [a] = await two(t);
  await assert.rejects(
    startPeer("peer9.devnet", await authority.issue({ commonName: "peer9.devnet" }), { port: a.port }),
    (error) =>
      error instanceof NetworkError &&
      error.code === "PORT_IN_USE" &&
      error.message.includes(String(a.port)) &&
      /another port/.test(error.message),
  );
});

test("an address that is none is reported and not dialled", async (t) => {
  const [a] = await two(t);
  for (const address of ["unix:/tmp/x", "127.0.0.1", "a b:1", "http://x:1", ""])
    a.transport.setPeers([{ id: "peer7.devnet", address }]);
  assert.equal(a.events.filter(({ type }) => type === "address-invalid").length, 5);
});
