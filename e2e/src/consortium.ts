/**
 * One organisation with its peers in this process: real peers, sockets and disks, whose keys a test holds, so that it
 * can also play a member that lies. The devnet's keys belong to its own processes.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSodiumSuite, randomBytes } from "@dure/crypto/sodium";
import { generateIdentityKey, type Identity, issue, makeRequest, makeRoot } from "@dure/crypto/x509";
import { DEFAULTS, formatGenesis, parseGenesis } from "@dure/membership";
import { createPeer, type Peer } from "@dure/node";
import { pack } from "@dure/score-host";
import { type Hash, toHex } from "@dure/types";
import { pino } from "pino";

const DAY_MS = 86_400_000;
const ORGANISATION = "org";

export const suite = createSodiumSuite();

/** A peer's id, identity and consensus key. */
export type Member = { readonly id: string; readonly identity: Identity; readonly seed: Uint8Array };

export type Consortium = {
  readonly genesisText: string;
  readonly channelId: Hash;
  readonly members: readonly Member[];
};

/** A line of a peer's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A running peer, where it is, and what it has logged so far. */
export type Running = {
  readonly peer: Peer;
  readonly id: string;
  readonly url: string;
  readonly address: { readonly id: string; readonly address: string };
  readonly log: readonly LogLine[];
};

/** Founds a channel whose validators have these weights, in this order; member N is `peerN.org`. */
export const foundConsortium = async (weights: readonly number[]): Promise<Consortium> => {
  const nowMs = Date.now();
  const rootKey = generateIdentityKey();
  const root = await makeRoot({
    organisation: ORGANISATION,
    nowMs,
    notAfterMs: nowMs + DAY_MS,
    key: rootKey,
  });
  const enrol = async (_weight: number, at: number): Promise<Member> => {
    const id = `peer${at}.${ORGANISATION}`;
    const key = generateIdentityKey();
    const request = await makeRequest({ commonName: id, organisation: ORGANISATION, roles: ["peer"] }, key);
    const term = { notBeforeMs: nowMs - 60_000, notAfterMs: nowMs + DAY_MS };
    const issued = await issue({ suite, root, rootKey, request, roles: ["peer"], ...term });
    assert.ok(issued.ok);
    return { id, identity: { certificate: issued.certificate, key, root }, seed: randomBytes(32) };
  };
  const members = await Promise.all(weights.map(enrol));
  const score = await pack(
    fileURLToPath(new URL("../../examples/contract-agreement/contract.ts", import.meta.url)),
  );
  const genesisText = formatGenesis({
    ...DEFAULTS,
    // Members that are away or lie lead in their turn: short views keep the test short.
    consensus: { ...DEFAULTS.consensus, baseMs: 150, resendMs: 150, statusMs: 150 },
    format: "dure/genesis/1",
    name: "test",
    timestampMs: nowMs,
    organisations: [{ name: ORGANISATION, root: Buffer.from(root.der).toString("base64") }],
    validators: members.map(({ id, seed }, at) => ({
      id,
      publicKey: toHex(suite.publicKeyOf(seed)),
      weight: weights[at] ?? 1,
    })),
    followers: [],
    policies: { submitRoles: ["client", "admin"], peerSubmits: true },
    revoked: [],
    scores: [score],
    defaultScore: score.name,
  });
  const parsed = parseGenesis(suite, genesisText);
  assert.ok(parsed.ok);
  return { genesisText, channelId: parsed.channelId, members };
};

/** Starts a member's peer on free ports. A failure of the peer fails the test through `onFailed`. */
export const startMember = async (
  { genesisText }: Consortium,
  { id, identity, seed }: Member,
  home: string,
): Promise<Running> => {
  const log: LogLine[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => log.push(JSON.parse(line) as LogLine) });
  const peer = createPeer({
    home: join(home, id),
    identity,
    consensusSeed: seed,
    genesisText,
    grpc: { host: "127.0.0.1", port: 0 },
    rest: { host: "127.0.0.1", port: 0 },
    logger,
    onFailed: (error) => {
      throw error;
    },
  });
  const { grpcPort, restPort } = await peer.start();
  const address = { id, address: `127.0.0.1:${grpcPort}` };
  return { peer, id, url: `http://127.0.0.1:${restPort}`, address, log };
};

/** Tells every peer where all of them are. */
export const introduce = (
  peers: readonly Running[],
  others: readonly { readonly id: string; readonly address: string }[] = [],
): void => {
  const book = [...peers.map(({ address }) => address), ...others];
  for (const { peer } of peers) peer.setPeers(book);
};
