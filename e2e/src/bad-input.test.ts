import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { submitTo } from "@dure/client";
import { generateIdentityKey, issue, makeRequest, makeRoot, pemOf } from "@dure/crypto/x509";
import { askGrpc, type Presented } from "./ask-grpc.ts";
import { type BadRequest, badBytes, badRequest } from "./bad-requests.ts";
import { agreedHead, auditChains } from "./chain.ts";
import { commitData, type Devnet, isAlive, startDevnet, withLogs } from "./harness.ts";
import { type Json, objectIn, postJson } from "./json.ts";
import { residentBytes } from "./memory.ts";
import { chooseSeed, seeded } from "./seeded.ts";
import { type Client, clientOf, suite } from "./signer.ts";
import { type Answered, stormHttp, stormTcp } from "./storm.ts";

const INPUTS = 10_000;
const GROWTH_BYTES_MAX = 256 * 1024 * 1024;
const PEER_PATH = "/dure.peer.v1.Peer/Stream";
const STATION_PATH = "/dure.radiostation.v1.RadioStation/";

let devnet: Devnet;
let alice: Client;

before(async () => {
  devnet = await startDevnet();
  alice = await clientOf(devnet.home, "alice", devnet.channelId);
});

after(() => devnet?.stop());

const url = (at: number): string => devnet.urls[at] as string;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

const processes = (): readonly { name: string; pid: number }[] => [devnet.station, ...devnet.peers];

/** Afterwards the same processes commit a transaction, hold no more memory than they may, and stored nothing twice. */
const unharmed = async (before: ReadonlyMap<number, number>): Promise<void> => {
  for (const { name, pid } of processes()) {
    assert.ok(isAlive(pid), `${name} lives`);
    const grown = residentBytes(pid) - (before.get(pid) ?? 0);
    assert.ok(grown < GROWTH_BYTES_MAX, `${name} grew by ${grown} bytes`);
  }
  await commitData(url(0), devnet.urls, "still here");
  const head = await agreedHead(devnet.urls);
  await auditChains(devnet.urls, head.height);
};

const memory = (): ReadonlyMap<number, number> =>
  new Map(processes().map(({ pid }) => [pid, residentBytes(pid)]));

const isJsonRefusal = ({ status, body }: Answered): boolean => {
  if (status === 0) return true;
  const answer = JSON.parse(body) as Json;
  if (status < 400) return true;
  return /^[A-Z_]+$/.test(String(answer["code"])) && String(answer["message"]).length > 0;
};

test(`${INPUTS} bad requests to a peer's REST port are refused with a code and a sentence`, (t) =>
  withLogs(devnet, async () => {
    const chance = seeded(chooseSeed());
    t.diagnostic(`SEED=${chance.seed}`);
    const before = memory();
    const material = { transaction: () => alice.data({ n: 1 }), certificate: alice.signer.certificate };
    let refused = 0;
    const onAnswer = (answered: Answered): void => {
      const { status, request, body } = answered;
      const what = `${request.method} ${request.path.slice(0, 100)}: ${status} ${body.slice(0, 200)}`;
      assert.ok(status < 500, what);
      if (status >= 400) refused += 1;
      if (request.method !== "OPTIONS" && request.method !== "DELETE")
        assert.ok(isJsonRefusal(answered), what);
    };
    const { restPort } = devnet.peers[0] as { restPort: number };
    await stormHttp(restPort, INPUTS, () => badRequest(chance, material), onAnswer);
    await stormTcp(restPort, INPUTS / 10, () => badBytes(chance));
    assert.ok(refused > INPUTS / 2, `${refused} were refused`);
    await unharmed(before);
  }));

test(`${INPUTS} bad requests to the RadioStation's REST port leave it as it was`, (t) =>
  withLogs(devnet, async () => {
    const chance = seeded(chooseSeed());
    t.diagnostic(`SEED=${chance.seed}`);
    const before = memory();
    const material = { transaction: () => chance.bytes(200), certificate: chance.bytes(300) };
    const make = (): BadRequest => {
      const request = badRequest(chance, material);
      return { ...request, path: request.path.replace("/api/v1/transactions", "/api/v1/peer/status") };
    };
    await stormHttp(devnet.station.restPort, INPUTS, make, ({ status, request, body }) =>
      assert.ok(
        status < 500,
        `${request.method} ${request.path.slice(0, 100)}: ${status} ${body.slice(0, 200)}`,
      ),
    );
    await stormTcp(devnet.station.restPort, INPUTS / 10, () => badBytes(chance));
    await unharmed(before);
  }));

