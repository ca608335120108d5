import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectHttp2, createSecureServer } from "node:http2";
import { connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { connect as connectTls, createSecureContext } from "node:tls";
import {
  ChannelCredentials,
  Client,
  type ClientDuplexStream,
  connectivityState,
  Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
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
import { LANES } from "./lane.ts";
import type { TransportIdentity } from "./peer-identity.ts";
import { raw, STREAM_PATH, writeHeader } from "./protocol.ts";
import type { TransportOptions } from "./transport.ts";

const authority = await makeAuthority();
const SESSION = "0".repeat(32);

/** `peer5.devnet`, which accepts the lower ids. */
const target = async (t: TestContext, given: Partial<TransportOptions> = {}): Promise<TestPeer> => {
  const id = "peer5.devnet";
  const peer = await startPeer(id, await authority.issue({ commonName: id }), given);
  t.after(() => peer.transport.close());
  return peer;
};

/** An honest peer gets a link and an answer: the target still works. */
const stillServes = async (peer: TestPeer): Promise<void> => {
  const id = "peer1.devnet";
  const honest = await startPeer(id, await authority.issue({ commonName: id }));
  try {
    introduce(honest, peer);
    await until("an honest peer is linked", () => linked(honest, peer));
    const before = honest.frames.length;
    assert.ok(peer.membership.send(id, "consensus", Buffer.from("still here")));
    await until("an honest peer is answered", () => honest.frames.length === before + 1);
  } finally {
    await honest.transport.close();
  }
  await until("and gone", () => !peer.transport.connected(CHANNEL).includes(id));
};

/** A gRPC client that checks nothing and shows `identity`, if any. */
const clientOf = (t: TestContext, peer: TestPeer, identity: TransportIdentity | undefined): Client => {
  const context = createSecureContext({
    ca: [authority.rootPem],
    ...(identity === undefined ? {} : { cert: identity.certificatePem, key: identity.keyPem }),
  });
  const credentials = ChannelCredentials.createFromSecureContext(context, {
    checkServerIdentity: () => undefined,
  });
  const client = new Client(`dns:${peer.address}`, credentials, {
    "grpc.ssl_target_name_override": "x",
    "grpc.max_send_message_length": -1,
  });
  t.after(() => client.close());
  return client;
};

type Opened = {
  readonly stream: ClientDuplexStream<Buffer, Buffer>;
  accepted: boolean;
  error?: ServiceError;
};

const openStream = (client: Client, metadata: Metadata): Opened => {
  const stream = client.makeBidiStreamRequest(STREAM_PATH, raw.serialize, raw.deserialize, metadata);
  const opened: Opened = { stream, accepted: false };
  stream.on("metadata", () => {
    opened.accepted = true;
  });
  stream.on("data", () => undefined);
  stream.on("error", (error: ServiceError) => {
    opened.error = error;
  });
  return opened;
};

const header = (
  given: { channelId?: string; lane?: "consensus" | "bulk"; session?: string } = {},
): Metadata => writeHeader({ channelId: CHANNEL, lane: "consensus", session: SESSION, ...given });

const refusal = async (client: Client, metadata = header()): Promise<ServiceError> => {
  const opened = openStream(client, metadata);
  await until("refused", () => opened.error !== undefined);
  assert.ok(!opened.accepted && opened.error);
  return opened.error;
};

test("who shows no certificate, a foreign one or an expired one, gets no connection", async (t) => {
  const peer = await target(t);
  const foreign = await makeAuthority();
  const lookalike = await makeAuthority();
  const bearers: [string, TransportIdentity | undefined][] = [
    ["none", undefined],
    [
      "of another organisation's root",
      await foreign.issue({ commonName: "peer1.other", organisation: "other" }),
    ],
    ["of a root with the same name", await lookalike.issue({ commonName: "peer1.devnet" })],
    ["expired", await authority.issue({ commonName: "peer1.devnet", validForMs: -60_000 })],
  ];
  for (const [what, identity] of bearers) {
    const error = await refusal(clientOf(t, peer, identity));
    assert.equal(error.code, status.UNAVAILABLE, what);
  }
  assert.deepEqual(peer.ups, []);
  await stillServes(peer);
});

test("who shows a certificate of the right root that is not a peer's is refused and told so", async (t) => {
  const other = await makeAuthority("other");
  const peer = await startPeer(
    "peer5.devnet",
    await authority.issue({ commonName: "peer5.devnet" }, [authority.rootPem, other.rootPem]),
  );
  t.after(() => peer.transport.close());
  const bearers: [string, TransportIdentity][] = [
    ["no role peer", await authority.issue({ commonName: "peer1.devnet", roles: ["client", "admin"] })],
    ["no role", await authority.issue({ commonName: "peer1.devnet", roles: [] })],
    ["no peer id", await authority.issue({ commonName: "peer1" })],
    ["a peer id of another organisation", await authority.issue({ commonName: "peer1.other" })],
    [
      "a name and organisation that this root does not own",
      await other.issue({ commonName: "peer1.devnet", organisation: "devnet" }),
    ],
    ["a peer id outside the naming rules", await authority.issue({ commonName: "peer1.x.devnet" })],
  ];
  for (const [what, identity] of bearers) {
    const client = clientOf(t, peer, identity);
    const error = await refusal(client);
    assert.equal(error.code, status.UNAUTHENTICATED, what);
    const state = () => client.getChannel().getConnectivityState(false);
    await until("the connection is ended, too", () => state() !== connectivityState.READY);
  }
  assert.deepEqual(peer.ups, []);
  assert.equal(peer.events.filter(({ type }) => type === "refused").length, bearers.length);
  await stillServes(peer);
});

test("a dialler gives no frame and no channel id to a server that is not the expected peer", async (t) => {
  const impostor = await target(t);
  const id = "peer1.devnet";
  const peer = await startPeer(id, await authority.issue({ commonName: id }));
  t.after(() => peer.transport.close());
  peer.transport.setPeers([{ id: "peer2.devnet", address: impostor.address }]);
  await until("refused", () => peer.events.some(({ type }) => type === "dial-failed"));
  const [event] = peer.events;
  assert.match(
    String(event?.type === "dial-failed" && event.reason),
    /peer5\.devnet answers where peer2\.devnet/,
  );
  assert.deepEqual([peer.ups, impostor.ups, impostor.events], [[], [], []]);
});

test("a dialler takes no name of its organisation from another organisation's root", async (t) => {
  const other = await makeAuthority("other");
  const roots = [authority.rootPem, other.rootPem];
  const impostor = await target(t);
  // Its own transport would refuse to show this certificate: an attacker's does not.
  const shown = await other.issue({ commonName: "peer5.devnet", organisation: "devnet" }, roots);
  const server = createSecureServer({
    cert: shown.certificatePem,
    key: shown.keyPem,
    ca: roots,
    requestCert: true,
  });
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const id = "peer1.devnet";
  const peer = await startPeer(id, await authority.issue({ commonName: id }, roots));
  t.after(() => peer.transport.close());
  peer.transport.setPeers([{ id: impostor.id, address: `127.0.0.1:${port}` }]);
  await until("refused", () => peer.events.some(({ type }) => type === "dial-failed"));
  const [event] = peer.events;
  assert.match(String(event?.type === "dial-failed" && event.reason), /no root of devnet issued/);
  peer.transport.setPeers([impostor]);
  await until("the real one is linked", () => linked(peer, impostor));
});

test("TLS before version 1.3 is refused", async (t) => {
  const peer = await target(t);
  const identity = await authority.issue({ commonName: "peer1.devnet" });
  const attempt = async (maxVersion: "TLSv1.2" | "TLSv1.3"): Promise<string> => {
    const socket = connectTls({
      port: peer.port,
      host: "127.0.0.1",
      ALPNProtocols: ["h2"],
      maxVersion,
      cert: identity.certificatePem,
      key: identity.keyPem,
      ca: [authority.rootPem],
      checkServerIdentity: () => undefined,
    });
    t.after(() => socket.destroy());
    return new Promise((resolve) => {
      socket.on("error", (error) => resolve(error.message));
      socket.on("secureConnect", () => resolve(String(socket.getProtocol())));
    });
  };
  assert.equal(await attempt("TLSv1.3"), "TLSv1.3");
  assert.match(await attempt("TLSv1.2"), /protocol version/);
  await stillServes(peer);
});

test("a dialler opens no stream to a peer that is not a member of the channel", async (t) => {
  const stranger = await target(t);
  const id = "peer1.devnet";
  const peer = await startPeer(id, await authority.issue({ commonName: id }), { authorize: () => false });
  t.after(() => peer.transport.close());
  introduce(peer, stranger);
  await until("refused", () => peer.events.some(({ type }) => type === "link-failed"));
  assert.deepEqual(stranger.events, []);
});

test("every refusal of a proven peer carries a status that says why", async (t) => {
  const peer = await target(t, { authorize: (peerId) => peerId !== "peer2.devnet" });
  const clientFor = async (id: string) => clientOf(t, peer, await authority.issue({ commonName: id }));
  const one = await clientFor("peer1.devnet");
  const cases: [string, Client, Metadata, number][] = [
    ["not a member", await clientFor("peer2.devnet"), header(), status.PERMISSION_DENIED],
    ["a channel not joined", one, header({ channelId: OTHER_CHANNEL }), status.PERMISSION_DENIED],
    ["a higher id dials", await clientFor("peer9.devnet"), header(), status.FAILED_PRECONDITION],
    ["the same id dials", await clientFor("peer5.devnet"), header(), status.FAILED_PRECONDITION],
    ["no header", one, new Metadata(), status.FAILED_PRECONDITION],
    ["a malformed channel", one, header({ channelId: "AB".repeat(32) }), status.INVALID_ARGUMENT],
    ["a malformed lane", one, header({ lane: "slow" as never }), status.INVALID_ARGUMENT],
    ["a malformed session", one, header({ session: "1" }), status.INVALID_ARGUMENT],
  ];
  const twice = header();
  twice.add("dure-lane", "bulk");
  cases.push(["a lane twice", one, twice, status.INVALID_ARGUMENT]);
  const future = header();
  future.set("dure-protocol", "2");
  cases.push(["another version", one, future, status.FAILED_PRECONDITION]);
  const details: string[] = [];
  for (const [what, client, metadata, code] of cases) {
    const error = await refusal(client, metadata);
    assert.equal(error.code, code, what);
    details.push(error.details);
  }
  assert.equal(details[0], details[1], "a stranger cannot tell whether the channel is joined here");
  await stillServes(peer);
});

test("a newer session of the same peer replaces the older one, and an old lane never mixes with a new", async (t) => {
  const peer = await target(t);
  const identity = await authority.issue({ commonName: "peer1.devnet" });
  const old = clientOf(t, peer, identity);
  const first = LANES.map((lane) => openStream(old, header({ lane })));
  await until("up", () => peer.ups.length === 1);
  const fresh = clientOf(t, peer, identity);
  const session = "1".repeat(32);
  const second = openStream(fresh, header({ session }));
  await until("the older is ended", () => first.every(({ error }) => error?.code === status.ABORTED));
  assert.deepEqual(peer.ups, ["+peer1.devnet", "-peer1.devnet"]);
  second.stream.write(Buffer.from("one lane is no link"));
  openStream(fresh, header({ session, lane: "bulk" }));
  await until("up again", () => peer.ups.length === 3);
  await until("the frame arrived", () => peer.frames.length === 1);
  // The same lane of the same session once more begins anew, too.
  const third = openStream(fresh, header({ session }));
  await until("replaced", () => second.error?.code === status.ABORTED && third.accepted);
  assert.deepEqual(peer.ups.slice(3), ["-peer1.devnet"]);
  assert.deepEqual(peer.transport.connected(CHANNEL), []);
});

test("an oversized frame from outside ends its link with a status, and the process lives", async (t) => {
  const peer = await target(t, { limits: { frameBytesMax: 65_536 } });
  const client = clientOf(t, peer, await authority.issue({ commonName: "peer1.devnet" }));
  const lanes = LANES.map((lane) => openStream(client, header({ lane })));
  await until("up", () => peer.ups.length === 1);
  lanes[1]?.stream.write(Buffer.alloc(65_537));
  await until("ended", () => lanes.every(({ error }) => error !== undefined));
  assert.equal(lanes[1]?.error?.code, status.RESOURCE_EXHAUSTED);
  assert.match(String(lanes[1]?.error?.details), /larger than max \(65537 vs 65536\)/);
  assert.equal(lanes[0]?.error?.code, status.ABORTED);
  assert.deepEqual([peer.frames, peer.ups], [[], ["+peer1.devnet", "-peer1.devnet"]]);
  await stillServes(peer);
});

test("a peer that reads nothing fills its own queue and no more", async (t) => {
  const queueBytesMax = 1_000_000;
  const peer = await target(t, { limits: { frameBytesMax: 50_000, queueBytesMax } });
  const client = clientOf(t, peer, await authority.issue({ commonName: "peer1.devnet" }));
  for (const lane of LANES) openStream(client, header({ lane })).stream.pause();
  await until("up", () => peer.ups.length === 1);
  const frame = Buffer.alloc(50_000);
  let taken = 0;
  // Past what the windows and the sockets swallow, nothing leaves any more.
  for (let idle = 0; idle < 20; ) {
    if (peer.membership.send("peer1.devnet", "bulk", frame)) {
      taken += 1;
      idle = 0;
    } else {
      idle += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(taken < 1000, "the queue has no end");
  }
  assert.ok(taken >= Math.floor(queueBytesMax / 51_000));
  await stillServes(peer);
});

/** Real first bytes of a TLS client, to be cut and bent. */
const clientHello = async (): Promise<Buffer> => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const socket = connectTls({ port, host: "127.0.0.1", ALPNProtocols: ["h2"], rejectUnauthorized: false });
  socket.on("error", () => undefined);
  const [accepted] = (await once(server, "connection")) as [Socket];
  const [hello] = (await once(accepted, "data")) as [Buffer];
  socket.destroy();
  accepted.destroy();
  server.close();
  return hello;
};

/** Sends bytes and ends; done when the connection is closed. */
const throwAt = async (port: number, bytes: Buffer, abrupt: boolean): Promise<void> => {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.on("data", () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
  });
  socket.write(bytes, () => {
    if (abrupt) socket.destroy();
    else socket.end();
  });
  await closed;
};

test("garbage and broken TLS in thousands of connections leave the server alive and its memory bounded", async (t) => {
  const peer = await target(t);
  const hello = await clientHello();
  const bent = (): Buffer => {
    const bytes = Buffer.from(hello);
    for (let i = 0; i < 3; i += 1) bytes[Math.floor(Math.random() * bytes.length)] = Math.random() * 256;
    return bytes;
  };
  const inputs: (() => Buffer)[] = [
    () => randomBytes(1 + Math.floor(Math.random() * 2000)),
    () => hello.subarray(0, Math.floor(Math.random() * hello.length)),
    bent,
    () => Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"),
    () => Buffer.from("GET / HTTP/1.1\r\nhost: x\r\n\r\n"),
    () => Buffer.concat([Buffer.from([0x16, 3, 1, 0xff, 0xff]), randomBytes(500)]),
  ];
  const round = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      const burst = inputs.map((input) => throwAt(peer.port, input(), Math.random() < 0.5));
      await Promise.all(burst);
    }
  };
  await round(50);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  await round(400);
  globalThis.gc?.();
  const grownBytes = process.memoryUsage().rss - before;
  assert.ok(grownBytes < 100 * 1024 * 1024, `grown by ${grownBytes} bytes`);
  assert.deepEqual([peer.ups, peer.events], [[], []]);
  await stillServes(peer);
});

