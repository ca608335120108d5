/** One organisation with its peers in this process: real sockets, disks and sandboxes. Shared by this package's tests. */
import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
import { DEFAULTS, formatGenesis, type GenesisDocument, parseGenesis } from "@dure/membership";
import { pack, type ScoreSource } from "@dure/score-host";
import { certificateId, type Hash, signTransaction, type TransactionBody, toHex } from "@dure/types";
import { pino } from "pino";
import { createPeer, type Peer, type PeerOptions } from "./index.ts";

export const suite = createSodiumSuite();
const DAY_MS = 86_400_000;
const WAIT_MS = 30_000;

export type Json = Readonly<Record<string, unknown>>;

export type Organisation = { readonly root: Identity["root"]; readonly rootKey: IdentityKey };

export const makeOrganisation = async (organisation = "org"): Promise<Organisation> => {
  const rootKey = generateIdentityKey();
  const nowMs = Date.now();
  const root = await makeRoot({ organisation, nowMs, notAfterMs: nowMs + DAY_MS, key: rootKey });
  return { root, rootKey };
};

export const enrol = async (
  { root, rootKey }: Organisation,
  commonName: string,
  role: string,
  term: { readonly notBeforeMs?: number; readonly notAfterMs?: number } = {},
): Promise<Identity> => {
  const key = generateIdentityKey();
  const request = await makeRequest({ commonName, organisation: root.organisation, roles: [role] }, key);
  const nowMs = Date.now();
  const issued = await issue({
    suite,
    root,
    rootKey,
    request,
    roles: [role],
    notBeforeMs: nowMs - 60_000,
    notAfterMs: nowMs + DAY_MS / 2,
    ...term,
  });
  assert.ok(issued.ok);
  return { certificate: issued.certificate, key, root };
};

export type Member = { readonly id: string; readonly identity: Identity; readonly seed: Uint8Array };

export type Founded = {
  readonly organisation: Organisation;
  readonly genesisText: string;
  readonly channelId: Hash;
  /** Validators, then followers. */
  readonly members: readonly Member[];
};

export type Change = (document: GenesisDocument) => GenesisDocument;

export const agreement = (): Promise<ScoreSource> =>
  pack(fileURLToPath(new URL("../../../examples/contract-agreement/contract.ts", import.meta.url)));

/** Founds a channel of so many validators and followers, with short views, since some will be away. */
export const found = async (
  validators: number,
  followers = 0,
  change: Change = (document) => document,
): Promise<Founded> => {
  const organisation = await makeOrganisation();
  const members: Member[] = [];
  for (let at = 0; at < validators + followers; at++) {
    const id = `peer${at}.org`;
    members.push({ id, identity: await enrol(organisation, id, "peer"), seed: randomBytes(32) });
  }
  const score = await agreement();
  const genesisText = formatGenesis(
    change({
      ...DEFAULTS,
      consensus: { ...DEFAULTS.consensus, baseMs: 300, resendMs: 300, statusMs: 200 },
      format: "dure/genesis/1",
      name: "test",
      timestampMs: Date.now(),
      organisations: [{ name: "org", root: Buffer.from(organisation.root.der).toString("base64") }],
      validators: members.slice(0, validators).map(({ id, seed }) => ({
        id,
        publicKey: toHex(suite.publicKeyOf(seed)),
        weight: 1,
      })),
      followers: members.slice(validators).map(({ id }) => id),
      policies: { submitRoles: ["client", "admin"], peerSubmits: true },
      revoked: [],
      scores: [score],
      defaultScore: score.name,
    }),
  );
  const parsed = parseGenesis(suite, genesisText);
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.message);
  return { organisation, genesisText, channelId: parsed.channelId, members };
};

export type Running = {
  readonly peer: Peer;
  readonly url: string;
  readonly address: { readonly id: string; readonly address: string };
  readonly home: string;
  readonly log: readonly Json[];
};

/** A member's peer, not yet started, on free ports. What fails it fails the test. */
export const makePeer = (
  { genesisText }: Founded,
  { id, identity, seed }: Member,
  home: string,
  log: Json[] = [],
  options: Partial<PeerOptions> = {},
): Peer =>
  createPeer({
    home: join(home, id),
    identity,
    consensusSeed: seed,
    genesisText,
    grpc: { host: "127.0.0.1", port: 0 },
    rest: { host: "127.0.0.1", port: 0 },
    logger: pino({ level: "info" }, { write: (line: string) => log.push(JSON.parse(line) as Json) }),
    onFailed: (error) => {
      throw error;
    },
    ...options,
  });

