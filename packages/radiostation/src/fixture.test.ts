import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { CryptoSuite } from "@dure/crypto";
import { createSodiumSuite } from "@dure/crypto/sodium";
import type { Identity } from "@dure/crypto/x509";
import { pino } from "pino";
import {
  createRadioStation,
  createToken,
  type PeerStatus,
  RadioStationError,
  type RadioStationErrorCode,
  type RadioStationOptions,
  radioStationClient,
} from "./index.ts";

/** Real RadioStations on free ports, whose homes and processes' ends the tests share. */
export const suite: CryptoSuite = createSodiumSuite();
export const HOUR = 3_600_000;
export const logger = pino({ level: "silent" });

const undone: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const undo of undone.reverse()) await undo();
});
export const atEnd = (undo: () => Promise<void> | void): void => void undone.push(undo);

export const newHome = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), "dure-rs-"));
  atEnd(() => rm(directory, { recursive: true, force: true }));
  return join(directory, "home");
};

export const stationOf = (options: Partial<RadioStationOptions> & { home: string }) => {
  const ports = { restPort: 0, grpcPort: 0 };
  const station = createRadioStation({
    organisation: "devnet",
    logger,
    ...ports,
    watchIntervalMs: 20,
    ...options,
  });
  atEnd(station.close);
  return station;
};

export const startStation = async (options: Partial<RadioStationOptions> & { home?: string } = {}) => {
  const home = options.home ?? (await newHome());
  const station = stationOf({ ...options, home });
  const ports = await station.start();
  const address = `127.0.0.1:${ports.grpcPort}`;
  const rest = `http://127.0.0.1:${ports.restPort}`;
  const client = (identity?: Identity, token?: string) => {
    const made = radioStationClient({
      address,
      timeoutMs: 5_000,
      ...(identity && { identity }),
      ...(token !== undefined && { token }),
    });
    atEnd(made.close);
    return made;
  };
  const token = (commonName: string, roles: readonly string[], ttlMs = HOUR) =>
    createToken(home, { commonName, roles, ttlMs, suite });
  const enrol = async (commonName: string, roles: readonly string[] = ["peer"]) => {
    const made = client(undefined, await token(commonName, roles));
    return { client: made, identity: await made.enrol({ commonName, roles }) };
  };
  return { home, station, address, rest, ...ports, client, token, enrol };
};

/** An enrolled and registered peer, with its consensus key's seed filled with one byte. */
export const startPeer = async (network: Awaited<ReturnType<typeof startStation>>, index: number) => {
  const { client, identity } = await network.enrol(`peer${index}.devnet`);
  const seed = new Uint8Array(32).fill(index + 1);
  const registration = {
    grpcAddress: `127.0.0.1:${7100 + index}`,
    restAddress: `127.0.0.1:${9000 + 100 * index}`,
    consensusPublicKey: suite.publicKeyOf(seed),
    sign: (statement: Uint8Array) => suite.sign(seed, statement),
  };
  const order = await client.register(registration);
  return { client, identity, registration, order };
};

export const statusOf = (index: number, changes: Partial<PeerStatus> = {}): PeerStatus => ({
  made_block_count: 3,
  status: "Service is online: 1",
  peer_type: "0",
  audience_count: "0",
  consensus: "lft",
  peer_id: `peer${index}.devnet`,
  block_height: 12,
  total_tx: 40,
  peer_target: `127.0.0.1:${7100 + index}`,
  leader_complaint: 1,
  ...changes,
});

/** Asserts that the work fails with a RadioStationError of this code. */
export const failsWith = async (code: RadioStationErrorCode, work: Promise<unknown>): Promise<void> => {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof RadioStationError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
};
