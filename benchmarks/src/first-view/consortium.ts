/** A channel whose every key is at hand, so that a whole chain can be signed by one process. */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  generateIdentityKey,
  type Identity,
  issue,
  makeRequest,
  makeRoot,
  seedOfPkcs8,
  writeIdentity,
} from "@dure/crypto/x509";
import {
  type ChannelConfig,
  DEFAULTS,
  type Epoch,
  firstEpoch,
  formatGenesis,
  parseGenesis,
} from "@dure/membership";
import { certificateId, type Hash, toHex } from "@dure/types";

const ORGANISATION = "bench";
const VALIDATORS = 4;
const YEAR_MS = 365 * 86_400_000;

/** The peer that holds the chain: a follower, so that it never votes on what others signed. */
const FOLLOWER = `reader.${ORGANISATION}`;
const CHANNEL = "bench";

export const suite = createSodiumSuite();

export type Consortium = {
  readonly genesisText: string;
  readonly channelId: Hash;
  readonly config: ChannelConfig;
  readonly epoch: Epoch;
  /** The validators' consensus seeds, by index. */
  readonly seeds: readonly Uint8Array[];
  readonly client: { readonly der: Uint8Array; readonly sender: Hash; readonly seed: Uint8Array };
  readonly follower: Identity;
};

/** Founds the channel at a time in the past, with certificates that are valid from then until a year from now. */
export const foundConsortium = async (foundedMs: number): Promise<Consortium> => {
  const notBeforeMs = foundedMs - 60_000;
  const notAfterMs = Date.now() + YEAR_MS;
  const rootKey = generateIdentityKey();
  const root = await makeRoot({ organisation: ORGANISATION, nowMs: notBeforeMs, notAfterMs, key: rootKey });
  const enrol = async (commonName: string, role: string): Promise<Identity> => {
    const key = generateIdentityKey();
    const request = await makeRequest({ commonName, organisation: ORGANISATION, roles: [role] }, key);
    const issued = await issue({ suite, root, rootKey, request, roles: [role], notBeforeMs, notAfterMs });
    if (!issued.ok) throw new Error(issued.message);
    return { certificate: issued.certificate, key, root };
  };
  const seeds = Array.from({ length: VALIDATORS }, () => new Uint8Array(randomBytes(32)));
  const genesisText = formatGenesis({
    ...DEFAULTS,
    format: "dure/genesis/1",
    name: CHANNEL,
    timestampMs: foundedMs,
    organisations: [{ name: ORGANISATION, root: Buffer.from(root.der).toString("base64") }],
    validators: seeds.map((seed, at) => ({
      id: `peer${at}.${ORGANISATION}`,
      publicKey: toHex(suite.publicKeyOf(seed)),
      weight: 1,
    })),
    followers: [FOLLOWER],
    revoked: [],
    scores: [],
    defaultScore: "",
  });
  const parsed = parseGenesis(suite, genesisText);
  if (!parsed.ok) throw new Error(parsed.message);
  const { config, channelId } = parsed;
  const epoch = firstEpoch(parsed.document, channelId);
  const client = await enrol("alice", "client");
  const { der } = client.certificate;
  return {
    genesisText,
    channelId,
    config,
    epoch,
    seeds,
    client: { der, sender: certificateId(suite, der), seed: seedOfPkcs8(client.key.pem) },
    follower: await enrol(FOLLOWER, "peer"),
  };
};

/** The options by which a peer starts on what `carry` wrote. */
export const peerOptions = (directory: string): readonly string[] => {
  const identity = join(directory, "identity");
  return [
    ...["--home", join(directory, "home"), "--name", FOLLOWER, "--channel", CHANNEL],
    ...["--genesis", join(directory, "genesis.json")],
    ...["--certificate", join(identity, "certificate.pem"), "--key", join(identity, "key.pem")],
    ...["--root", join(identity, "root.pem")],
  ];
};

/** Writes what the follower is carried by hand: its identity, the genesis, and a consensus key that never votes. */
export const carry = async (directory: string, { genesisText, follower }: Consortium): Promise<void> => {
  const home = join(directory, "home");
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeIdentity(join(directory, "identity"), follower);
  // A home with a channel and without this file is taken for one that lost its key.
  await writeFile(join(home, "consensus.key"), `${toHex(new Uint8Array(randomBytes(32)))}\n`, {
    mode: 0o600,
  });
  // Last: it tells a directory that is complete.
  await writeFile(join(directory, "genesis.json"), genesisText);
};
