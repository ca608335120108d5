import { strict as assert } from "node:assert";
import { test } from "node:test";
import { toHash } from "@dure/types";
import fc from "fast-check";
import { suite } from "./genesis.fixture.test.ts";
import {
  formatSuspension,
  judgeSuspension,
  judgeSuspensionDraft,
  makeSuspension,
  readSuspension,
  type Speaker,
  type Suspension,
  type SuspensionDocument,
  type SuspensionRules,
  suspensionStatement,
} from "./index.ts";

const channelId = toHash(new Uint8Array(32).fill(9));

const made = makeSuspension({ channel: channelId, score: "token", height: 12, reason: "it halts" });
const SUSPENSION: Suspension = made.ok ? made.suspension : assert.fail(made.message);

/** Administrators by the one byte that stands for their certificate, with the seeds of their keys. */
const seedOf = (certificate: number) => new Uint8Array(32).fill(certificate);
const SPEAKERS: Readonly<Record<number, Omit<Speaker, "publicKey">>> = {
  1: { organisation: "acme", roles: ["admin"] },
  2: { organisation: "globex", roles: ["client", "admin"] },
  3: { organisation: "initech", roles: ["client"] },
  4: { organisation: "acme", roles: ["admin"] },
};

const RULES: SuspensionRules = {
  suite,
  channelId,
  organisations: [{ name: "acme" }, { name: "globex" }, { name: "initech" }],
  speakerOf: ({ 0: certificate = 0, length }) => {
    const speaker = length === 1 ? SPEAKERS[certificate] : undefined;
    return speaker === undefined
      ? { ok: false, code: "IDENTITY_UNKNOWN_ORGANISATION", message: "nobody" }
      : { ...speaker, publicKey: suite.publicKeyOf(seedOf(certificate)) };
  },
};

const approval = (certificate: number, suspension = SUSPENSION) => ({
  certificate: new Uint8Array([certificate]),
  signature: Uint8Array.from(suite.sign(seedOf(certificate), suspensionStatement(suspension))),
});

const approvedBy = (...certificates: readonly number[]): SuspensionDocument => ({
  suspension: SUSPENSION,
  approvals: certificates.map((certificate) => approval(certificate)),
});

const messageOf = (verdict: ReturnType<typeof judgeSuspension>): string =>
  verdict.ok ? assert.fail("it was accepted") : verdict.message;

test("a suspension is read as it was written, and stands with administrators of more than half", () => {
  const text = formatSuspension(approvedBy(1, 2));
  const read = readSuspension(text);
  assert.ok(read.ok, read.ok ? "" : read.message);
  assert.deepEqual(read.document, approvedBy(1, 2));
  assert.deepEqual(judgeSuspension(RULES, read.document), { ok: true, organisations: ["acme", "globex"] });
});

for (const [why, document, message] of [
  ["one of three organisations", approvedBy(1), /more than half of 3 organisations, and has 1/],
  ["nobody", approvedBy(), /has 0/],
  ["the same organisation twice, by two administrators", approvedBy(1, 4), /acme approves twice/],
  ["one who is no administrator", approvedBy(1, 3), /initech is by no administrator/],
  ["a stranger", approvedBy(1, 2, 5), /an approval: nobody/],
] as const)
  test(`a suspension approved by ${why} is refused`, () => {
    assert.match(messageOf(judgeSuspension(RULES, document)), message);
  });

test("of a draft it is told who approves it so far, and what does not count is refused", () => {
  assert.deepEqual(judgeSuspensionDraft(RULES, approvedBy()), { ok: true, organisations: [] });
  assert.deepEqual(judgeSuspensionDraft(RULES, approvedBy(2)), { ok: true, organisations: ["globex"] });
  assert.match(messageOf(judgeSuspensionDraft(RULES, approvedBy(1, 1))), /twice/);
});

test("a suspension of another channel is refused, whoever approves it", () => {
  const suspension = { ...SUSPENSION, channel: "ab".repeat(32) };
  const document = { suspension, approvals: [approval(1, suspension), approval(2, suspension)] };
  assert.match(messageOf(judgeSuspension(RULES, document)), /it is of channel abab/);
});