test(`${INPUTS} bad inputs to each gRPC port leave peer and RadioStation as they were`, (t) =>
  withLogs(devnet, async () => {
    const chance = seeded(chooseSeed());
    t.diagnostic(`SEED=${chance.seed}`);
    const before = memory();
    const { grpcPort } = devnet.peers[0] as { grpcPort: number };
    await stormTcp(grpcPort, INPUTS, () => badBytes(chance));
    await stormTcp(devnet.station.grpcPort, INPUTS, () => badBytes(chance));
    await unharmed(before);
  }));

/** A client of an organisation that is none of the channel's, in a peer's name. */
const foreigner = async (): Promise<Presented & { signer: Client["signer"] }> => {
  const nowMs = Date.now();
  const [rootKey, key] = [generateIdentityKey(), generateIdentityKey()];
  const organisation = "devnet";
  const root = await makeRoot({ organisation, nowMs, notAfterMs: nowMs + 3_600_000, key: rootKey });
  const request = await makeRequest({ commonName: "peer1.devnet", organisation, roles: ["peer"] }, key);
  const term = { notBeforeMs: nowMs - 60_000, notAfterMs: nowMs + 3_600_000 };
  const issued = await issue({ suite, root, rootKey, request, roles: ["peer"], ...term });
  assert.ok(issued.ok);
  const { der } = issued.certificate;
  const seed = suite.hash(der).subarray(0, 32);
  return { cert: pemOf("CERTIFICATE", der), key: key.pem, signer: { certificate: der, seed } };
};

test("gRPC callers without a certificate, with a foreign one, or with a client's get nothing", () =>
  withLogs(devnet, async () => {
    const { grpcPort } = devnet.peers[0] as { grpcPort: number };
    const foreign = await foreigner();
    const directory = join(devnet.home, "clients", "alice");
    const [cert, key] = await Promise.all(
      ["certificate.pem", "key.pem"].map((name) => readFile(join(directory, name), "utf8")),
    );
    const client = { cert: cert as string, key: key as string };
    const hello = {
      "dure-protocol": "1",
      "dure-channel": devnet.channelId,
      "dure-lane": "consensus",
      "dure-session": "0".repeat(32),
    };
    for (const presented of [undefined, { cert: foreign.cert, key: foreign.key }, client]) {
      const answer = await askGrpc(grpcPort, PEER_PATH, new Uint8Array(40), presented, hello);
      assert.ok(!answer.spoke || !["0", ""].includes(answer.status), JSON.stringify(answer));
    }
    for (const presented of [undefined, { cert: foreign.cert, key: foreign.key }]) {
      const answer = await askGrpc(
        devnet.station.grpcPort,
        `${STATION_PATH}Directory`,
        Buffer.from("{}"),
        presented,
      );
      assert.ok(!answer.spoke || answer.code === "UNAUTHENTICATED", JSON.stringify(answer));
    }
    const member = await askGrpc(
      devnet.station.grpcPort,
      `${STATION_PATH}Directory`,
      Buffer.from("{}"),
      client,
    );
    assert.equal(member.status, "0", "the same call with a member's certificate is served");
    await commitData(url(0), devnet.urls, "after strangers");
  }));

type Refused = { readonly status: number; readonly code: unknown; readonly message: unknown };

const send = async (bytes: Uint8Array, certificate: Uint8Array): Promise<Refused> => {
  const { status, answer } = await postJson(`${url(0)}/api/v2/transactions`, {
    transactions: [base64(bytes)],
    certificates: [base64(certificate)],
  });
  return { status, code: answer["code"], message: answer["message"] };
};

const changed = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
};

