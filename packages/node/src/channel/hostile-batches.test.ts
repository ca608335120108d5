import assert from "node:assert/strict";
import { test } from "node:test";
import { createSodiumSuite, randomBytes } from "@dure/crypto/sodium";
import { createInlineVerifier, type Verifier } from "@dure/crypto/verifier";
import {
  type Certificate,
  generateIdentityKey,
  type IdentityKey,
  issue,
  makeRequest,
  makeRoot,
  seedOfPkcs8,
} from "@dure/crypto/x509";
import { type ChannelConfig, DEFAULTS } from "@dure/membership";
import { Pool } from "@dure/mempool";
import {
  certificateId,
  decodeTransaction,
  encodeBatch,
  encodeText,
  type Hash,
  parseHash,
  signTransaction,
} from "@dure/types";
import { Batches } from "./batches.ts";
import type { Frame } from "./frame.ts";
import { createIdentities } from "./identities.ts";
import type { Links } from "./links.ts";

const suite = createSodiumSuite();
const DAY_MS = 86_400_000;
const channelId = parseHash("ab".repeat(32)) ?? assert.fail();
const { limits, policies } = DEFAULTS;

const organisation = async () => {
  const rootKey = generateIdentityKey();
  const nowMs = Date.now();
  const root = await makeRoot({ organisation: "org", nowMs, notAfterMs: nowMs + DAY_MS, key: rootKey });
  const config = {
    organisations: [{ name: "org", root: root.der }],
    revoked: { has: () => false },
    policies,
  } as const;
  return { root, rootKey, config: config as unknown as ChannelConfig };
};

const member = async (of: { root: Certificate; rootKey: IdentityKey }, name: string, role: string) => {
  const key = generateIdentityKey();
  const request = await makeRequest({ commonName: name, organisation: "org", roles: [role] }, key);
  const span = { notBeforeMs: Date.now() - 60_000, notAfterMs: Date.now() + DAY_MS };
  const issued = await issue({ suite, ...of, request, roles: [role], ...span });
  return issued.ok ? { der: issued.certificate.der, seed: seedOfPkcs8(key.pem) } : assert.fail();
};

type Member = Awaited<ReturnType<typeof member>>;

const batchOf = ({ der, seed }: Member): Uint8Array => {
  const sender = certificateId(suite, der);
  const body = { channelId, sender, salt: randomBytes(16), score: "", payload: encodeText('"data"') };
  const bytes = signTransaction(suite, { ...body, expiryMs: Date.now() + 60_000 }, seed);
  const read = decodeTransaction(suite, bytes, limits.transactionBytesMax);
  return encodeBatch(channelId, [read.ok ? read.value : assert.fail()], () => der);
};

const node = (
  config: ChannelConfig,
  isTaken: () => boolean = () => true,
  verifier: Pick<Verifier, "verify"> = createInlineVerifier(suite),
  onFailed: (error: unknown) => void = (error) => assert.fail(String(error)),
) => {
  const sent: Frame[] = [];
  const refused: string[] = [];
  const held: Hash[] = [];
  const pool = new Pool({ suite, channelId, limits, isCommitted: () => false });
  const identities = createIdentities(suite, config);
  const links: Links = {
    send: (_peerId, frame) => sent.push(frame) > 0 && isTaken(),
    broadcast: () => undefined,
    connected: () => [],
    indexOf: () => 3,
    peerOf: () => undefined,
    counts: () => ({ frames: 0, bytes: 0 }),
  };
  const batches = new Batches({
    suite,
    verifier,
    channelId,
    limits: { bytesMax: limits.batchBytesMax, transactionBytesMax: limits.transactionBytesMax },
    pool,
    identities: () => identities,
    links,
    isBlocking: () => false,
    now: Date.now,
    disseminateMs: 100,
    isAwaited: () => false,
    onBatch: ({ digest }) => held.push(digest),
    onRefused: (_peerId, reason) => refused.push(reason),
    onFailed,
  });
  return { sent, refused, held, pool, identities, batches };
};

/** The verdicts are a few promises away. */
const verified = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a batch that is asked for four thousand times over is sent once", async () => {
  const { root, rootKey, config } = await organisation();
  const { batches, held, sent } = node(config);
  batches.receive("peer1.org", [batchOf(await member({ root, rootKey }, "alice", "client"))]);
  await verified();
  const [digest] = held;
  batches.serve("peer3.org", Array<Hash>(4_096).fill(digest ?? assert.fail()), 1);
  assert.equal(sent.length, 1);
  batches.close();
});

test("nothing more is encoded for a peer whose queue is full", async () => {
  const { root, rootKey, config } = await organisation();
  const { batches, held, sent } = node(config, () => false);
  const alice = await member({ root, rootKey }, "alice", "client");
  batches.receive(
    "peer1.org",
    Array.from({ length: 10 }, () => batchOf(alice)),
  );
  await verified();
  batches.serve("peer3.org", held, 1);
  assert.equal(sent.length, 1);
  batches.close();
});

test("a batch of a sender that no block may ever hold is refused, instead of waiting until it expires", async () => {
  const { root, rootKey, config } = await organisation();
  const { batches, refused, pool } = node(config);
  batches.receive("peer3.org", [batchOf(await member({ root, rootKey }, "eve", "auditor"))]);
  assert.deepEqual(refused, ["a batch's sender: eve may not submit here: its role is auditor"]);
  assert.equal(pool.counts().transactions, 0);
  batches.close();
});

test("no flood of strangers' certificates makes a node forget a sender", async () => {
  const { root, rootKey, config } = await organisation();
  const { identities, batches } = node(config);
  const { id } = identities.learn((await member({ root, rootKey }, "alice", "client")).der);
  for (let at = 0; at < 100_001; at++)
    identities.learn(Uint8Array.of(0x30, at & 255, (at >> 8) & 255, at >> 16));
  assert.equal(identities.identityOf(id)?.name, "alice");
  batches.close();
});

for (const [name, isClosing, expected] of [
  ["while the peer runs, the peer has failed", false, 1],
  ["because the peer stops, nothing has failed", true, 0],
] as const)
  test(`when a verifier is lost ${name}`, async () => {
    const { root, rootKey, config } = await organisation();
    let lose: (error: Error) => void = () => undefined;
    const verify = () => new Promise<never>((_, reject) => (lose = reject));
    const failures: unknown[] = [];
    const { batches, held } = node(config, undefined, { verify }, (error) => failures.push(error));
    batches.receive("peer1.org", [batchOf(await member({ root, rootKey }, "alice", "client"))]);
    if (isClosing) batches.close();
    lose(new Error("the verifier is closed"));
    await verified();
    assert.equal(failures.length, expected);
    assert.deepEqual(held, [], "without a verdict nothing is taken in");
    batches.close();
  });
