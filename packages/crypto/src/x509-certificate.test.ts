import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { createSodiumSuite } from "./sodium.ts";
import {
  type Certificate,
  certificateIssuedBy,
  certificateValidAt,
  generateIdentityKey,
  type IssueOptions,
  issue,
  makeRequest,
  makeRoot,
  parseCertificate,
  parseRequest,
} from "./x509.ts";
import { readAttributes } from "./x509-attributes.ts";

const suite = createSodiumSuite();
const NOW = Date.UTC(2026, 0, 1);
const YEAR = 365 * 24 * 3_600_000;

let root: Certificate;
const rootKey = generateIdentityKey();
let leaf: Certificate;
let request: Uint8Array;

before(async () => {
  root = await makeRoot({ organisation: "devnet", nowMs: NOW, notAfterMs: NOW + 30 * YEAR, key: rootKey });
  const key = generateIdentityKey();
  request = await makeRequest({ commonName: "peer0.devnet", organisation: "devnet", roles: ["peer"] }, key);
  const issued = await issue({
    suite,
    root,
    rootKey,
    request,
    roles: ["peer", "admin"],
    notBeforeMs: NOW,
    notAfterMs: NOW + YEAR,
    subjectAltNames: [{ type: "ip", value: "127.0.0.1" }],
  });
  assert.ok(issued.ok);
  leaf = issued.certificate;
});

const fieldsOf = ({ der: _der, tbs: _tbs, signature: _signature, ...fields }: Certificate) => fields;

test("an issued certificate carries the request's name and key and the issuer's roles", () => {
  assert.equal(leaf.commonName, "peer0.devnet");
  assert.equal(leaf.organisation, "devnet");
  assert.deepEqual(leaf.roles, ["peer", "admin"]);
  assert.equal(leaf.isCa, false);
  assert.equal(leaf.issuerCommonName, "root");
  assert.equal(leaf.issuerOrganisation, "devnet");
  assert.equal(leaf.notBeforeMs, NOW);
  assert.equal(leaf.notAfterMs, NOW + YEAR);
  assert.match(leaf.serial, /^[0-9a-f]{32}$/);
  assert.equal(root.isCa, true);
  assert.equal(root.notAfterMs, NOW + 30 * YEAR, "a time past 2050 is read too");
});

test("a certificate is issued by its root and by no other certificate", async () => {
  const key = generateIdentityKey();
  const other = await makeRoot({ organisation: "devnet", nowMs: NOW, notAfterMs: NOW + YEAR, key });
  assert.ok(certificateIssuedBy(suite, leaf, root));
  assert.ok(certificateIssuedBy(suite, root, root));
  assert.ok(!certificateIssuedBy(suite, leaf, other));
  assert.ok(!certificateIssuedBy(suite, root, other));
  assert.ok(!certificateIssuedBy(suite, leaf, leaf));
});

test("an authority of one organisation certifies nobody of another", async () => {
  const rootKey = generateIdentityKey();
  const foreign = await makeRoot({
    organisation: "elsewhere",
    nowMs: NOW,
    notAfterMs: NOW + YEAR,
    key: rootKey,
  });
  const asked = {
    suite,
    root: foreign,
    rootKey,
    request,
    roles: [],
    notBeforeMs: NOW,
    notAfterMs: NOW + YEAR,
  };
  const refused = await issue(asked);
  assert.ok(!refused.ok);
  assert.equal(refused.code, "ORGANISATION");
  // The same authority, pretending to be devnet's: the signature is good, but not devnet's root's.
  const forged = await issue({ ...asked, root: { ...foreign, organisation: "devnet" } });
  assert.ok(forged.ok);
  assert.ok(!certificateIssuedBy(suite, forged.certificate, root));
  assert.ok(!certificateIssuedBy(suite, forged.certificate, foreign));
});

test("validity includes both ends", () => {
  assert.deepEqual(
    [NOW - 1, NOW, NOW + YEAR, NOW + YEAR + 1].map((atMs) => certificateValidAt(leaf, atMs)),
    [false, true, true, false],
  );
});

test("a request of a key that did not sign it is refused", async () => {
  for (let at = 0; at < request.length; at++) {
    const mutant = Uint8Array.from(request);
    mutant[at] = (mutant[at] ?? 0) ^ 1;
    assert.ok(!parseRequest(suite, mutant).ok, `byte ${at}`);
  }
  assert.ok(parseRequest(suite, request).ok);
});

test("the reserved name of the root, names outside the rules and another organisation's peer ids are refused", async () => {
  const key = generateIdentityKey();
  for (const commonName of ["peer0.elsewhere", "Peer0", "a".repeat(33), "a.b.devnet", "péer", ""]) {
    const der = await makeRequest({ commonName, organisation: "devnet", roles: [] }, key);
    const parsed = parseRequest(suite, der);
    assert.ok(!parsed.ok, commonName);
    assert.equal(parsed.code, "SUBJECT", commonName);
  }
  const asRoot = await makeRequest({ commonName: "root", organisation: "devnet", roles: [] }, key);
  const issued = await issue({
    suite,
    root,
    rootKey: key,
    request: asRoot,
    roles: [],
    notBeforeMs: NOW,
    notAfterMs: NOW + 1000,
  });
  assert.ok(!issued.ok);
  assert.equal(issued.code, "RESERVED_NAME");
});

