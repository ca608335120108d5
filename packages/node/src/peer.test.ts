import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createSodiumSuite, randomBytes } from "@dure/crypto/sodium";
import {
  generateIdentityKey,
  type Identity,
  type IdentityKey,
  issue,
  makeRequest,
  makeRoot,
} from "@dure/crypto/x509";
import { DEFAULTS, formatGenesis } from "@dure/membership";
import { pack } from "@dure/score-host";
import { toHex } from "@dure/types";
import { pino } from "pino";
import { createPeer, type Peer } from "./index.ts";

const suite = createSodiumSuite();
const DAY_MS = 86_400_000;

type Organisation = { readonly root: Identity["root"]; readonly rootKey: IdentityKey };

const makeOrganisation = async (): Promise<Organisation> => {
  const rootKey = generateIdentityKey();
  const nowMs = Date.now();
  return {
    root: await makeRoot({ organisation: "org", nowMs, notAfterMs: nowMs + DAY_MS, key: rootKey }),
    rootKey,
  };
};

const makeIdentity = async (
  { root, rootKey }: Organisation,
  commonName: string,
  role: string,
): Promise<Identity> => {
  const key = generateIdentityKey();
  const request = await makeRequest({ commonName, organisation: "org", roles: [role] }, key);
  const issued = await issue({
    suite,
    root,
    rootKey,
    request,
    roles: [role],
    notBeforeMs: Date.now() - 60_000,
    notAfterMs: Date.now() + DAY_MS,
  });
  assert.ok(issued.ok);
  return { certificate: issued.certificate, key, root };
};

const startNetwork = async (count: number, home: string): Promise<{ peers: Peer[]; urls: string[] }> => {
  const organisation = await makeOrganisation();
  const seeds = Array.from({ length: count }, () => randomBytes(32));
  const source = await pack(
    fileURLToPath(new URL("../../../examples/contract-agreement/contract.ts", import.meta.url)),
  );
  const genesisText = formatGenesis({
    ...DEFAULTS,
    format: "dure/genesis/1",
    name: "test",
    timestampMs: Date.now(),
    organisations: [{ name: "org", root: Buffer.from(organisation.root.der).toString("base64") }],
    validators: seeds.map((seed, at) => ({
      id: `peer${at}.org`,
      publicKey: toHex(suite.publicKeyOf(seed)),
      weight: 1,
    })),
    followers: [],
    policies: { submitRoles: ["client", "admin"], peerSubmits: true },
    revoked: [],
    scores: [source],
    defaultScore: source.name,
  });
  const peers: Peer[] = [];
  const addresses: { id: string; address: string }[] = [];
  const urls: string[] = [];
  for (const [at, consensusSeed] of seeds.entries()) {
    const identity = await makeIdentity(organisation, `peer${at}.org`, "peer");
    const peer = createPeer({
      home: join(home, `peer${at}`),
      identity,
      consensusSeed,
      genesisText,
      grpc: { host: "127.0.0.1", port: 0 },
      rest: { host: "127.0.0.1", port: 0 },
      logger: pino({ level: process.env["LOG"] ?? "silent" }),
      onFailed: (error) => {
        console.error(error);
        process.exit(1);
      },
    });
    const { grpcPort, restPort } = await peer.start();
    peers.push(peer);
    addresses.push({ id: `peer${at}.org`, address: `127.0.0.1:${grpcPort}` });
    urls.push(`http://127.0.0.1:${restPort}`);
  }
  for (const peer of peers) peer.setPeers(addresses);
  return { peers, urls };
};

const getJson = async (url: string): Promise<Record<string, unknown>> =>
  (await fetch(url)).json() as Promise<Record<string, unknown>>;

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  for (;;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

for (const count of [1, 4]) {
  test(`${count} peers make a transaction final and executed, and all read the same`, {
    timeout: 60_000,
  }, async () => {
    const home = await mkdtemp(join(tmpdir(), "dure-peer-"));
    const { peers, urls } = await startNetwork(count, home);
    try {
      const posted = await fetch(`${urls[0]}/api/v1/transactions`, {
        method: "POST",
        body: '{"data":"hello"}',
      });
      const answer = (await posted.json()) as Record<string, unknown>;
      assert.equal(answer["response_code"], "0");
      for (const url of urls) {
        await until(async () => {
          const result = await getJson(`${url}/api/v1/transactions/result?hash=${answer["tx_hash"]}`);
          return (result["response"] as Record<string, unknown>)["code"] === 0;
        });
      }
      const blocks = await Promise.all(urls.map((url) => getJson(`${url}/api/v1/blocks`)));
      for (const block of blocks) assert.deepEqual(block, blocks[0]);
      const roots = await Promise.all(
        urls.map(async (url) => (await getJson(`${url}/api/v2/status`))["stateRoot"]),
      );
      assert.equal(new Set(roots).size, 1);
    } finally {
      for (const peer of peers) await peer.close();
      await rm(home, { recursive: true, force: true });
    }
  });
}