test("signed transactions that may not stand are refused, each with its code", () =>
  withLogs(devnet, async () => {
    const { certificate } = alice.signer;
    const elsewhere = await clientOf(devnet.home, "alice", "0".repeat(64));
    const once = alice.data({ once: true });
    await submitTo({ url: url(0) }, once, certificate);
    const foreign = await foreigner();
    const cases: readonly { name: string; bytes: Uint8Array; of?: Uint8Array; code: RegExp }[] = [
      { name: "a wrong signature", bytes: changed(alice.data(1), -1), code: /^SIGNATURE_INVALID$/ },
      { name: "another channel", bytes: elsewhere.data(1), code: /^TX_WRONG_CHANNEL$/ },
      { name: "expired", bytes: alice.data(1, Date.now() - 60_000), code: /^TX_EXPIRED$/ },
      {
        name: "an expiry too far",
        bytes: alice.data(1, Date.now() + 86_400_000),
        code: /^TX_EXPIRY_TOO_FAR$/,
      },
      { name: "a duplicate or replay", bytes: once, code: /^TX_(DUPLICATE|REPLAYED)$/ },
      { name: "no transaction", bytes: new Uint8Array(200), code: /^TX_MALFORMED$/ },
      { name: "too large", bytes: alice.data("x".repeat(70_000)), code: /^TX_(TOO_LARGE|MALFORMED)$/ },
      {
        name: "a sender nobody knows",
        bytes: changed(alice.data(1), 40),
        of: foreign.signer.certificate,
        code: /^IDENTITY_UNKNOWN$/,
      },
    ];
    for (const { name, bytes, of = certificate, code } of cases) {
      const refused = await send(bytes, of);
      assert.match(String(refused.code), code, name);
      assert.ok(refused.status >= 400 && refused.status < 500, `${name}: ${refused.status}`);
      assert.match(String(refused.message), /\w+ \w+ \w+/, `${name}: a sentence`);
    }
  }));

test("a replay to another peer is refused there too, and the transaction stands once", () =>
  withLogs(devnet, async () => {
    const bytes = alice.data({ replayed: true });
    const { certificate } = alice.signer;
    const { id } = await submitTo({ url: url(0) }, bytes, certificate);
    const head = await agreedHead(devnet.urls);
    for (const peer of devnet.urls) {
      const { answer } = await postJson(`${peer}/api/v2/transactions`, {
        transactions: [base64(bytes)],
        certificates: [base64(certificate)],
      });
      assert.match(String(answer["code"]), /^TX_(DUPLICATE|REPLAYED)$/, JSON.stringify(answer));
    }
    await commitData(url(0), devnet.urls, "after the replay");
    const ids = await auditChains(devnet.urls, (await agreedHead(devnet.urls)).height);
    assert.ok(ids.has(String(id)) && head.height > 0);
  }));

test("an unknown method and a contract that refuses end as receipts with code 9000", () =>
  withLogs(devnet, async () => {
    const { certificate } = alice.signer;
    for (const [score, method] of [
      ["contract-agreement", "no_such_method"],
      ["contract-agreement", "approve"],
      ["token", "__proto__"],
      ["no-such-score", "anything"],
    ] as const) {
      const submitted = await submitTo({ url: url(1) }, alice.call(score, method, {}), certificate);
      assert.equal(submitted.status, "executed");
      assert.ok(
        [9000, 9100].includes(submitted.receipt?.code ?? 0),
        `${score}.${method}: ${submitted.receipt?.code}`,
      );
      assert.ok((submitted.receipt?.message ?? "").length > 0);
    }
  }));

test("a web page of another origin may read, and may not have the peer sign", () =>
  withLogs(devnet, async () => {
    const page = { origin: "https://example.org" };
    for (const path of ["/api/v1/transactions", "/api/v1/query"]) {
      const { status, answer } = await postJson(url(0) + path, { data: "from a page" }, page);
      assert.deepEqual([status, answer["code"]], [403, "ORIGIN_REFUSED"], path);
    }
    // What a page carries by v2 was signed by somebody, or is refused as anyone's would be.
    const { status, answer } = await postJson(`${url(0)}/api/v2/transactions`, { data: "from a page" }, page);
    assert.deepEqual([status, answer["code"]], [400, "REQUEST_MALFORMED"]);
    const read = await fetch(`${url(0)}/api/v1/status/peer`, { headers: page });
    assert.equal(read.headers.get("access-control-allow-origin"), "*");
    assert.equal(objectIn({ value: await read.json() }, "value")["peer_id"], "peer0.devnet");
  }));
