import { strict as assert } from "node:assert";
import { test } from "node:test";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  type Certificate,
  certificateIssuedBy,
  generateIdentityKey,
  type IdentityKey,
  issue,
  makeRequest,
  makeRoot,
  parseCertificate,
} from "@dure/crypto/x509";
import { FULL } from "./genesis.fixture.test.ts";
import {
  type CertificateFacts,
  type ChannelConfig,
  formatGenesis,
  judgeAt,
  judgeIssue,
  mayJoin,
  maySubmit,
  parseGenesis,
  type Refusal,
} from "./index.ts";

/** The rules over real certificates: two organisations, each with its own root. */

const suite = createSodiumSuite();
const FROM_MS = 1_700_000_000_000;
const UNTIL_MS = FROM_MS + 3_600_000;

type Authority = { readonly root: Certificate; readonly rootKey: IdentityKey };

const found = async (organisation: string): Promise<Authority> => {
  const rootKey = generateIdentityKey();
  return {
    root: await makeRoot({ organisation, nowMs: FROM_MS, notAfterMs: UNTIL_MS * 2, key: rootKey }),
    rootKey,
  };
};

type Role = "peer" | "client" | "admin" | "auditor";

/** A certificate in an organisation's name, signed by an authority that may be another's. */
const certify = async (
  by: Authority,
  commonName: string,
  organisation: string,
  roles: Role[],
): Promise<Certificate> => {
  const request = await makeRequest({ commonName, organisation, roles }, generateIdentityKey());
  const issued = await issue({ suite, ...by, request, roles, notBeforeMs: FROM_MS, notAfterMs: UNTIL_MS });
  assert.ok(issued.ok, "the certificate was not issued");
  return issued.certificate;
};

const acme = await found("acme");
const globex = await found("globex");
const stranger = await found("acme");

const base64 = (der: Uint8Array): string => Buffer.from(der).toString("base64");

const configOf = (revoked: readonly Certificate[] = []): ChannelConfig => {
  const text = formatGenesis({
    ...FULL,
    organisations: [acme, globex].map(({ root }) => ({ name: root.organisation, root: base64(root.der) })),
    revoked: revoked.map(({ organisation, serial }) => ({ organisation, serial })),
  });
  const parsed = parseGenesis(suite, text);
  return parsed.ok ? parsed.config : assert.fail(parsed.message);
};

const config = configOf();

const issuedBy =
  (certificate: Certificate) =>
  (der: Uint8Array): boolean => {
    const parsed = parseCertificate(der);
    return parsed.ok && certificateIssuedBy(suite, certificate, parsed.certificate);
  };

const codeOf = (verdict: { readonly ok: true } | Refusal): string => (verdict.ok ? "OK" : verdict.code);

const issueCode = (certificate: Certificate): string =>
  codeOf(judgeIssue(config, certificate, issuedBy(certificate)));

const issuedOf = (certificate: Certificate) => {
  const judged = judgeIssue(config, certificate, issuedBy(certificate));
  return judged.ok ? judged.issued : assert.fail(judged.message);
};

const client = await certify(acme, "bob", "acme", ["client"]);

test("a client of an organisation is who its certificate says", () => {
  const { publicKey } = client;
  const { identity } = issuedOf(client);
  assert.deepEqual(identity, {
    name: "bob",
    organisation: "acme",
    roles: ["client"],
    attributes: {},
    publicKey,
  });
});

test("a certificate counts only if its own organisation's root signed it", async () => {
  assert.equal(issueCode(await certify(stranger, "bob", "acme", ["client"])), "IDENTITY_NOT_ISSUED");
  const initech = await found("initech");
  assert.equal(
    issueCode(await certify(initech, "bob", "initech", ["client"])),
    "IDENTITY_UNKNOWN_ORGANISATION",
  );
  // The root of globex signs for acme: no rule of X.509 forbids it, so the issuing root must be looked up by name.
  const crossed = { ...client, organisation: "globex" };
  assert.equal(issueCode(crossed), "IDENTITY_NOT_ISSUED");
});

test("no authority's certificate sends, be it the root itself", () => {
  assert.equal(issueCode(acme.root), "IDENTITY_IS_CA");
  assert.equal(issueCode({ ...acme.root, isCa: false }), "IDENTITY_IS_CA");
  assert.equal(issueCode({ ...client, isCa: true }), "IDENTITY_IS_CA");
});

test("the chain is not looked at for an organisation that takes no part", () => {
  const facts: CertificateFacts = { ...client, organisation: "initech" };
  const never = (): boolean => assert.fail("the signature was checked");
  assert.equal(codeOf(judgeIssue(config, facts, never)), "IDENTITY_UNKNOWN_ORGANISATION");
});

