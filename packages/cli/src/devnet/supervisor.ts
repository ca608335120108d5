import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { request } from "@dure/client/request";
import type { Event } from "../emit.ts";
import { keepGenesisFile } from "../home/genesis-file.ts";
import { pause } from "../pause.ts";
import { aborted } from "../until-stopped.ts";
import { issueClients } from "./clients.ts";
import { type KeptProcess, keepProcess } from "./kept-process.ts";
import { LOOPBACK } from "./ports.ts";
import { type PreparedHome, prepareHome, type Wanted, writeFoundation } from "./prepare-home.ts";
import { peerHome, peerSpec, stationSpec, tokenFor } from "./processes.ts";
import type { Reporter } from "./reporter.ts";

export type Supervision = {
  /** Aborts when the devnet should end in good order. */
  readonly stopping: AbortSignal;
  /** Aborts when it should end at once. */
  readonly forcing: AbortSignal;
  /** Whether a process that dies is started again. */
  readonly restart: boolean;
  /** Options of `dure peer` that each peer is started with. */
  readonly peerOptions: readonly string[];
};

/** Peers find one another by the RadioStation's directory, which each asks within a second. */
const CONNECT_MS_MAX = 30_000;

const isConnected = async (url: string, others: number): Promise<boolean> => {
  try {
    const { connected } = await request({ url, timeoutMs: 2_000 }, "/api/v2/status");
    return Array.isArray(connected) && connected.length >= others;
  } catch {
    return false;
  }
};

/** Resolves once every peer is linked with every other one, or after a while anyway: a devnet may start damaged. */
const awaitLinks = async (urls: readonly string[], stopping: AbortSignal): Promise<void> => {
  const untilMs = Date.now() + CONNECT_MS_MAX;
  while (!stopping.aborted && Date.now() < untilMs) {
    const linked = await Promise.all(urls.map((url) => isConnected(url, urls.length - 1)));
    if (linked.every(Boolean)) return;
    await pause(50, stopping);
  }
};

/**
 * Runs a devnet until it is told to stop: a RadioStation and its peers, each a process of its own, which are started
 * again when they die. Whatever way this ends, they end.
 *
 * @throws CliError if it cannot start; nothing runs then.
 */
export const runDevnet = async (
  wanted: Wanted,
  reporter: Reporter,
  supervision: Supervision,
): Promise<void> => {
  const home = resolve(wanted.home);
  const { stopping, forcing, restart, peerOptions } = supervision;
  const prepared = await prepareHome({ ...wanted, home });
  const kept: KeptProcess[] = [];
  const killAll = (): void => {
    for (const each of kept) each.kill();
  };
  forcing.addEventListener("abort", killAll);
  process.on("exit", killAll);

  const keep = async (name: string, spec: Parameters<typeof keepProcess>[0]): Promise<KeptProcess> => {
    const process = await keepProcess(spec, restart, {
      onEvent: (event: Event) => reporter.childEvent(name, event),
      onDied: (death) => {
        if (!stopping.aborted) reporter.died(death);
      },
      onRestarted: (pid) => reporter.restarted(name, pid),
    });
    kept.push(process);
    return process;
  };

  const starting = start({ home, wanted, prepared, keep, reporter, stopping, peerOptions });
  try {
    await Promise.race([starting, aborted(stopping)]);
    await aborted(stopping);
  } finally {
    await stop(kept, reporter);
    // A start that was interrupted may have begun one process more before it noticed.
    await starting.catch(() => undefined);
    await Promise.all(kept.map((each) => each.stop()));
    await prepared.release();
    process.off("exit", killAll);
  }
  reporter.stopped();
};

type Start = {
  readonly home: string;
  readonly wanted: Wanted;
  readonly prepared: PreparedHome;
  readonly keep: (name: string, spec: Parameters<typeof keepProcess>[0]) => Promise<KeptProcess>;
  readonly reporter: Reporter;
  readonly stopping: AbortSignal;
  readonly peerOptions: readonly string[];
};

/**
 * Starts everything at once, since starting a process takes longer than all that it does first; then lets the peers
 * register one by one, if the channel is not founded yet: validators stand in the genesis in that order.
 */
const start = async (starting: Start): Promise<void> => {
  const { home, wanted, prepared, keep, reporter, stopping, peerOptions } = starting;
  const { settings, plan, isNew } = prepared;
  const indexes = plan.peers.map((_, index) => index);
  const isFounded = indexes.every((index) => existsSync(join(peerHome(home, index), "genesis.json")));
  let isGated = !isFounded;
  await reporter.step(isFounded ? "Reading the home" : "Packing the SCOREs", () =>
    writeFoundation(home, settings, wanted.scores),
  );
  const [station, ...peers] = await Promise.all([
    keep("radiostation", async () => stationSpec(home, plan)),
    ...indexes.map((index) =>
      keep(`peer${index}`, () => peerSpec(home, plan, index, { isGated, peerOptions })),
    ),
  ]);
  assert.ok(station !== undefined);
  await reporter.step("Starting the RadioStation", async () => {
    await station.awaitEvent("ready");
    await issueClients(home);
  });
  if (!isFounded)
    for (const [index, peer] of peers.entries())
      await reporter.step(`Enrolling ${peer.name}`, async () => {
        peer.tell((await tokenFor(home, index)) ?? "");
        await peer.awaitEvent("registered");
      });
  await reporter.step(isFounded ? "Starting the peers" : "Founding the channel", () =>
    Promise.all(peers.map((peer) => peer.awaitEvent("ready"))),
  );
  await keepGenesisFile(home, join(peerHome(home, 0), "genesis.json"));
  isGated = false;
  const urls = plan.peers.map(({ rest }) => `http://${LOOPBACK}:${rest}`);
  await reporter.step("Linking the peers", () => awaitLinks(urls, stopping));
  if (stopping.aborted) return;
  const { channelId } = await peers[0]!.awaitEvent("ready");
  reporter.ready({
    home,
    channelId: String(channelId),
    isNew,
    processes: [station, ...peers].map((process, at) => {
      const ports = at === 0 ? plan.station : plan.peers[at - 1]!;
      const url = `http://${LOOPBACK}:${ports.rest}`;
      return { name: process.name, pid: process.pid() ?? 0, ports, url, log: process.logFile };
    }),
  });
};

/** The peers first, so that their RadioStation sees them go. */
const stop = async (kept: readonly KeptProcess[], reporter: Reporter): Promise<void> => {
  if (kept.length === 0) return;
  const peers = kept.filter(({ name }) => name !== "radiostation");
  await reporter.step("Stopping the peers", () => Promise.all(peers.map((peer) => peer.stop())));
  await reporter.step("Stopping the RadioStation", () =>
    Promise.all(kept.filter((each) => !peers.includes(each)).map((station) => station.stop())),
  );
};
