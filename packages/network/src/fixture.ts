import { generateKeyPairSync, type KeyObject, webcrypto } from "node:crypto";
import { pemOf } from "@dure/crypto/x509";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { NetworkEvent } from "./event.ts";
import type { Lane } from "./lane.ts";
import type { TransportIdentity } from "./peer-identity.ts";
import { flat } from "./topology/flat.ts";
import { createTransport, type Membership, type Transport, type TransportOptions } from "./transport.ts";

/**
 * For the tests of this package: authorities that sign anything, and peers that write down what happens to them.
 * (`@dure/crypto/x509` would refuse to issue the certificates that an attacker's authority issues.)
 */

const HOUR_MS = 3_600_000;
const ED25519 = { name: "Ed25519" };

type KeyPair = { readonly pem: string; readonly keys: webcrypto.CryptoKeyPair };

const newKeys = async (): Promise<KeyPair> => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const imported = async (format: "pkcs8" | "spki", key: KeyObject, use: "sign" | "verify") =>
    webcrypto.subtle.importKey(
      format,
      key.export({ type: format, format: "der" } as never) as unknown as Uint8Array<ArrayBuffer>,
      ED25519,
      true,
      [use],
    );
  return {
    pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    keys: {
      privateKey: await imported("pkcs8", privateKey, "sign"),
      publicKey: await imported("spki", publicKey, "verify"),
    },
  };
};

const nameOf = (commonName: string, organisation: string, roles: readonly string[] = []) => [
  { CN: [commonName] },
  { O: [organisation] },
  ...roles.map((role) => ({ OU: [role] })),
];

export type Named = {
  readonly commonName: string;
  readonly organisation?: string;
  readonly roles?: readonly string[];
  readonly validForMs?: number;
};

export type Authority = {
  readonly rootPem: string;
  /** An identity signed by this authority, whatever it says, which trusts `roots` or else this authority alone. */
  issue(named: Named, roots?: readonly string[]): Promise<TransportIdentity>;
};

/** A self-signed root of an organisation. */
export const makeAuthority = async (organisation = "devnet"): Promise<Authority> => {
  const root = await newKeys();
  const issuer = nameOf("root", organisation);
  const times = (validForMs: number) => ({
    notBefore: new Date(Date.now() - HOUR_MS),
    notAfter: new Date(Date.now() + validForMs),
  });
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: "01",
      name: issuer,
      ...times(HOUR_MS),
      keys: root.keys,
      signingAlgorithm: ED25519,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      ],
    },
    webcrypto as never,
  );
  const rootPem = pemOf("CERTIFICATE", new Uint8Array(certificate.rawData));
  return {
    rootPem,
    issue: async ({ commonName, organisation: of = organisation, roles = ["peer"], validForMs }, roots) => {
      const leaf = await newKeys();
      const issued = await X509CertificateGenerator.create(
        {
          serialNumber: `4${Math.random().toString(16).slice(2, 11)}0`.slice(0, 10),
          subject: nameOf(commonName, of, roles),
          issuer,
          ...times(validForMs ?? HOUR_MS),
          publicKey: leaf.keys.publicKey,
          signingKey: root.keys.privateKey,
          signingAlgorithm: ED25519,
          extensions: [
            new BasicConstraintsExtension(false, undefined, true),
            new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
            new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          ],
        },
        webcrypto as never,
      );
      return {
        certificatePem: pemOf("CERTIFICATE", new Uint8Array(issued.rawData)),
        keyPem: leaf.pem,
        rootsPem: roots ?? [rootPem],
      };
    },
  };
};

/** Waits for a condition. @throws Error naming it when ten seconds have not been enough. */
export const until = async (what: string, condition: () => boolean, withinMs = 10_000): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

export const CHANNEL = "ab".repeat(32);
export const OTHER_CHANNEL = "cd".repeat(32);

export type Arrival = { readonly from: string; readonly lane: Lane; readonly frame: Uint8Array };

/** A transport with one channel joined, and its history. */
export type TestPeer = {
  readonly id: string;
  readonly transport: Transport;
  readonly membership: Membership;
  readonly address: string;
  readonly port: number;
  readonly frames: Arrival[];
  /** `+peer` and `-peer`, in order. */
  readonly ups: string[];
  readonly events: NetworkEvent[];
};

/** Starts a peer on a free port of the loopback. */
export const startPeer = async (
  id: string,
  identity: TransportIdentity,
  given: Partial<TransportOptions> = {},
): Promise<TestPeer> => {
  const frames: Arrival[] = [];
  const ups: string[] = [];
  const events: NetworkEvent[] = [];
  const transport = createTransport({
    self: id,
    host: "127.0.0.1",
    port: 0,
    identity,
    topology: flat(id),
    authorize: () => true,
    onEvent: (event) => events.push(event),
    ...given,
  });
  const membership = transport.join(CHANNEL, {
    onFrame: (from, lane, frame) => frames.push({ from, lane, frame }),
    onUp: (peerId) => ups.push(`+${peerId}`),
    onDown: (peerId) => ups.push(`-${peerId}`),
  });
  const { port } = await transport.start();
  return { id, transport, membership, port, address: `127.0.0.1:${port}`, frames, ups, events };
};

/** Gives every peer the addresses of all. */
export const introduce = (...peers: readonly TestPeer[]): void => {
  const book = peers.map(({ id, address }) => ({ id, address }));
  for (const { transport } of peers) transport.setPeers(book);
};

/** True if the two have each other in the channel. */
export const linked = (one: TestPeer, two: TestPeer, channelId = CHANNEL): boolean =>
  one.transport.connected(channelId).includes(two.id) && two.transport.connected(channelId).includes(one.id);
