import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import tls from "node:tls";
import { type Identity, pemOf } from "@dure/crypto/x509";
import { ChannelCredentials, Client, type ServiceError } from "@grpc/grpc-js";
import fc from "fast-check";
import { atEnd, startPeer, startStation, statusOf } from "./fixture.test.ts";
import { pathOf, REQUEST_MESSAGE_BYTES_MAX, VERBS, type Verb } from "./protocol.ts";

/** Inputs are generated from a seed that is printed with every failure. */
const SEED = Date.now() % 1_000_000_000;
const sample = <T>(arbitrary: fc.Arbitrary<T>, count: number): T[] =>
  fc.sample(arbitrary, { numRuns: count, seed: SEED });

/** Runs the work over all items, so many at a time. */
const inParallel = async <T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> => {
  const queue = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: width }, worker));
};

/** A line without our client's manners: any bytes to any verb. Gives the gRPC status. */
const bareLine = (address: string, identity: Identity, show: boolean) => {
  const pem = (der: Uint8Array) => Buffer.from(pemOf("CERTIFICATE", der));
  const key = show ? Buffer.from(identity.key.pem) : null;
  const certificate = show ? pem(identity.certificate.der) : null;
  const credentials = ChannelCredentials.createSsl(pem(identity.root.der), key, certificate);
  const client = new Client(address, credentials, { "grpc.use_local_subchannel_pool": 1 });
  atEnd(() => client.close());
  const raw = (bytes: Buffer) => bytes;
  return (path: string, body: Buffer) =>
    new Promise<number>((resolve) => {
      const deadline = Date.now() + 20_000;
      client.makeUnaryRequest(path, raw, raw, body, { deadline }, (error: ServiceError | null) =>
        resolve(error?.code ?? 0),
      );
    });
};

/** Writes bytes to a socket and waits for its end; what the server does with them is its affair, but it must end. */
const drop = (socket: net.Socket, bytes: Uint8Array, ready: string): Promise<void> =>
  new Promise((resolve) => {
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    socket.on("data", () => undefined);
    socket.once(ready, () => socket.end(bytes));
  });

const valid: Record<Verb, object> = {
  Enrol: { token: `dure1.${"0".repeat(16)}.${"A".repeat(43)}.${"0".repeat(64)}`, request: "AAAA" },
  Renew: { request: "AAAA" },
  Register: {
    grpcAddress: "127.0.0.1:7100",
    restAddress: "127.0.0.1:9000",
    consensusPublicKey: "00".repeat(32),
    proof: "00".repeat(64),
  },
  Heartbeat: { status: { ...statusOf(0), block_height: "12" } },
  Directory: { extra: 1 },
  Genesis: { channel: "../authority" },
};

const bodies = (verb: Verb): fc.Arbitrary<Buffer> => {
  const text = JSON.stringify(valid[verb]);
  const mutated = fc
    .tuple(fc.nat(text.length - 1), fc.string({ maxLength: 3 }))
    .map(([at, put]) => text.slice(0, at) + put + text.slice(at + 1));
  return fc
    .oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.nat(text.length - 1).map((length) => Buffer.from(text.slice(0, length))),
      fc.json({ maxDepth: 4 }).map((json) => Buffer.from(json)),
      fc.jsonValue({ maxDepth: 3 }).map((value) =>
        Buffer.from(
          JSON.stringify({
            ...valid[verb],
            __proto__: null,
            status: value,
            token: value,
            request: value,
            channel: value,
          }),
        ),
      ),
      fc.nat(60_000).map((depth) => Buffer.from("[".repeat(depth))),
      mutated.map((json) => Buffer.from(json)),
      fc.constant(Buffer.from(text)),
    )
    .filter((body) => !(verb === "Directory" && body.toString().trim() === "{}"));
};

test("10,000 malformed inputs leave both ports alive, the directory as it was, and memory bounded", {
  timeout: 300_000,
}, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const network = await startStation();
  const peer0 = await startPeer(network, 0);
  const listed = await peer0.client.directory();
  const member = bareLine(network.address, peer0.identity, true);
  const stranger = bareLine(network.address, peer0.identity, false);
  const rssBefore = process.memoryUsage.rss();
  let inputs = 0;

  for (const verb of VERBS)
    for (const call of [member, stranger])
      await inParallel(sample(bodies(verb), 400), 16, async (body) => {
        inputs++;
        const code = await call(pathOf(verb), body);
        assert.ok(code !== 0, `${verb} took ${body.subarray(0, 200)} (seed ${SEED})`);
        assert.ok(
          code !== 13 && code !== 14 && code !== 4,
          `${verb} answered ${code} to ${body.subarray(0, 200)} (seed ${SEED})`,
        );
      });

  const oversized = Buffer.alloc(REQUEST_MESSAGE_BYTES_MAX + 1, "[");
  await inParallel(Array(100).fill(member), 8, async (call) => {
    inputs++;
    assert.equal(await call(pathOf("Enrol"), oversized), 8, "RESOURCE_EXHAUSTED");
  });
  assert.equal(
    await member("/dure.radiostation.v1.RadioStation/Nothing", Buffer.from("{}")),
    12,
    "UNIMPLEMENTED",
  );

  const garbage = fc.uint8Array({ minLength: 1, maxLength: 300 });
  await inParallel(sample(garbage, 1_500), 16, async (bytes) => {
    inputs++;
    await drop(net.connect(network.grpcPort, "127.0.0.1"), bytes, "connect");
  });
  const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  const frames = fc.oneof(
    garbage,
    garbage.map((bytes) => Buffer.concat([preface, bytes])),
  );
  await inParallel(sample(frames, 500), 8, async (bytes) => {
    inputs++;
    const options = {
      host: "127.0.0.1",
      port: network.grpcPort,
      rejectUnauthorized: false,
      ALPNProtocols: ["h2"],
    };
    await drop(tls.connect(options), bytes, "secureConnect");
  });

  const line = fc.tuple(
    fc.constantFrom("GET", "POST", "HEAD", "OPTIONS", "BREW", ""),
    fc.oneof(
      fc.webPath(),
      fc.string(),
      fc.constantFrom(
        "/api/v1/peer/list?channel[]=%",
        "/api/v1/peer/status?peer_id=__proto__&group_id=__proto__",
        `/${"a".repeat(9000)}`,
        "/api/v1/peer/%zz",
      ),
    ),
    fc.constantFrom(
      "HTTP/1.1\r\nhost: x\r\nconnection: close",
      "HTTP/1.1",
      "HTTP/9.9",
      "HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999",
      "HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz",
      `HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(10_000)}`,
    ),
  );
  const requests = fc.oneof(
    garbage,
    line.map((parts) => Buffer.from(`${parts.join(" ")}\r\n\r\n`)),
  );
  await inParallel(sample(requests, 3_200), 16, async (bytes) => {
    inputs++;
    await drop(net.connect(network.restPort, "127.0.0.1"), bytes, "connect");
  });

  assert.ok(inputs >= 10_000, `only ${inputs} inputs`);
  assert.deepEqual(await peer0.client.directory(), listed);
  await peer0.client.heartbeat(statusOf(0));
  const answer = await fetch(`${network.rest}/api/v1/peer/list`);
  assert.equal(((await answer.json()) as { response_code: number }).response_code, 0);
  const grown = process.memoryUsage.rss() - rssBefore;
  assert.ok(grown < 300 * 1024 * 1024, `memory grew by ${grown} bytes`);
});
