import assert from "node:assert/strict";
import { createHash, createPrivateKey, sign } from "node:crypto";
import { test } from "node:test";
import { generateIdentityKey, issue, makeRequest, makeRoot } from "@dure/crypto/x509";
import fc from "fast-check";
import { createAuthorise, REQUEST_LIFE_S, signRequest } from "./administrator.ts";
import { createAuthenticate } from "./caller.ts";
import { HOUR, newHome, suite } from "./fixture.test.ts";
import { fingerprintOf, openOrFoundHome } from "./home.ts";
import { openSeenRequests } from "./seen-requests.ts";

const START = Date.now();
const DAY = 24 * HOUR;
const base64url = (value: string | Uint8Array): string => Buffer.from(value).toString("base64url");

/** An authority with a clock of its own, an administrator, and a request signed by nothing but the specification. */
const authority = async () => {
  const clock = { nowMs: START };
  const home = await openOrFoundHome(await newHome(), { organisation: "devnet", nowMs: START, suite });
  const nowMs = () => clock.nowMs;
  const authenticate = createAuthenticate(home, suite, nowMs);
  const seen = await openSeenRequests(home.path, { lifeS: REQUEST_LIFE_S, nowMs });
  const authorise = createAuthorise({ authenticate, audience: home.fingerprint, seen, nowMs });
  const key = generateIdentityKey();
  const issued = await issue({
    suite,
    root: home.root,
    rootKey: home.rootKey,
    request: await makeRequest({ commonName: "ann", organisation: "devnet", roles: ["admin"] }, key),
    roles: ["admin"],
    notBeforeMs: START,
    notAfterMs: START + DAY,
  });
  assert.ok(issued.ok);
  const { der } = issued.certificate;
  const request = { method: "POST", path: "/api/v1/conf?x=1", body: new Uint8Array([1, 2, 3]) };
  const header = { alg: "EdDSA", typ: "dure-request+jws", x5c: [Buffer.from(der).toString("base64")] };
  const claims = () => ({
    aud: fingerprintOf(home.root),
    htm: request.method,
    htp: request.path,
    bod: createHash("sha256").update(request.body).digest("base64url"),
    iat: Math.floor(clock.nowMs / 1_000),
    jti: crypto.randomUUID(),
  });
  const bySpecification = (changes: { header?: object; claims?: object | string } = {}): string => {
    const { claims: changed = {} } = changes;
    const payload = typeof changed === "string" ? changed : JSON.stringify({ ...claims(), ...changed });
    const signed = `${base64url(JSON.stringify({ ...header, ...changes.header }))}.${base64url(payload)}`;
    return `Dure ${signed}.${base64url(sign(null, Buffer.from(signed), createPrivateKey(key.pem)))}`;
  };
  const judge = async (authorization: string) => {
    const judged = await authorise(authorization, request);
    return judged.ok ? judged.administrator.commonName : judged.code;
  };
  const signer = { certificate: der, keyPem: key.pem, audience: home.fingerprint };
  const signed = () => signRequest(request, { ...signer, nowMs: clock.nowMs });
  return { clock, home, judge, bySpecification, signed, request, signer };
};

test("a request that another client signs by the specification alone is taken", async () => {
  const { judge, bySpecification, signed } = await authority();
  assert.equal(await judge(bySpecification()), "ann");
  assert.equal(await judge(await signed()), "ann");
});

test("a request is good once, at whatever moment of its life it comes again", async () => {
  for (const ahead of [-60, -1, 0, 1, 59, 60]) {
    const { clock, judge, bySpecification } = await authority();
    const request = bySpecification({ claims: { iat: Math.floor(START / 1_000) + ahead } });
    const first = await judge(request);
    if (ahead > -60) assert.equal(first, "ann", String(ahead));
    for (const laterMs of [1, 999, 1_000, 59_999, 60_001, 119_001, 119_999, 120_000, 120_001, 121_000]) {
      clock.nowMs = START + laterMs;
      // Others' requests are what makes old ones be forgotten.
      await judge(bySpecification());
      assert.equal(await judge(request), "UNAUTHENTICATED", `${ahead} s ahead, ${laterMs} ms later`);
    }
  }
});

