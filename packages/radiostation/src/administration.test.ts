import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import {
  derOfPem,
  generateIdentityKey,
  issue,
  makeRequest,
  makeRoot,
  parseCertificate,
} from "@dure/crypto/x509";
import { CompactSign, SignJWT } from "jose";
import { signRequest } from "./administrator.ts";
import { HOUR, startStation, suite } from "./fixture.test.ts";
import { fingerprintOf } from "./home.ts";
import { revokeCertificate } from "./issuance.ts";

type Network = Awaited<ReturnType<typeof startStation>>;
type Identity = Awaited<ReturnType<Network["enrol"]>>["identity"];
type Answer = {
  readonly response_code: number;
  readonly message?: string;
  readonly code?: string;
  readonly data?: unknown;
};

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const signerOf = ({ certificate, key, root }: Identity, nowMs = Date.now()) => ({
  certificate: certificate.der,
  keyPem: key.pem,
  audience: fingerprintOf(root),
  nowMs,
});

const send = async (
  network: Network,
  method: string,
  path: string,
  body: Uint8Array,
  authorization?: string,
) => {
  const response = await fetch(`${network.rest}${path}`, {
    method,
    ...(method !== "GET" && { body: new Uint8Array(body) }),
    headers: authorization === undefined ? {} : { authorization },
  });
  return { status: response.status, answer: (await response.json()) as Answer };
};

const post = async (network: Network, identity: Identity, path: string, value: unknown) => {
  const body = encode(value);
  return send(
    network,
    "POST",
    path,
    body,
    await signRequest({ method: "POST", path, body }, signerOf(identity)),
  );
};

const get = async (network: Network, path: string) =>
  (await send(network, "GET", path, new Uint8Array())).answer;

const CONF = "/api/v1/conf";

test("settings are listed with their types, set by an administrator, in force at once and after a restart", async () => {
  const network = await startStation();
  const { identity } = await network.enrol("ann", ["admin"]);
  const list = (await get(network, CONF)).data as readonly { name: string; value: unknown; type: number }[];
  assert.deepEqual(
    list.map(({ name, type }) => [name, type]),
    [
      ["organisation", 0],
      ["fingerprint", 0],
      ["silence_ms", 1],
      ["watch_interval_ms", 1],
      ["certificate_life_days", 1],
      ["requests_per_second", 1],
    ],
  );
  assert.deepEqual(await get(network, `${CONF}?name=silence_ms`), {
    response_code: 0,
    data: { name: "silence_ms", value: 5_000, type: 1 },
  });
  assert.equal((await get(network, `${CONF}?name=none`)).response_code, -1);
  const set = await post(network, identity, CONF, { name: "certificate_life_days", value: 7 });
  assert.deepEqual(set, { status: 200, answer: { response_code: 0, message: "success" } });
  const { identity: next } = await network.enrol("bea", ["client"]);
  assert.ok(next.certificate.notAfterMs < Date.now() + 7 * 24 * HOUR + 1_000);
  await network.station.close();
  const again = await startStation({ home: network.home });
  assert.deepEqual((await get(again, `${CONF}?name=certificate_life_days`)).data, {
    name: "certificate_life_days",
    value: 7,
    type: 1,
  });
});

test("a value that does not fit is refused with what would, and nothing changes", async () => {
  const network = await startStation();
  const { identity } = await network.enrol("ann", ["admin"]);
  const before = await get(network, CONF);
  for (const body of [
    { name: "silence_ms", value: 0 },
    { name: "silence_ms", value: "5000" },
    { name: "silence_ms", value: 1.5 },
    { name: "organisation", value: "other" },
    { name: "__proto__", value: 1 },
    { name: "none", value: 1 },
    { name: "silence_ms" },
    { name: "silence_ms", value: 5_000, more: 1 },
    [],
  ]) {
    const { answer } = await post(network, identity, CONF, body);
    assert.equal(answer.response_code, -6, JSON.stringify(body));
    assert.ok((answer.message ?? "").length > 10);
  }
  assert.deepEqual(await get(network, CONF), before);
});

