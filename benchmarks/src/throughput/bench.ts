/** A network under load, and what comes of it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quantile } from "../quantiles.ts";
import type { LoadRequest, LoadResult } from "./load-protocol.ts";
import { type Loader, startLoader } from "./loader.ts";
import { countsOf, cpuOf, memoryOf, type Network, startNetwork, statusOf } from "./network.ts";
import { makePayers } from "./payers.ts";

export type Latency = { readonly p50: number; readonly p99: number; readonly p999: number };

/** CPU of one transaction in microseconds, a mean over the peers. */
export type Cpu = {
  readonly peerMain: number;
  readonly peerVerify: number;
  readonly peerOther: number;
  readonly scoreHost: number;
  readonly client: number;
};

export type Loaded = {
  /** Transactions a second that the slowest peer committed and executed. */
  readonly perSecond: number;
  /** Milliseconds from when a transaction was due until its client had what it waited for. */
  readonly latencyMs: Latency;
  readonly cpuUs: Cpu;
  readonly transactionsPerBlock: number;
  /** Of one peer, a mean: what is the same on every machine. */
  readonly perTransaction: {
    readonly verified: number;
    readonly bytesSent: number;
    readonly bytesLogged: number;
  };
  readonly perBlock: { readonly syncs: number; readonly frames: number };
  /** Greatest of the peers, in bytes. */
  readonly memory: { readonly peer: number; readonly hosts: number };
  readonly refused: Readonly<Record<string, number>>;
};

export type NetworkShape = {
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly accounts?: number;
  readonly noteBytes?: number;
};

export type Bench = {
  readonly network: Network;
  readonly loader: Loader;
  readonly directory: string;
};

const PAYERS = 20;
const ACCOUNTS = 10_000;
/** Apart from a devnet's own ports, so that one may run beside, and below those that systems give to connections. */
const PORT_OFFSET = 12_000;
const SETTLE_MS = 500;
const SETTLE_ATTEMPTS = 120;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs work on a network of its own, which is gone afterwards with all its data. */
export const withNetwork = async <T>(
  { options = [], env = {}, accounts = ACCOUNTS, noteBytes = 0 }: NetworkShape,
  work: (bench: Bench) => Promise<T>,
): Promise<T> => {
  const directory = await mkdtemp(join(tmpdir(), "dure-bench-"));
  let network: Network | undefined;
  let loader: Loader | undefined;
  try {
    network = await startNetwork(
      join(directory, "home"),
      ["--port-offset", String(PORT_OFFSET), ...options],
      env,
    );
    const payers = await makePayers(network, PAYERS);
    const urls = network.peers.map(({ url }) => url);
    loader = await startLoader({ channelId: network.channelId, urls, payers, accounts, noteBytes });
    return await work({ network, loader, directory });
  } finally {
    await loader?.stop();
    await network?.stop();
    await rm(directory, { recursive: true, force: true });
  }
};

/**
 * Waits until all peers have executed the same height with the same state. Throws if they never do, or differ: then
 * nothing that was measured counts.
 */
export const settled = async ({ peers }: Network): Promise<void> => {
  for (let attempt = 0; attempt < SETTLE_ATTEMPTS; attempt++) {
    const statuses = await Promise.all(peers.map(statusOf));
    const [first] = statuses;
    const isSame = statuses.every(
      ({ height, executedHeight }) => height === first?.height && executedHeight === height,
    );
    if (isSame) {
      const differs = statuses.some(
        ({ stateRoot, transactionCount }) =>
          stateRoot !== first?.stateRoot || transactionCount !== first.transactionCount,
      );
      if (differs) throw new Error("the peers executed the same blocks to different states");
      return;
    }
    await pause(SETTLE_MS);
  }
  throw new Error("the peers did not come to the same height");
};

const checked = (result: LoadResult): LoadResult => {
  if (result.failed > 0 || result.lost > 0)
    throw new Error(`${result.failed} failed, ${result.lost} without an answer: ${result.firstReason ?? ""}`);
  return result;
};

const snapshot = async ({ peers }: Network) => ({
  atMs: performance.now(),
  statuses: await Promise.all(peers.map(statusOf)),
  counts: await Promise.all(peers.map(countsOf)),
  cpu: peers.map(cpuOf),
});

const mean = (figures: readonly number[]): number =>
  figures.reduce((sum, figure) => sum + figure, 0) / figures.length;

/** Puts a load on and measures; a load in which any transaction failed, or had no answer, is an error. */
export const underLoad = async ({ network, loader }: Bench, request: LoadRequest): Promise<Loaded> => {
  const { peers } = network;
  await settled(network);
  const before = await snapshot(network);
  const result = checked(await loader.run(request));
  const seconds = (performance.now() - before.atMs) / 1_000;
  const memory = peers.map(memoryOf);
  await settled(network);
  const after = await snapshot(network);
  const committed = after.statuses.map(
    ({ transactionCount }, at) => transactionCount - (before.statuses[at]?.transactionCount ?? 0),
  );
  const [transactions = 0] = committed;
  if (transactions !== result.done)
    throw new Error(`${result.done} were answered, ${transactions} committed`);
  const [blocks = 1] = after.statuses.map(({ height }, at) => height - (before.statuses[at]?.height ?? 0));
  type Key = keyof (typeof after.counts)[number];
  const counted = (key: Key): number =>
    mean(after.counts.map((counts, at) => counts[key] - (before.counts[at]?.[key] ?? 0)));
  const cpu = (key: keyof (typeof after.cpu)[number]): number =>
    (mean(after.cpu.map((each, at) => each[key] - (before.cpu[at]?.[key] ?? 0))) * 1e6) / transactions;
  const at = (share: number): number => quantile(result.latenciesMs, share);
  return {
    perSecond: Math.min(...committed) / seconds,
    latencyMs: { p50: at(0.5), p99: at(0.99), p999: at(0.999) },
    cpuUs: {
      peerMain: cpu("mainS"),
      peerVerify: cpu("busiestS"),
      peerOther: cpu("otherS"),
      scoreHost: cpu("hostsS"),
      client: (result.cpuS * 1e6) / transactions,
    },
    transactionsPerBlock: transactions / blocks,
    perTransaction: {
      verified: counted("signaturesVerified") / transactions,
      bytesSent: counted("bytesSent") / transactions,
      bytesLogged: counted("diskBytes") / transactions,
    },
    perBlock: { syncs: counted("diskSyncs") / blocks, frames: counted("framesSent") / blocks },
    memory: {
      peer: Math.max(...memory.map(({ peer }) => peer)),
      hosts: Math.max(...memory.map(({ hosts }) => hosts)),
    },
    refused: result.refused,
  };
};
