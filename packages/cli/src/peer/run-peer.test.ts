import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { readIdentity } from "@dure/crypto/x509";
import { createLogger } from "@dure/node";
import { createRadioStation, createToken } from "@dure/radiostation";
import type { Event } from "../emit.ts";
import { CliError } from "../error.ts";
import { composeGenesis } from "../station/compose-genesis.ts";
import type { Foundation } from "../station/found-file.ts";
import { runPeer } from "./run-peer.ts";
import { type PeerSettings, settle } from "./settings.ts";

const suite = createSodiumSuite();
const parent = await mkdtemp(join(tmpdir(), "dure-cli-"));
const undone: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const undo of undone.reverse()) await undo();
  await rm(parent, { recursive: true, force: true });
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};

const foundation: Foundation = {
  channel: "trade",
  validators: 1,
  policies: { peerSubmits: true },
  scores: [],
  defaultScore: "",
};

const startStation = async (changes: { readonly certificateLifeMs?: number } = {}) => {
  const home = await mkdtemp(join(parent, "station-"));
  const station = createRadioStation({
    home,
    organisation: "org",
    logger: createLogger("radiostation", "silent"),
    restPort: 0,
    grpcPort: 0,
    found: {
      channel: foundation.channel,
      validators: foundation.validators,
      document: (founders) => composeGenesis(home, foundation, founders, { nowMs: Date.now(), suite }),
    },
    ...changes,
  });
  const { grpcPort } = await station.start();
  undone.push(() => station.close());
  const token = (commonName: string) =>
    createToken(home, { commonName, roles: ["peer"], ttlMs: 60_000, suite });
  return { home, address: `127.0.0.1:${grpcPort}`, token, close: () => station.close() };
};

const settingsOf = async (changes: Partial<PeerSettings>): Promise<PeerSettings> =>
  settle(
    {
      home: await mkdtemp(join(parent, "peer-")),
      name: "peer0.org",
      channel: "trade",
      logLevel: "silent",
      grpcPort: await freePort(),
      restPort: await freePort(),
      ...changes,
    },
    {},
  );

/** A peer that runs in this process: its events, and what stops it. */
const startPeer = async (settings: PeerSettings) => {
  const stopping = new AbortController();
  const events: Event[] = [];
  const failures: unknown[] = [];
  const running = runPeer(
    settings,
    (event) => events.push(event),
    stopping.signal,
    (error) => failures.push(error),
  );
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
  };
  undone.push(() => stop().catch(() => undefined));
  let hasEnded = false;
  running
    .catch(() => undefined)
    .finally(() => {
      hasEnded = true;
    });
  await until(() => hasEnded || events.some(({ event }) => event === "ready"));
  if (hasEnded) await running;
  return { events, failures, stop, url: `http://127.0.0.1:${settings.restPort}` };
};

const until = async (isTrue: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isTrue())) await delay(20);
};

const record = async (url: string, data: string): Promise<string> => {
  const answer = await fetch(`${url}/api/v1/transactions`, {
    method: "POST",
    body: JSON.stringify({ data }),
  });
  const { tx_hash } = (await answer.json()) as { tx_hash: string };
  const hash = `${url}/api/v1/transactions?hash=${tx_hash}`;
  await until(
    async () => ((await (await fetch(hash)).json()) as Record<string, unknown>)["response_code"] === 0,
  );
  return ((await (await fetch(hash)).json()) as { public_key: string }).public_key;
};

const named = ({ event }: Event): string => event;
const failsWith = (code: string, work: Promise<unknown>): Promise<void> =>
  assert.rejects(work, (error) => error instanceof CliError && error.code === code);

test("a peer enrols, registers, founds its channel, and starts again without its RadioStation", {
  timeout: 60_000,
}, async () => {
  const station = await startStation();
  const settings = await settingsOf({
    radiostation: station.address,
    token: await station.token("peer0.org"),
  });
  const first = await startPeer(settings);
  assert.deepEqual(first.events.map(named), ["enrolled", "registered", "waiting", "ready"]);
  await record(first.url, "one");
  await first.stop();
  assert.deepEqual(first.failures, []);

  await station.close();
  const second = await startPeer(settings);
  assert.deepEqual(second.events.map(named), ["ready"]);
  await record(second.url, "two");
  await second.stop();

  // From here on the home is one peer's of one channel, and says so.
  await failsWith("IDENTITY_FOREIGN", startPeer({ ...settings, name: "peer1.org" }));
  await failsWith("GENESIS_REFUSED", startPeer({ ...settings, channel: "other" }));
  const genesis = await readFile(join(settings.home, "genesis.json"), "utf8");
  const forged = join(settings.home, "forged.json");
  await writeFile(forged, genesis.replace('"timestampMs": ', '"timestampMs": 1'));
  await failsWith("GENESIS_CONFLICT", startPeer({ ...settings, genesis: forged }));
  await rm(join(settings.home, "consensus.key"));
  await failsWith("CONSENSUS_KEY_MISSING", startPeer(settings));
});

test("a peer renews its certificate while it runs, and signs with the new one", {
  timeout: 60_000,
}, async () => {
  // Due after four seconds, and over after six.
  const station = await startStation({ certificateLifeMs: 6_000 });
  const settings = await settingsOf({
    radiostation: station.address,
    token: await station.token("peer0.org"),
  });
  const directory = join(settings.home, "identity");
  const peer = await startPeer(settings);
  const enrolled = peer.events.find(({ event }) => event === "enrolled")?.["serial"];
  const serial = async () => (await readIdentity(directory, suite)).certificate.serial;
  await until(async () => (await serial().catch(() => enrolled)) !== enrolled);
  const der = async () =>
    Buffer.from((await readIdentity(directory, suite)).certificate.der).toString("base64");
  await until(async () => {
    const key = await record(peer.url, "signed");
    return key === (await der().catch(() => ""));
  });
  await peer.stop();
});

test("files carried by hand are all that a peer needs", { timeout: 60_000 }, async () => {
  const station = await startStation();
  const enrolled = await settingsOf({
    radiostation: station.address,
    token: await station.token("peer0.org"),
  });
  const first = await startPeer(enrolled);
  await first.stop();
  await station.close();
  // What an operator would carry: identity, consensus key and genesis.
  const settings = await settingsOf({
    certificate: join(enrolled.home, "identity", "certificate.pem"),
    key: join(enrolled.home, "identity", "key.pem"),
    root: join(enrolled.home, "identity", "root.pem"),
    genesis: join(enrolled.home, "genesis.json"),
  });
  await writeFile(
    join(settings.home, "consensus.key"),
    await readFile(join(enrolled.home, "consensus.key"), "utf8"),
  );
  const peer = await startPeer(settings);
  assert.deepEqual(peer.events.map(named), ["ready"]);
  await record(peer.url, "by hand");
  await peer.stop();
  assert.deepEqual(peer.events.map(named), ["ready", "stopped"]);
});

test("without identity, token or genesis a peer says what it lacks", async () => {
  await failsWith("IDENTITY_MISSING", startPeer(await settingsOf({ radiostation: "127.0.0.1:1" })));
  await failsWith("IDENTITY_MISSING", startPeer(await settingsOf({ token: "dure1.x" })));
});