test("garbage in HTTP/2 from a proven peer ends its connection and no more", async (t) => {
  const peer = await target(t);
  const identity = await authority.issue({ commonName: "peer1.devnet" });
  const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");
  for (let n = 0; n < 300; n += 1) {
    const socket = connectTls({
      port: peer.port,
      host: "127.0.0.1",
      ALPNProtocols: n % 10 === 0 ? [] : ["h2"],
      cert: identity.certificatePem,
      key: identity.keyPem,
      ca: [authority.rootPem],
      checkServerIdentity: () => undefined,
    });
    socket.on("error", () => undefined);
    socket.on("data", () => undefined);
    await once(socket, "secureConnect");
    const garbage = randomBytes(1 + Math.floor(Math.random() * 500));
    // A valid frame header now and then, so that the garbage gets past the first check.
    if (n % 2)
      garbage.set(
        [0, 0, Math.min(garbage.length, 200), n % 10, n % 256, 0, 0, 0, n % 5].slice(0, garbage.length),
      );
    socket.end(n % 3 === 0 ? garbage : Buffer.concat([preface, garbage]));
    await once(socket, "close");
  }
  assert.deepEqual(peer.ups, []);
  await stillServes(peer);
});

test("requests of a proven peer that are not the protocol's are answered and harm nothing", async (t) => {
  const peer = await target(t, { timing: { answerTimeoutMs: 300 } });
  const identity = await authority.issue({ commonName: "peer1.devnet" });
  const session = connectHttp2(`https://${peer.address}`, {
    cert: identity.certificatePem,
    key: identity.keyPem,
    ca: [authority.rootPem],
    checkServerIdentity: () => undefined,
    servername: "x",
  });
  t.after(() => session.destroy());
  session.on("error", () => undefined);
  const grpc = { ":method": "POST", "content-type": "application/grpc", te: "trailers" };
  const ended = async (headers: Record<string, string>, body: Buffer): Promise<void> => {
    const request = session.request({ ":method": "POST", ...headers });
    request.on("error", () => undefined);
    request.resume();
    const answered = once(request, "response");
    request.end(body);
    await answered;
    await until(`ended: ${JSON.stringify(headers)}`, () => request.closed);
  };
  await ended({ ":path": "/" }, randomBytes(20));
  await ended({ ...grpc, ":path": "/no.such.Service/Method" }, randomBytes(20));
  const stream = { ...grpc, ":path": STREAM_PATH };
  await ended({ ...stream, "grpc-timeout": "nonsense" }, randomBytes(20));
  await ended({ ...stream, "x-bin": "not base 64 !!" }, randomBytes(20));
  const header = { ...stream, "dure-protocol": "1", "dure-channel": CHANNEL };
  await ended({ ...header, "dure-lane": "bulk", "dure-session": SESSION }, Buffer.alloc(0));
  assert.deepEqual(peer.ups, [], "one lane alone is given up");

  const compressed = Buffer.concat([Buffer.from([1, 0, 0, 0, 4]), randomBytes(4)]);
  const bodies: [Record<string, string>, Buffer][] = [
    [{ "grpc-encoding": "gzip" }, compressed],
    [{ "grpc-encoding": "deflate" }, compressed],
    [{ "grpc-encoding": "nonsense" }, compressed],
    [{}, randomBytes(3)],
    [{}, Buffer.alloc(0)],
    [{}, Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1])],
  ];
  for (const [headers, body] of bodies) {
    const own = { ...header, "dure-session": randomBytes(16).toString("hex") };
    const other = session.request({ ...own, "dure-lane": "consensus" });
    other.on("error", () => undefined);
    other.resume();
    await ended({ ...own, ...headers, "dure-lane": "bulk" }, body);
    other.end();
    await until("the other lane ended, too", () => other.closed);
  }
  assert.equal(peer.ups.length, bodies.length * 2, "each was up, and down");
  assert.deepEqual(peer.frames, []);
  await stillServes(peer);
});

test("connections beyond the bound are turned away, and those that never shake hands make room again", async (t) => {
  const peer = await target(t, { limits: { connectionsMax: 20 }, timing: { answerTimeoutMs: 300 } });
  let closed = 0;
  const silent = Array.from({ length: 40 }, () => connect(peer.port, "127.0.0.1"));
  t.after(() => {
    for (const socket of silent) socket.destroy();
  });
  for (const socket of silent) {
    socket.on("error", () => undefined);
    socket.on("close", () => {
      closed += 1;
    });
    socket.resume();
  }
  const turnedAway = (): number => peer.events.filter(({ type }) => type === "connections-full").length;
  await until("turned away", () => turnedAway() === 20);
  await until("all closed by the server", () => closed === silent.length);
  await stillServes(peer);
});