test("of the same request many times at once, one is taken", async () => {
  const { judge, bySpecification } = await authority();
  const request = bySpecification();
  const judged = await Promise.all(Array.from({ length: 50 }, () => judge(request)));
  assert.equal(judged.filter((each) => each === "ann").length, 1);
});

test("a certificate outside of its time is refused", async () => {
  const { clock, judge, bySpecification } = await authority();
  clock.nowMs = START + DAY - 1_000;
  assert.equal(await judge(bySpecification()), "ann");
  for (const nowMs of [START + DAY + 1_000, START - 60_000]) {
    clock.nowMs = nowMs;
    assert.equal(await judge(bySpecification()), "UNAUTHENTICATED", String(nowMs - START));
  }
});

test("claims and headers that are not exactly those of the specification are refused", async () => {
  const { judge, bySpecification, signer } = await authority();
  const certificate = Buffer.from(signer.certificate).toString("base64");
  const now = Math.floor(START / 1_000);
  const claims: readonly (object | string)[] = [
    { more: 1 },
    { aud: undefined },
    { aud: [signer.audience] },
    { aud: signer.audience.toUpperCase() },
    { htm: "post" },
    { htm: "GET" },
    { htp: "/api/v1/conf" },
    { htp: "/api/v1/conf?x=1#" },
    { bod: "" },
    { iat: String(now) },
    { iat: now + 0.5 },
    { iat: now - 62 },
    { iat: now + 62 },
    { iat: -1 },
    { jti: "short" },
    { jti: "a".repeat(65) },
    { jti: 1 },
    "",
    "null",
    "[]",
    "{",
    "\u0000",
  ];
  for (const each of claims)
    assert.equal(await judge(bySpecification({ claims: each })), "UNAUTHENTICATED", JSON.stringify(each));
  const headers: readonly object[] = [
    { alg: "none" },
    { alg: "HS256" },
    { alg: "ES256" },
    { alg: undefined },
    { typ: "JWT" },
    { typ: undefined },
    { x5c: certificate },
    { x5c: [] },
    { x5c: [certificate, certificate] },
    { x5c: [`${certificate} `] },
    { x5c: [certificate.replace(/=+$/, "").slice(0, -1)] },
    { x5c: [Buffer.from([...signer.certificate, 0]).toString("base64")] },
    { x5c: [1] },
    { crit: ["exp"], exp: 1 },
    { b64: false, crit: ["b64"] },
  ];
  for (const each of headers)
    assert.equal(await judge(bySpecification({ header: each })), "UNAUTHENTICATED", JSON.stringify(each));
  assert.equal(await judge(bySpecification()), "ann");
});

test("the root of another authority with the same name convinces nobody", async () => {
  const { judge, bySpecification } = await authority();
  const rogueKey = generateIdentityKey();
  const root = await makeRoot({
    organisation: "devnet",
    nowMs: START,
    notAfterMs: START + DAY,
    key: rogueKey,
  });
  const x5c = [Buffer.from(root.der).toString("base64")];
  assert.equal(await judge(bySpecification({ header: { x5c } })), "UNAUTHENTICATED");
});

test("no letter of a request can be changed, and no other text is one", async () => {
  const { judge, bySpecification } = await authority();
  const good = bySpecification();
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.constantFrom(..."Aa0_-.+/= "), async (at, letter) => {
      const changed = good.slice(0, at) + letter + good.slice(at + 1);
      if (changed !== good) assert.equal(await judge(changed), "UNAUTHENTICATED", `${at} ${letter}`);
    }),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 200 }), async (text) => {
      assert.equal(await judge(`Dure ${text}`), "UNAUTHENTICATED");
    }),
    { numRuns: 200 },
  );
  assert.equal(await judge(good), "ann");
});
