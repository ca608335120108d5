import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { CompactSign, exportJWK, importPKCS8 } from "jose";
import { signRequest } from "./administrator.ts";
import { failsWith, HOUR, newHome, startStation, stationOf } from "./fixture.test.ts";
import { fingerprintOf } from "./home.ts";
import { openSeenRequests } from "./seen-requests.ts";

type Network = Awaited<ReturnType<typeof startStation>>;
type Identity = Awaited<ReturnType<Network["enrol"]>>["identity"];

const PATH = "/api/v1/conf";
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const setting = (value: number): Uint8Array => encode({ name: "silence_ms", value });

const sign = ({ certificate, key, root }: Identity, body: Uint8Array, nowMs: number): Promise<string> =>
  signRequest(
    { method: "POST", path: PATH, body },
    { certificate: certificate.der, keyPem: key.pem, audience: fingerprintOf(root), nowMs },
  );

const send = (network: Network, body: Uint8Array, authorization: string): Promise<Response> =>
  fetch(`${network.rest}${PATH}`, {
    method: "POST",
    body: new Uint8Array(body),
    headers: { authorization },
  });

const statusOf = async (network: Network, body: Uint8Array, authorization: string): Promise<number> =>
  (await send(network, body, authorization)).status;

const silenceOf = async (network: Network): Promise<unknown> => {
  const response = await fetch(`${network.rest}${PATH}?name=silence_ms`);
  return ((await response.json()) as { data: { value: unknown } }).data.value;
};

test("a request is taken once, whether it is repeated at once, after a restart, or after the clock was set back", async () => {
  const clock = { nowMs: Date.now() };
  const nowMs = () => clock.nowMs;
  const network = await startStation({ nowMs });
  const { identity } = await network.enrol("ann", ["admin"]);
  const first = await sign(identity, setting(6_000), clock.nowMs);
  const several = await Promise.all(
    Array.from({ length: 8 }, () => statusOf(network, setting(6_000), first)),
  );
  assert.deepEqual(several.sort(), [200, ...Array(7).fill(401)]);
  assert.equal(
    await statusOf(network, setting(7_000), await sign(identity, setting(7_000), clock.nowMs)),
    200,
  );
  await network.station.close();

  const again = await startStation({ home: network.home, nowMs });
  assert.equal(await statusOf(again, setting(6_000), first), 401);
  clock.nowMs += HOUR;
  const later = await sign(identity, setting(8_000), clock.nowMs);
  assert.equal(await statusOf(again, setting(8_000), later), 200, "the first was forgotten by now");
  clock.nowMs -= HOUR;
  assert.equal(await statusOf(again, setting(6_000), first), 401);
  clock.nowMs += 2_000;
  const fresh = await sign(identity, setting(9_000), clock.nowMs);
  assert.equal(
    await statusOf(again, setting(9_000), fresh),
    200,
    "what is signed now is good by the right clock",
  );
  assert.equal(await silenceOf(again), 9_000);
});

test("a request is good for a minute by either clock, and not a moment longer", async () => {
  const clock = { nowMs: Math.floor(Date.now() / 1_000) * 1_000 };
  const network = await startStation({ nowMs: () => clock.nowMs });
  const { identity } = await network.enrol("ann", ["admin"]);
  const startMs = clock.nowMs;
  for (const [signedMs, atMs, status] of [
    [0, 60_000, 200],
    [0, 60_001, 401],
    [60_000, 0, 200],
    [61_000, 0, 401],
  ] as const) {
    const token = await sign(identity, setting(6_000), startMs + signedMs);
    clock.nowMs = startMs + atMs;
    assert.equal(await statusOf(network, setting(6_000), token), status, `${signedMs} at ${atMs}`);
  }
  // The last moment of a request of the future is a repeat still.
  const future = await sign(identity, setting(6_000), startMs + 60_000);
  clock.nowMs = startMs;
  assert.equal(await statusOf(network, setting(6_000), future), 200);
  clock.nowMs = startMs + 120_000;
  assert.equal(await statusOf(network, setting(6_000), future), 401);
});

test("an administrator's certificate that has expired signs nothing", async () => {
  const clock = { nowMs: Date.now() };
  const network = await startStation({ nowMs: () => clock.nowMs, certificateLifeMs: HOUR });
  const { identity } = await network.enrol("ann", ["admin"]);
  clock.nowMs += HOUR + 1_000;
  const response = await send(network, setting(6_000), await sign(identity, setting(6_000), clock.nowMs));
  assert.equal(response.status, 401);
  assert.equal(response.headers.get("www-authenticate"), "Dure");
  assert.match(((await response.json()) as { message: string }).message, /expired/);
});