for (const [field, value] of Object.entries({ score: "tokem", height: 13, reason: "it halts." }))
  test(`with another ${field} than was approved, a suspension is refused`, () => {
    const document = { ...approvedBy(1, 2), suspension: { ...SUSPENSION, [field]: value } };
    assert.equal(readSuspension(formatSuspension(document)).ok, true);
    assert.match(messageOf(judgeSuspension(RULES, document)), /is not its signature/);
  });

for (const [why, change] of [
  ["another format", { format: "dure/suspension/2" }],
  ["a channel that is no id", { channel: "test" }],
  ["no SCORE's name", { score: "Token" }],
  ["the name that no SCORE may have", { score: "configuration" }],
  ["the genesis' height", { height: 0 }],
  ["a height between two", { height: 1.5 }],
  ["no reason", { reason: "" }],
  ["a reason of two lines", { reason: "it halts\nalways" }],
  ["a reason with half a character", { reason: "\ud800" }],
  ["too long a reason", { reason: "x".repeat(257) }],
  ["an unknown field", { until: 20 }],
  ["no approvals", { approvals: undefined }],
  ["an approval without a signature", { approvals: [{ certificate: "AQ==" }] }],
  ["an approval that is no base64", { approvals: [{ certificate: "?", signature: "AQ==" }] }],
  ["a signature of one byte", { approvals: [{ certificate: "AQ==", signature: "AQ==" }] }],
] as const)
  test(`a document with ${why} is not read`, () => {
    const value = { ...(JSON.parse(formatSuspension(approvedBy(1, 2))) as object), ...change };
    const read = readSuspension(`${JSON.stringify(value, null, 2)}\n`);
    assert.equal(read.ok ? "" : read.code, "SUSPENSION_MALFORMED");
  });

test("other spellings of a document are not read", () => {
  const text = formatSuspension(approvedBy(1, 2));
  for (const other of [
    text.trimEnd(),
    JSON.stringify(JSON.parse(text)),
    text.replace('"height": 12', '"height": 12.0'),
    text.replace('"height": 12', '"height": 11,\n  "height": 12'),
    text.replace("token", "\\u0074oken"),
  ]) {
    assert.notEqual(other, text);
    assert.equal(readSuspension(other).ok, false);
  }
});

test("whatever is said is answered, and what is made of it is read back", () => {
  const reason = fc.string({ unit: "binary", maxLength: 300 });
  fc.assert(
    fc.property(fc.string(), fc.double(), reason, (score, height, why) => {
      const answer = makeSuspension({ channel: channelId, score, height, reason: why });
      if (!answer.ok) return;
      const { suspension } = answer;
      assert.deepEqual(readSuspension(formatSuspension({ suspension, approvals: [] })), {
        ok: true,
        document: { suspension, approvals: [] },
      });
    }),
  );
});

test("a document of which anything is changed never throws, and never stands for something else", () => {
  const text = formatSuspension(approvedBy(1, 2));
  const fragments = fc.oneof(
    fc.constantFrom("", "0", "1", '"', "}", ",", "\\", "\ud800", "A", "-", " ", "\n"),
    fc.string({ unit: "binary", maxLength: 4 }),
  );
  let read = 0;
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.nat(3), fragments, (at, removed, inserted) => {
      const mutation = text.slice(0, at) + inserted + text.slice(at + removed);
      const answer = readSuspension(mutation);
      if (!answer.ok) return assert.equal(answer.code, "SUSPENSION_MALFORMED");
      if (mutation === text) return;
      read += 1;
      // The canonical form leaves no second text: what is read differs, and some signature is not over it.
      assert.notDeepEqual(answer.document, approvedBy(1, 2));
      assert.equal(judgeSuspension(RULES, answer.document).ok, false);
    }),
    { numRuns: 8_000 },
  );
  assert.ok(read > 40, `only ${read} mutations were read`);
});

test("whatever is read is answered", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => assert.equal(readSuspension(text).ok, false)),
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(readSuspension(JSON.stringify(value)).ok, false);
    }),
  );
});