export const startMember = async (
  founded: Founded,
  at: number,
  home: string,
  options: Partial<PeerOptions> = {},
): Promise<Running> => {
  const member = founded.members[at] ?? assert.fail(`no member ${at}`);
  const log: Json[] = [];
  const peer = makePeer(founded, member, home, log, options);
  const { grpcPort, restPort } = await peer.start();
  const address = { id: member.id, address: `127.0.0.1:${grpcPort}` };
  return { peer, url: `http://127.0.0.1:${restPort}`, address, home: join(home, member.id), log };
};

export const introduce = (peers: readonly Running[]): void => {
  for (const { peer } of peers) peer.setPeers(peers.map(({ address }) => address));
};

/** Starts all members, or those named, and makes them known to one another. */
export const startAll = async (
  founded: Founded,
  home: string,
  which: readonly number[] = founded.members.map((_, at) => at),
  options: Partial<PeerOptions> = {},
): Promise<Running[]> => {
  const peers: Running[] = [];
  for (const at of which) peers.push(await startMember(founded, at, home, options));
  introduce(peers);
  return peers;
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });

/** Starts a member that can be reached before it is open. */
export const startReachable = async (
  founded: Founded,
  at: number,
  home: string,
  others: readonly Running[],
  options: Partial<PeerOptions> = {},
): Promise<Running> => {
  const member = founded.members[at] ?? assert.fail();
  const address = { id: member.id, address: `127.0.0.1:${await freePort()}` };
  const log: Json[] = [];
  const [, port] = address.address.split(":");
  const grpc = { host: "127.0.0.1", port: Number(port) };
  const peer = makePeer(founded, member, home, log, { ...options, grpc });
  const addresses = [...others.map((other) => other.address), address];
  peer.setPeers(addresses);
  for (const other of others) other.peer.setPeers(addresses);
  const { restPort } = await peer.start();
  return { peer, url: `http://127.0.0.1:${restPort}`, address, home: join(home, member.id), log };
};

/** What a peer told of the snapshot that it began with, if it did. */
export const restored = ({ log }: Running): Json | undefined =>
  log.find(({ msg }) => msg === "the state of a snapshot is in place");

/** Runs a test with a home that is deleted at the end; what it adds to `peers` is closed before, whatever happens. */
export const withHome = async (work: (home: string, peers: Running[]) => Promise<void>): Promise<void> => {
  const home = await mkdtemp(join(tmpdir(), "dure-node-"));
  const peers: Running[] = [];
  try {
    await work(home, peers);
  } finally {
    for (const { peer } of peers) await peer.close();
    await rm(home, { recursive: true, force: true });
  }
};

/** Waits for a condition; fails with its name when it does not come true. */
export const until = async (what: string, isTrue: () => Promise<boolean> | boolean): Promise<void> => {
  const deadline = Date.now() + WAIT_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) assert.fail(`it did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

export const getJson = async (url: string): Promise<Json> => (await fetch(url)).json() as Promise<Json>;

export const postJson = async (
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly answer: Json }> => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, { method: "POST", body: text, headers });
  return { status: response.status, answer: (await response.json()) as Json };
};

export const statusOf = ({ peer }: Running) => peer.status() ?? assert.fail("the peer is not open");

/** Submits data or a call by v1 and waits until this peer has executed it; returns its id. */
export const commit = async (running: Running, body: unknown): Promise<string> => {
  const { answer } = await postJson(`${running.url}/api/v1/transactions`, body);
  assert.equal(answer["response_code"], "0", JSON.stringify(answer));
  const id = String(answer["tx_hash"]);
  await until(`transaction ${id} is executed`, () => isExecuted(running, id));
  return id;
};

export const isExecuted = async ({ url }: Running, id: string): Promise<boolean> =>
  (await getJson(`${url}/api/v2/transactions/${id}`))["status"] === "executed";

/** Waits until all have the same head, executed, with one state root; returns its height. */
export const agree = async (peers: readonly Running[]): Promise<number> => {
  await until("all peers show one head and one state", () => {
    const all = peers.map(statusOf);
    const [first] = all;
    return all.every(
      ({ blockId, stateRoot, executedHeight, height }) =>
        blockId === first?.blockId && stateRoot === first.stateRoot && executedHeight === height,
    );
  });
  return statusOf(peers[0] ?? assert.fail("no peers")).height;
};

/** A client's signed transaction. */
export const signed = (
  founded: Pick<Founded, "channelId">,
  { certificate, key }: Identity,
  value: unknown,
  change: Partial<TransactionBody> = {},
): Uint8Array =>
  signTransaction(
    suite,
    {
      channelId: founded.channelId,
      sender: certificateId(suite, certificate.der),
      salt: randomBytes(16),
      expiryMs: Date.now() + 60_000,
      score: "",
      payload: Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
      ...change,
    },
    key.seed,
  );