test("each kind of damage has its own code", () => {
  const parse = (der: Uint8Array) => {
    const parsed = parseCertificate(der);
    return parsed.ok ? "ok" : parsed.code;
  };
  assert.equal(parse(leaf.der), "ok");
  assert.equal(parse(new Uint8Array(4097)), "TOO_LARGE");
  assert.equal(parse(new Uint8Array(0)), "MALFORMED");
  assert.equal(parse(Uint8Array.from([...leaf.der, 0])), "MALFORMED", "a trailing byte");
  assert.equal(parse(leaf.der.subarray(0, -1)), "MALFORMED", "a missing byte");
  const at = Buffer.from(leaf.der).indexOf(Buffer.from("devnet", "ascii"));
  const capital = Uint8Array.from(leaf.der);
  capital[at] = 0x44;
  assert.equal(parse(capital), "SUBJECT");
});

test("10,000 mutated, truncated and random inputs never throw, and no mutant speaks for the issuer", () => {
  const mutation = fc.array(fc.tuple(fc.nat(leaf.der.length - 1), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  const input = fc.oneof(
    mutation.map((changes) => {
      const mutant = Uint8Array.from(leaf.der);
      for (const [at, change] of changes) mutant[at] = (mutant[at] ?? 0) ^ change;
      return mutant;
    }),
    fc.nat(leaf.der.length).map((length) => leaf.der.subarray(0, length)),
    fc.uint8Array({ maxLength: 600 }),
    fc.uint8Array({ maxLength: 300 }).map((tail) => Uint8Array.from([...leaf.der.subarray(0, 30), ...tail])),
    fc.nat(2000).map((depth) => new Uint8Array(depth * 2).fill(0x30)),
  );
  let read = 0;
  fc.assert(
    fc.property(input, (der) => {
      const parsed = parseCertificate(der);
      if (!parsed.ok) return;
      read++;
      const identical = Buffer.compare(parsed.certificate.der, leaf.der) === 0;
      assert.ok(identical || !certificateIssuedBy(suite, parsed.certificate, root));
    }),
    { numRuns: 10_000 },
  );
  assert.ok(read > 0, "some mutants must get past the parser, or the last check proves nothing");
});

test("no single changed byte yields another certificate of the issuer", () => {
  for (let at = 0; at < leaf.der.length; at++)
    for (const change of [0x01, 0x20, 0x80, 0xff]) {
      const mutant = Uint8Array.from(leaf.der);
      mutant[at] = (mutant[at] ?? 0) ^ change;
      const parsed = parseCertificate(mutant);
      assert.ok(
        !parsed.ok || !certificateIssuedBy(suite, parsed.certificate, root),
        `byte ${at} ^ ${change}`,
      );
    }
  const again = parseCertificate(leaf.der);
  assert.ok(again.ok);
  assert.deepEqual(fieldsOf(again.certificate), fieldsOf(leaf));
});

test("10,000 mutated and random requests never throw", () => {
  const input = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.tuple(fc.nat(request.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
      const mutant = Uint8Array.from(request);
      mutant[at] = (mutant[at] ?? 0) ^ change;
      return mutant;
    }),
  );
  fc.assert(
    fc.property(input, (der) => assert.ok(!parseRequest(suite, der).ok)),
    { numRuns: 10_000 },
  );
});

/** A certificate of the root's, with other options than the common ones. */
const issuedWith = async (options: Pick<IssueOptions, "attributes">) => {
  const issued = await issue({
    suite,
    root,
    rootKey,
    request,
    roles: ["client"],
    notBeforeMs: NOW,
    notAfterMs: NOW + YEAR,
    ...options,
  });
  return issued.ok ? issued : assert.fail(issued.message);
};

test("attributes are certified, read back in order, and refused where they break the rules", async () => {
  const attributes = { level: "3", "clearance.area": "Busan 부산", approver: "" };
  const { certificate } = await issuedWith({ attributes });
  assert.deepEqual(Object.entries(certificate.attributes), [
    ["approver", ""],
    ["clearance.area", "Busan 부산"],
    ["level", "3"],
  ]);
  assert.deepEqual((await issuedWith({})).certificate.attributes, {});
  for (const wrong of [
    { "a b": "1" },
    JSON.parse('{"__proto__":"1"}'),
    { a: "x".repeat(257) },
    { a: "\ud800" },
    Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`a${index}`, "1"])),
  ])
    await assert.rejects(issuedWith({ attributes: wrong }), RangeError);
});

test("an extension of attributes that is not of the form makes a certificate unreadable", () => {
  const read = (text: string) => readAttributes(Buffer.from(text));
  assert.deepEqual(read('{"attrs":{"hf.Affiliation":"org1","hf.Type":"client"}}'), {
    "hf.Affiliation": "org1",
    "hf.Type": "client",
  });
  for (const text of [
    "",
    "{}",
    "[]",
    '{"attrs":[]}',
    '{"attrs":{"a":1}}',
    '{"attrs":{"":"x"}}',
    '{"attrs":null}',
    "\ufeff{}",
  ])
    assert.equal(read(text), undefined, text);
  assert.equal(readAttributes(Uint8Array.of(0xff)), undefined);
});