test("whatever is not signed by an administrator for this very request is refused, and changes nothing", async () => {
  const network = await startStation();
  const { identity: admin } = await network.enrol("ann", ["admin"]);
  const { identity: client } = await network.enrol("carl", ["client"]);
  const { identity: revoked } = await network.enrol("rob", ["admin"]);
  await revokeCertificate(network.home, revoked.certificate.serial, suite);
  const body = encode({ name: "silence_ms", value: 9_999 });
  const request = { method: "POST", path: CONF, body };
  const signed = (identity: Identity, changes: object = {}, nowMs = Date.now()) =>
    signRequest({ ...request, ...changes }, signerOf(identity, nowMs));
  const rogueKey = generateIdentityKey();
  const nowMs = Date.now();
  const rogueRoot = await makeRoot({
    organisation: "devnet",
    nowMs,
    notAfterMs: nowMs + HOUR,
    key: rogueKey,
  });
  const forged = await issue({
    suite,
    root: rogueRoot,
    rootKey: rogueKey,
    request: await makeRequest({ commonName: "ann", organisation: "devnet", roles: ["admin"] }, rogueKey),
    roles: ["admin"],
    notBeforeMs: nowMs - 1_000,
    notAfterMs: nowMs + HOUR,
  });
  assert.ok(forged.ok);
  const x5c = [Buffer.from(admin.certificate.der).toString("base64")];
  const claims = {
    aud: fingerprintOf(admin.root),
    htm: "POST",
    htp: CONF,
    bod: "x",
    iat: Math.floor(nowMs / 1_000),
    jti: "0123456789abcdef",
  };
  const unsigned = (header: object) =>
    `Dure ${Buffer.from(JSON.stringify(header)).toString("base64url")}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.`;
  const hmac = await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "dure-request+jws", x5c })
    .sign(Buffer.from(admin.certificate.der));
  const otherKey = generateKeyPairSync("ed25519").privateKey;
  const stolen = await new CompactSign(encode(claims))
    .setProtectedHeader({ alg: "EdDSA", typ: "dure-request+jws", x5c })
    .sign(otherKey);
  const good = await signed(admin);
  const attempts: Readonly<Record<string, string | undefined>> = {
    nothing: undefined,
    "another scheme": good.replace("Dure ", "Bearer "),
    "another body": await signed(admin, { body: encode({}) }),
    "another path": await signed(admin, { path: `${CONF}?name=x` }),
    "another method": await signed(admin, { method: "PUT" }),
    "a request of two minutes ago": await signed(admin, {}, nowMs - 120_000),
    "a request from the future": await signed(admin, {}, nowMs + 120_000),
    "another authority": await signRequest(request, { ...signerOf(admin), audience: "ab".repeat(32) }),
    "a client's certificate": await signed(client),
    "a revoked certificate": await signed(revoked),
    "a forged certificate": await signRequest(request, {
      ...signerOf(admin),
      certificate: forged.certificate.der,
      keyPem: rogueKey.pem,
    }),
    "no algorithm": unsigned({ alg: "none", typ: "dure-request+jws", x5c }),
    "an HMAC with the certificate as its key": `Dure ${hmac}`,
    "another's key": `Dure ${stolen}`,
    "no certificate": unsigned({ alg: "EdDSA", typ: "dure-request+jws" }),
    "two certificates": unsigned({ alg: "EdDSA", typ: "dure-request+jws", x5c: [...x5c, ...x5c] }),
    "a signature with a letter changed": `${good.slice(0, -4)}AAAA`,
    "no JWS": "Dure a.b.c",
    "a very long one": `Dure ${"a".repeat(7_000)}`,
  };
  for (const [name, authorization] of Object.entries(attempts)) {
    const { status, answer } = await send(network, "POST", CONF, body, authorization);
    assert.ok(status === 401 || status === 403, `${name}: ${status} ${JSON.stringify(answer)}`);
    assert.ok(["UNAUTHENTICATED", "ROLE_NOT_ALLOWED"].includes(answer.code ?? ""), name);
  }
  assert.equal(((await get(network, `${CONF}?name=silence_ms`)).data as { value: number }).value, 5_000);
  assert.equal((await send(network, "POST", CONF, body, good)).status, 200);
  assert.equal((await send(network, "POST", CONF, body, good)).status, 401, "the same request again");
});

test("certificates are listed, and issued for a request that an administrator signs", async () => {
  const network = await startStation();
  const { identity: admin } = await network.enrol("ann", ["admin"]);
  const ca = (await get(network, "/api/v1/cert/list/ca")).data as Record<string, unknown>;
  assert.deepEqual(
    [ca["cert_type"], ca["subject"], ca["issuer"]],
    [2, "CN=root,O=devnet", "CN=root,O=devnet"],
  );
  const key = generateIdentityKey();
  const pkcs10 = await makeRequest({ commonName: "dora", organisation: "devnet", roles: ["client"] }, key);
  const request = Buffer.from(pkcs10).toString("base64");
  const { answer } = await post(network, admin, "/api/v1/cert/issue/peer", { request, roles: ["client"] });
  assert.equal(answer.response_code, 0, answer.message);
  const { cert_pem: pem, serial_number: serial } = answer.data as { cert_pem: string; serial_number: string };
  const parsed = parseCertificate(derOfPem("CERTIFICATE", pem) ?? new Uint8Array());
  assert.ok(
    parsed.ok && parsed.certificate.commonName === "dora" && parsed.certificate.roles.join() === "client",
  );
  const listed = (await get(network, "/api/v1/cert/list/peer")).data as readonly Record<string, unknown>[];
  const item = listed.find((each) => each["serial_number"] === serial);
  assert.deepEqual(
    [item?.["cert_type"], item?.["subject"], item?.["issuer"], item?.["cert_pem"]],
    [0, "CN=dora,O=devnet,OU=client", "CN=root,O=devnet", pem],
  );
  for (const body of [
    {},
    { request: "AAAA", roles: ["client"] },
    { request, roles: ["root"] },
    { request, roles: [] },
    { request, roles: ["peer"] },
  ])
    assert.equal((await post(network, admin, "/api/v1/cert/issue/peer", body)).answer.response_code, -6);
  const root = await post(network, admin, "/api/v1/cert/issue/ca", {});
  assert.equal(root.answer.response_code, -1);
  assert.match(root.answer.message ?? "", /pin it/);
  for (const kind of ["ca", "peer"]) {
    const { status, answer: how } = await send(
      network,
      "GET",
      `/api/v1/cert/issue/${kind}`,
      new Uint8Array(),
    );
    assert.deepEqual([status, how.response_code], [405, -1]);
  }
});
