import { strict as assert } from "node:assert";
import { test } from "node:test";
import { broken, FULL, LEAST, suite } from "./genesis.fixture.test.ts";
import { channelIdOf, formatGenesis, type GenesisDocument, parseGenesis } from "./index.ts";

const messageOf = (text: string): string => {
  const parsed = parseGenesis(suite, text);
  assert.ok(!parsed.ok, "the document was accepted");
  assert.equal(parsed.code, "GENESIS_MALFORMED");
  return parsed.message;
};

for (const document of [LEAST, FULL]) {
  test(`the genesis of ${document.name} reads back as it was written`, () => {
    const text = formatGenesis(document);
    const parsed = parseGenesis(suite, text);
    assert.ok(parsed.ok);
    const { organisations, validators, revoked, ...rest } = parsed.config;
    assert.deepEqual(
      {
        ...rest,
        organisations: organisations.map(({ name, root }) => ({
          name,
          root: Buffer.from(root).toString("base64"),
        })),
        validators: validators.map(({ publicKey, ...others }) => ({
          ...others,
          publicKey: Buffer.from(publicKey).toString("hex"),
        })),
        revoked: document.revoked,
      },
      document,
    );
    assert.ok(document.revoked.every(({ organisation, serial }) => revoked.has(organisation, serial)));
    assert.ok(!revoked.has("acme", "519de9ab3a7b0f3ba932d9fccc4e0032"));
    assert.equal(parsed.channelId, channelIdOf(suite, text));
  });
}

const at = <T>(list: readonly T[], index: number): T => list[index] ?? assert.fail();

/** Each breaks one rule of specs/genesis.md, and the refusal says which. */
const FLAWS: readonly [string, RegExp, (document: GenesisDocument) => void][] = [
  ["an organisation twice", /acme stands twice/, (d) => d.organisations.push(at(d.organisations, 0))],
  [
    "one root for two organisations",
    /one root/,
    (d) => {
      at(d.organisations, 1).root = at(d.organisations, 0).root;
    },
  ],
  [
    "a root that is not base64",
    /root of acme is not base64/,
    (d) => {
      at(d.organisations, 0).root = "AAB=";
    },
  ],
  ["a peer twice", /peer0\.acme stands twice/, (d) => d.followers.push("peer0.acme")],
  [
    "two validators with one key",
    /(11){32} stands twice/,
    (d) => {
      at(d.validators, 1).publicKey = "11".repeat(32);
    },
  ],
  [
    "a key in capitals",
    /validators\.0\.publicKey/,
    (d) => {
      at(d.validators, 0).publicKey = "AA".repeat(32);
    },
  ],
  [
    "a key of 31 bytes",
    /validators\.0\.publicKey/,
    (d) => {
      at(d.validators, 0).publicKey = "11".repeat(31);
    },
  ],
  [
    "a weight of zero",
    /validators\.1\.weight/,
    (d) => {
      at(d.validators, 1).weight = 0;
    },
  ],
  [
    "a weight above the bound",
    /validators\.1\.weight/,
    (d) => {
      at(d.validators, 1).weight = 1_000_001;
    },
  ],
  [
    "a fraction for a weight",
    /validators\.1\.weight/,
    (d) => {
      at(d.validators, 1).weight = 1.5;
    },
  ],
  [
    "no validator",
    /validators/,
    (d) => {
      d.validators = [];
    },
  ],
  [
    "a peer of no organisation",
    /peer9\.initech is of no organisation/,
    (d) => d.followers.push("peer9.initech"),
  ],
  ["a peer id with two dots", /followers\.1/, (d) => d.followers.push("a.b.acme")],
  ["a peer id with a line feed", /followers\.1/, (d) => d.followers.push("a.acme\n")],
  [
    "a revocation of an organisation that takes no part",
    /initech, which takes no part/,
    (d) => {
      at(d.revoked, 0).organisation = "initech";
    },
  ],
  ["a revocation twice", /of globex stands twice/, (d) => d.revoked.push(at(d.revoked, 0))],
  [
    "half a byte of a serial number",
    /revoked\.0\.serial/,
    (d) => {
      at(d.revoked, 0).serial = "abc";
    },
  ],
  ["a SCORE twice", /SCORE token stands twice/, (d) => d.scores.push(at(d.scores, 1))],
  [
    "a SCORE with a lone surrogate",
    /lone surrogate/,
    (d) => {
      at(d.scores, 1).source = "\ud800";
    },
  ],
  [
    "a default SCORE that is not there",
    /default SCORE "coin"/,
    (d) => {
      d.defaultScore = "coin";
    },
  ],
  ["a role that submits twice", /a role stands twice/, (d) => d.policies.submitRoles.push("client")],
  ["auditors who submit", /submitRoles/, (d) => d.policies.submitRoles.push("auditor" as "client")],
  [
    "a batch too small for its transaction",
    /batch cannot hold the largest/,
    (d) => {
      d.limits.batchBytesMax = d.limits.transactionBytesMax + 8191;
    },
  ],
  [
    "a block too small for its batch",
    /block cannot hold the largest/,
    (d) => {
      d.limits.blockBytesMax = d.limits.batchBytesMax - 1;
    },
  ],
  [
    "a block of fewer transactions than a batch",
    /block cannot hold the fullest/,
    (d) => {
      d.limits.blockTransactionsMax = d.limits.batchTransactionsMax - 1;
    },
  ],
  [
    "a batch beyond a gRPC frame",
    /batchBytesMax/,
    (d) => {
      d.limits.batchBytesMax = (1 << 20) + 1;
    },
  ],
  [
    "a timer that no timer holds",
    /consensus\.capMs/,
    (d) => {
      d.consensus.capMs = 2 ** 31;
    },
  ],
  [
    "a base above the cap",
    /base is above its cap/,
    (d) => {
      d.consensus.baseMs = d.consensus.capMs + 1;
    },
  ],
  [
    "a block interval as long as the base",
    /block interval/,
    (d) => {
      d.consensus.blockIntervalMs = d.consensus.baseMs;
    },
  ],
  [
    "an engine of another name",
    /consensus\.engine/,
    (d) => {
      d.consensus.engine = "raft" as "lft";
    },
  ],
  [
    "a timestamp beyond the year 9999",
    /timestampMs/,
    (d) => {
      d.timestampMs = Number.MAX_SAFE_INTEGER;
    },
  ],
  ["an unknown field", /the document: .*color/, (d) => Object.assign(d, { color: "red" })],
  ["an unknown field within", /limits: .*color/, (d) => Object.assign(d.limits, { color: "red" })],
];

