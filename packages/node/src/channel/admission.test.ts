import { strict as assert } from "node:assert";
import { test } from "node:test";
import { randomBytes } from "@dure/crypto/sodium";
import { createInlineVerifier } from "@dure/crypto/verifier";
import type { Identity } from "@dure/crypto/x509";
import { parseGenesis } from "@dure/membership";
import { Pool } from "@dure/mempool";
import type { Hash, TransactionBody } from "@dure/types";
import { enrol, found, makeOrganisation, signed, suite } from "../fixture.test.ts";
import { HTTP_STATUS } from "../rest/refusal.ts";
import { Admissions } from "./admission.ts";
import { createIdentities } from "./identities.ts";

const DAY_MS = 86_400_000;

const committed = new Set<string>();
const founded = await found(1);
const { organisation, channelId } = founded;
const client = (role = "client", term = {}): Promise<Identity> => enrol(organisation, "alice", role, term);
const alice = await client();
const revokedAlice = await client();
const parsed = parseGenesis(suite, founded.genesisText);
const config = parsed.ok ? parsed.config : assert.fail("the genesis is refused");
const isRevoked = (_organisation: string, serial: string) => serial === revokedAlice.certificate.serial;

const node = () => {
  const identities = createIdentities(suite, { ...config, revoked: { has: isRevoked } });
  const pool = new Pool({
    suite,
    channelId,
    limits: config.limits,
    isCommitted: (id: Hash) => committed.has(id),
  });
  const { transactionBytesMax } = config.limits;
  const configurations = { judge: () => assert.fail("nothing here changes the configuration") };
  const admissions = new Admissions({
    suite,
    verifier: createInlineVerifier(suite),
    pool,
    identities: () => identities,
    configurations,
    transactionBytesMax,
    now: Date.now,
  });
  const admit = async (bytes: Uint8Array) => (await admissions.admit([bytes]))[0] ?? assert.fail();
  return { pool, identities, admit };
};

const refusals: readonly {
  code: string;
  what: string;
  by?: () => Promise<Identity>;
  bytes?: (identity: Identity) => Uint8Array;
  isStranger?: boolean;
}[] = [
  { code: "TX_MALFORMED", what: "noise", bytes: () => randomBytes(300) },
  { code: "TX_MALFORMED", what: "nothing", bytes: () => new Uint8Array() },
  {
    code: "TX_MALFORMED",
    what: "a byte too many",
    bytes: (by) => Buffer.concat([signed(founded, by, 1), Uint8Array.of(0)]),
  },
  {
    code: "TX_TOO_LARGE",
    what: "more bytes than the channel takes",
    bytes: (by) => signed(founded, by, "1".repeat(70_000)),
  },
  { code: "IDENTITY_UNKNOWN", what: "a sender never seen", isStranger: true },
  {
    code: "IDENTITY_EXPIRED",
    what: "an expired sender",
    by: () => client("client", { notBeforeMs: Date.now() - DAY_MS, notAfterMs: Date.now() - 1_000 }),
  },
  {
    code: "IDENTITY_NOT_YET_VALID",
    what: "a sender of tomorrow",
    by: () => client("client", { notBeforeMs: Date.now() + 60_000 }),
  },
  { code: "IDENTITY_REVOKED", what: "a revoked sender", by: async () => revokedAlice },
  { code: "ROLE_NOT_ALLOWED", what: "an auditor", by: () => client("auditor") },
  {
    code: "PAYLOAD_MALFORMED",
    what: "a payload that is no JSON",
    bytes: (by) => signed(founded, by, "{"),
  },
  {
    code: "SIGNATURE_INVALID",
    what: "another's signature",
    bytes: (by) => signed(founded, { ...by, key: { ...by.key, seed: randomBytes(32) } }, 1),
  },
  {
    code: "TX_WRONG_CHANNEL",
    what: "a transaction of another channel",
    bytes: (by) => signed({ channelId: "ab".repeat(32) as Hash }, by, 1),
  },
  {
    code: "TX_EXPIRED",
    what: "an expired transaction",
    bytes: (by) => signed(founded, by, 1, { expiryMs: Date.now() - 1 }),
  },
  {
    code: "TX_EXPIRY_TOO_FAR",
    what: "a transaction that lives too long",
    bytes: (by) => signed(founded, by, 1, { expiryMs: Date.now() + DAY_MS }),
  },
];

for (const { code, what, by = async () => alice, bytes, isStranger = false } of refusals)
  test(`${what} is refused as ${code}, and nothing of it is kept`, async () => {
    const { pool, identities, admit } = node();
    const identity = await by();
    if (!isStranger) identities.learn(identity.certificate.der);
    const admission = await admit(bytes?.(identity) ?? signed(founded, identity, 1));
    assert.equal(admission.ok ? "admitted" : admission.code, code);
    assert.ok(!admission.ok && admission.message.length > 0);
    assert.ok(HTTP_STATUS[code] !== undefined, "the code has an HTTP status");
    assert.equal(pool.counts().transactions, 0);
  });

test("strangers' certificates teach nothing: other organisations, other roots of the same name, noise", async () => {
  const { identities, admit } = node();
  const strangers = [
    await enrol(await makeOrganisation("elsewhere"), "alice", "client"),
    await enrol(await makeOrganisation("org"), "alice", "client"),
  ];
  const codes: string[] = [];
  for (const identity of strangers) {
    const { judged } = identities.learn(identity.certificate.der);
    assert.equal((await admit(signed(founded, identity, 1))).ok, false);
    codes.push(judged.ok ? "learned" : judged.code);
  }
  assert.deepEqual(codes, ["IDENTITY_UNKNOWN_ORGANISATION", "IDENTITY_NOT_ISSUED"]);
  const { judged } = identities.learn(organisation.root.der);
  assert.equal(judged.ok ? "learned" : judged.code, "IDENTITY_IS_CA");
  const noise = identities.learn(randomBytes(200)).judged;
  assert.equal(noise.ok ? "learned" : noise.code, "CERTIFICATE_MALFORMED");
});

test("a transaction is admitted once: again it is a duplicate, and once committed a replay", async () => {
  const { identities, admit, pool } = node();
  identities.learn(alice.certificate.der);
  const bytes = signed(founded, alice, { data: 1 });
  const first = await admit(bytes);
  assert.ok(first.ok);
  const again = await admit(bytes);
  assert.equal(again.ok ? "admitted" : again.code, "TX_DUPLICATE");
  assert.equal(pool.counts().transactions, 1);
  committed.add(first.id);
  const replayed = node();
  replayed.identities.learn(alice.certificate.der);
  const replay = await replayed.admit(bytes);
  assert.equal(replay.ok ? "admitted" : replay.code, "TX_REPLAYED");
});

test("what is admitted does not live in the request's buffer", async () => {
  const { identities, admit, pool } = node();
  identities.learn(alice.certificate.der);
  const body: Partial<TransactionBody> = { salt: new Uint8Array(16) };
  const bytes = signed(founded, alice, { data: 1 }, body);
  const kept = Uint8Array.from(bytes);
  const admission = await admit(bytes);
  bytes.fill(0);
  assert.ok(admission.ok);
  assert.deepEqual(pool.transaction(admission.id)?.bytes, kept);
});