const TIMES = [
  { name: "a moment before it begins", atMs: FROM_MS - 1, code: "IDENTITY_NOT_YET_VALID" },
  { name: "at its first moment", atMs: FROM_MS, code: "OK" },
  { name: "at its last moment", atMs: UNTIL_MS, code: "OK" },
  { name: "a moment after it ends", atMs: UNTIL_MS + 1, code: "IDENTITY_EXPIRED" },
] as const;

for (const { name, atMs, code } of TIMES) {
  test(`a certificate ${name}: ${code}`, () => {
    assert.equal(codeOf(judgeAt(config, issuedOf(client), atMs)), code);
  });
}

test("a revoked certificate is refused, and another of the same serial number elsewhere is not", async () => {
  const other = await certify(globex, "bob", "globex", ["client"]);
  const revoking = configOf([client]);
  assert.equal(codeOf(judgeAt(revoking, issuedOf(client), FROM_MS)), "IDENTITY_REVOKED");
  const twin = { ...issuedOf(other), serial: client.serial };
  assert.equal(codeOf(judgeAt(revoking, twin, FROM_MS)), "OK");
});

const ROLES: readonly [Role[], boolean, string][] = [
  [["client"], false, "OK"],
  [["admin"], false, "ROLE_NOT_ALLOWED"],
  [["auditor"], false, "ROLE_NOT_ALLOWED"],
  [["auditor", "client"], false, "OK"],
  [["peer"], false, "ROLE_NOT_ALLOWED"],
  [["peer"], true, "OK"],
  [["auditor"], true, "ROLE_NOT_ALLOWED"],
  [[], true, "ROLE_NOT_ALLOWED"],
];

for (const [roles, peerSubmits, code] of ROLES) {
  test(`submitting as ${roles.join(" and ") || "nothing"}, peers ${peerSubmits ? "may" : "may not"}: ${code}`, () => {
    const policies = { submitRoles: ["client" as const], peerSubmits };
    const identity = {
      name: "x",
      organisation: "acme",
      roles,
      attributes: {},
      publicKey: new Uint8Array(32),
    };
    assert.equal(codeOf(maySubmit({ policies }, identity)), code);
  });
}

const joinCode = (peerId: string, certificate: Certificate, atMs = FROM_MS, of = config): string =>
  codeOf(mayJoin(of, peerId, certificate, issuedBy(certificate), atMs));

test("validators and followers join, and no one else", async () => {
  for (const [peerId, authority] of [
    ["peer0.acme", acme],
    ["audit.acme", acme],
    ["peer1.globex", globex],
  ] as const) {
    const certificate = await certify(authority, peerId, authority.root.organisation, ["peer"]);
    assert.equal(joinCode(peerId, certificate), "OK");
    assert.equal(joinCode(peerId, certificate, UNTIL_MS + 1), "IDENTITY_EXPIRED");
    assert.equal(joinCode(peerId, certificate, FROM_MS, configOf([certificate])), "IDENTITY_REVOKED");
  }
  assert.equal(joinCode("peer9.acme", await certify(acme, "peer9.acme", "acme", ["peer"])), "NOT_A_MEMBER");
});

test("to a newcomer any peer of the channel's organisations may come, and nobody else", async () => {
  const join = (peerId: string, certificate: Certificate): string =>
    codeOf(mayJoin(config, peerId, certificate, issuedBy(certificate), FROM_MS, true));
  assert.equal(join("peer9.acme", await certify(acme, "peer9.acme", "acme", ["peer"])), "OK");
  assert.equal(join("peer9.acme", await certify(acme, "peer9.acme", "acme", ["client"])), "ROLE_NOT_ALLOWED");
  assert.equal(
    join("peer9.acme", await certify(stranger, "peer9.acme", "acme", ["peer"])),
    "IDENTITY_NOT_ISSUED",
  );
  assert.equal(join("peer9.acme", await certify(acme, "peer8.acme", "acme", ["peer"])), "NOT_A_MEMBER");
});

test("a member's name in another's certificate does not join", async () => {
  const other = await certify(acme, "audit.acme", "acme", ["peer"]);
  assert.equal(joinCode("peer0.acme", other), "NOT_A_MEMBER");
  assert.equal(
    joinCode("peer0.acme", await certify(acme, "peer0.acme", "acme", ["client"])),
    "ROLE_NOT_ALLOWED",
  );
  assert.equal(
    joinCode("peer0.acme", await certify(stranger, "peer0.acme", "acme", ["peer"])),
    "IDENTITY_NOT_ISSUED",
  );
});

test("an organisation cannot certify a peer of another", async () => {
  const own = await certify(globex, "peer0.globex", "globex", ["peer"]);
  // What a root of globex that ignores every rule but its own signature could make: acme's name under globex.
  const forged: CertificateFacts = { ...own, commonName: "peer0.acme" };
  const verdict = mayJoin(config, "peer0.acme", forged, () => true, FROM_MS);
  assert.equal(codeOf(verdict), "NOT_A_MEMBER");
});
