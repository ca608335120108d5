import { existsSync } from "node:fs";
import { join } from "node:path";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { certificateValidAt, readIdentity } from "@dure/crypto/x509";
import { createToken } from "@dure/radiostation";
import { identityDirectory } from "../peer/identity.ts";
import type { ChildSpec } from "./child.ts";
import { LOOPBACK, type PortPlan } from "./ports.ts";

/** The one organisation, and the one channel, of a devnet. */
export const DEVNET = "devnet";
const TOKEN_LIFE_MS = 10 * 60_000;

/** Where a devnet's RadioStation lives. */
const stationHome = (home: string): string => join(home, "radiostation");
/** Where peer N of a devnet lives. */
export const peerHome = (home: string, index: number): string => join(home, `peer${index}`);
const logFile = (home: string, name: string): string => join(home, "logs", `${name}.log`);

/** What a devnet's RadioStation is started with. */
export const stationSpec = (home: string, { station }: PortPlan): ChildSpec => ({
  name: "radiostation",
  logFile: logFile(home, "radiostation"),
  args: [
    "radiostation",
    ...["--home", stationHome(home)],
    ...["--organisation", DEVNET],
    ...["--found", join(home, "found.json")],
    ...["--host", LOOPBACK],
    ...["--rest-port", String(station.rest)],
    ...["--grpc-port", String(station.grpc)],
  ],
});

const peerId = (index: number): string => `peer${index}.${DEVNET}`;

/** A token for peer N, if it has no certificate that is still good. The RadioStation's home exists. */
export const tokenFor = async (home: string, index: number): Promise<string | undefined> => {
  const directory = identityDirectory(peerHome(home, index));
  if (existsSync(join(directory, "certificate.pem"))) {
    const identity = await readIdentity(directory, createSodiumSuite()).catch(() => undefined);
    // A damaged one is for the peer to refuse: another identity must not take its place unseen.
    if (identity === undefined || certificateValidAt(identity.certificate, Date.now())) return undefined;
  }
  return createToken(stationHome(home), { commonName: peerId(index), roles: ["peer"], ttlMs: TOKEN_LIFE_MS });
};

type PeerStart = {
  /** Whether it waits for a line on stdin, its token or nothing, before it enrols and registers. */
  readonly isGated: boolean;
  /** Options of `dure peer` beside those that a devnet gives. */
  readonly peerOptions: readonly string[];
};

/**
 * What a devnet's peer is started with. A token never goes by the arguments, which everyone on the machine can read.
 */
export const peerSpec = async (
  home: string,
  plan: PortPlan,
  index: number,
  { isGated, peerOptions }: PeerStart,
): Promise<ChildSpec> => {
  const ports = plan.peers[index]!;
  const token = isGated ? undefined : await tokenFor(home, index);
  return {
    name: `peer${index}`,
    logFile: logFile(home, `peer${index}`),
    ...(token !== undefined && { env: { DURE_TOKEN: token } }),
    args: [
      "peer",
      ...["--home", peerHome(home, index)],
      ...["--name", peerId(index)],
      ...["--channel", DEVNET],
      ...["--radiostation", `${LOOPBACK}:${plan.station.grpc}`],
      ...["--grpc-host", LOOPBACK, "--grpc-port", String(ports.grpc)],
      ...["--rest-host", LOOPBACK, "--rest-port", String(ports.rest)],
      // The RadioStation's page has a box that sends one, as the peers' own pages have.
      ...[LOOPBACK, "localhost"].flatMap((host) => ["--page-origin", `http://${host}:${plan.station.rest}`]),
      ...peerOptions,
      ...(isGated ? ["--token", "-"] : []),
    ],
  };
};