for (const [name, expected, change] of FLAWS) {
  test(`refused: ${name}`, () => assert.match(messageOf(formatGenesis(broken(change))), expected));
}

const text = formatGenesis(FULL);
const SPELLINGS: readonly [string, string][] = [
  ["no line feed at the end", text.trimEnd()],
  ["two line feeds at the end", `${text}\n`],
  ["a byte order mark", `\ufeff${text}`],
  ["no indentation", `${JSON.stringify(JSON.parse(text))}\n`],
  ["carriage returns", text.replaceAll("\n", "\r\n")],
  ["keys in another order", `${JSON.stringify(FULL, null, 2)}\n`],
  ["a key twice", text.replace('"name": "trade"', '"name": "trade",\n  "name": "trade"')],
  [
    "a key twice with another value first",
    text.replace('  "name": "trade"', '  "name": "x",\n  "name": "trade"'),
  ],
  ["a number in another spelling", text.replace('"weight": 2', '"weight": 2.0')],
  ["minus zero", text.replace('"driftMs": 1000', '"driftMs": -0')],
  ["an escape where none is due", text.replace('"trade"', '"tr\\u0061de"')],
  ["a prototype for a field", text.replace('  "validators"', '  "__proto__": {},\n  "validators"')],
  ["a comment", `// ${text}`],
  ["nothing", ""],
  ["null", "null\n"],
  ["a list", "[]\n"],
  ["brackets without end", "[".repeat(100_000)],
];

for (const [name, spelling] of SPELLINGS) {
  test(`refused as not canonical: ${name}`, () => {
    assert.notEqual(spelling, text);
    assert.ok(messageOf(spelling).length > 0);
  });
}

test("a document of millions of wrong items is refused in a short message, and soon", () => {
  const items = Array.from({ length: 2_000_000 }, () => 0);
  assert.match(messageOf(JSON.stringify({ ...FULL, followers: items })), /^followers: /);
  const fields = Object.fromEntries(items.slice(0, 100_000).map((_, index) => [`field${index}`, 0]));
  assert.ok(messageOf(JSON.stringify({ ...FULL, ...fields })).length <= 300);
  assert.match(messageOf(" ".repeat((16 << 20) + 1)), /longer than/);
});

test("the greatest channel is accepted: 1,024 validators of full weight", () => {
  const validators = Array.from({ length: 1_024 }, (_, index) => ({
    id: `peer${index}.acme`,
    publicKey: index.toString(16).padStart(64, "0"),
    weight: 1_000_000,
  }));
  assert.ok(parseGenesis(suite, formatGenesis({ ...LEAST, validators })).ok);
  const more = [...validators, { id: "peer1024.acme", publicKey: "ff".repeat(32), weight: 1 }];
  assert.match(messageOf(formatGenesis({ ...LEAST, validators: more })), /^validators: /);
});