test("a well signed request with anything more or other in its header or claims is refused", async () => {
  const network = await startStation();
  const { identity } = await network.enrol("ann", ["admin"]);
  const body = setting(6_000);
  const key = await importPKCS8(identity.key.pem, "EdDSA", { extractable: true });
  const { d: _secret, ...jwk } = await exportJWK(key);
  const certificate = Buffer.from(identity.certificate.der).toString("base64");
  const header = { alg: "EdDSA", typ: "dure-request+jws", x5c: [certificate] };
  const claims = {
    aud: fingerprintOf(identity.root),
    htm: "POST",
    htp: PATH,
    bod: createHash("sha256").update(body).digest("base64url"),
    iat: Math.floor(Date.now() / 1_000),
    jti: "a-request-0123456789",
  };
  const signed = async (payload: Uint8Array, protectedHeader: object): Promise<string> =>
    `Dure ${await new CompactSign(payload).setProtectedHeader(protectedHeader as { alg: string }).sign(key)}`;
  const unlike = (changes: object): Record<string, unknown> => ({ ...claims, ...changes });
  const unclaimed = (name: string): object =>
    Object.fromEntries(Object.entries(claims).filter(([each]) => each !== name));

  const tokens: Record<string, string> = {
    "a key of its own": await signed(encode(claims), { ...header, jwk }),
    "an address of a key": await signed(encode(claims), { ...header, jku: "http://127.0.0.1/" }),
    "another type": await signed(encode(claims), { ...header, typ: "JWT" }),
    "the root as a chain": await signed(encode(claims), {
      ...header,
      x5c: [certificate, Buffer.from(identity.root.der).toString("base64")],
    }),
    "a certificate in base64url": await signed(encode(claims), {
      ...header,
      x5c: [`${Buffer.from(identity.certificate.der).toString("base64url")}\n`],
    }),
    "the root for a certificate": await signed(encode(claims), {
      ...header,
      x5c: [Buffer.from(identity.root.der).toString("base64")],
    }),
    "no certificate at all": await signed(encode(claims), { ...header, x5c: [""] }),
    "one claim more": await signed(encode(unlike({ exp: claims.iat + 1_000_000 })), header),
    "a time in text": await signed(encode(unlike({ iat: String(claims.iat) })), header),
    "a time that is none": await signed(encode(unlike({ iat: 1e300 })), header),
    "a short id": await signed(encode(unlike({ jti: "short" })), header),
    "a long id": await signed(encode(unlike({ jti: "a".repeat(65) })), header),
    "an id with a line's end": await signed(encode(unlike({ jti: "a-request-01234567\n" })), header),
    "a list of audiences": await signed(encode(unlike({ aud: [claims.aud] })), header),
    "a list for claims": await signed(encode([claims]), header),
    "no JSON": await signed(new Uint8Array([0xff, 0xfe]), header),
  };
  for (const name of Object.keys(claims))
    tokens[`no ${name}`] = await signed(encode(unclaimed(name)), header);
  for (const [name, token] of Object.entries(tokens)) {
    const response = await send(network, body, token);
    assert.equal(response.status, 401, name);
    assert.equal(((await response.json()) as { code: string }).code, "UNAUTHENTICATED", name);
  }
  assert.equal(await silenceOf(network), 5_000);
  assert.equal(
    await statusOf(network, body, await signed(encode(claims), header)),
    200,
    "without them it is good",
  );
});

test("a header larger than any signature needs ends the request, and the port goes on", async () => {
  const network = await startStation();
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = net.connect(network.restPort, "127.0.0.1");
    let text = "";
    socket.setEncoding("latin1").on("data", (part: string) => {
      text += part;
    });
    socket.on("error", reject).on("close", () => resolve(text));
    socket.write(
      `POST ${PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Dure ${"a".repeat(20_000)}\r\ncontent-length: 0\r\n\r\n`,
    );
  });
  assert.match(answer, /^HTTP\/1\.1 431 /);
  assert.equal(await silenceOf(network), 5_000);
});

test("only so many requests are remembered: beyond them none is taken until some are good no more", async () => {
  const clock = { nowMs: Date.now() };
  const home = await newHome();
  const seconds = () => Math.floor(clock.nowMs / 1_000);
  const open = () => openSeenRequests(home, { lifeS: 60, nowMs: () => clock.nowMs });
  const seen = await open();
  const taken: string[] = [];
  for (let i = 0; i < 1_000; i++) taken.push(await seen.take(`request-${i}`, seconds()));
  assert.deepEqual(new Set(taken), new Set(["taken"]));
  assert.equal(await seen.take("one more", seconds()), "full");
  assert.equal(await seen.take("request-0", seconds()), "again");
  const reopened = await open();
  assert.equal(await reopened.take("one more", seconds()), "full");
  clock.nowMs += 61_000;
  assert.equal(await reopened.take("one more", seconds()), "taken");
});

test("damaged memory of requests is said at the start, never passed over", async () => {
  const network = await startStation();
  const { identity } = await network.enrol("ann", ["admin"]);
  const token = await sign(identity, setting(6_000), Date.now());
  assert.equal(await statusOf(network, setting(6_000), token), 200);
  await network.station.close();
  const file = join(network.home, "requests.json");
  await writeFile(file, (await readFile(file, "utf8")).slice(1));
  await failsWith("HOME_DAMAGED", stationOf({ home: network.home }).start());
});
