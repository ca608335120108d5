/** Everything that `npm run bench` measures, in order. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { medianOf, quantile } from "../quantiles.ts";
import { type Bench, type Latency, type Loaded, pause, settled, underLoad, withNetwork } from "./bench.ts";
import { type EtcdMeasured, measureEtcd } from "./etcd.ts";
import { FILLER, fillState } from "./fill.ts";
import type { LoadRequest } from "./load-protocol.ts";
import { ceilingOf, type Machine, measureMachine, measureVerifications } from "./machine.ts";
import { bytesUnder, statusOf } from "./network.ts";
import { partsOf } from "./parts.ts";
import { measureRestart, type Restarted } from "./restart.ts";

/** How long everything takes: a quick run shows that it works, and little more. */
export type Lengths = {
  readonly warmUpS: number;
  readonly saturationS: number;
  readonly saturationRuns: number;
  readonly loadS: number;
  readonly idleTransactions: number;
  readonly growth: boolean;
};

/** How far the growth curves go. */
export type Sizes = {
  /** Keys in the state, ascending. */
  readonly keys: readonly number[];
  /** Transactions of the chain that a peer restarts with and catches up to. */
  readonly history: number;
};

export const FULL: Lengths = {
  warmUpS: 40,
  saturationS: 15,
  saturationRuns: 3,
  loadS: 15,
  idleTransactions: 300,
  growth: true,
};

export const QUICK: Lengths = {
  warmUpS: 6,
  saturationS: 5,
  saturationRuns: 1,
  loadS: 4,
  idleTransactions: 40,
  growth: false,
};

/** One point of a growth curve: what was varied, and what it came to. */
export type Point = { readonly at: string; readonly perSecond: number; readonly p50Ms: number };

export type Report = {
  readonly startedAt: string;
  readonly node: string;
  readonly cpu: string;
  readonly machine: Machine;
  readonly ceiling: number;
  readonly saturation: Loaded;
  readonly saturationRuns: readonly number[];
  readonly singles: Loaded;
  readonly idle: { readonly final: Latency; readonly executed: Latency };
  readonly loads: readonly { readonly share: number; readonly perSecond: number; readonly loaded: Loaded }[];
  readonly diskBytesPerTransaction: number;
  /** Shares of a peer's main thread. */
  readonly parts: Readonly<Record<string, number>> | undefined;
  readonly growth: Readonly<Record<string, readonly Point[]>>;
  readonly restart: Restarted | undefined;
  readonly etcd: EtcdMeasured | undefined;
};

const BATCH = 250;
const IN_FLIGHT = 6_000;
const SINGLES_IN_FLIGHT = 1_000;
const IDLE_PER_SECOND = 20;
const SHARES = [0.25, 0.5, 0.75, 0.9];
const LOAD_BATCH = 50;
const GROWTH_WARM_UP_S = 12;
const GROWTH_S = 10;
const STATE_WARM_UP_S = 25;
const STATE_RUNS = 3;
/** The accounts that the transfers go to, and those who pay. */
const FILLED_BY_LOAD = 10_020;

export type Say = (line: string) => void;

const saturating = (seconds: number): LoadRequest => ({
  shape: { kind: "closed", inFlight: IN_FLIGHT },
  batch: BATCH,
  wait: "executed",
  seconds,
});

const latencyOf = (ascending: readonly number[]): Latency => ({
  p50: quantile(ascending, 0.5),
  p99: quantile(ascending, 0.99),
  p999: quantile(ascending, 0.999),
});

/** One transaction at a time, spaced out, so that each finds an idle network. */
const idle = async (
  { loader, network }: Bench,
  wait: "final" | "executed",
  count: number,
): Promise<Latency> => {
  const seconds = count / IDLE_PER_SECOND;
  const shape = { kind: "open", perSecond: IDLE_PER_SECOND } as const;
  const { latenciesMs } = await loader.run({ shape, batch: 1, wait, seconds });
  await settled(network);
  return latencyOf(latenciesMs);
};

/** A point of a growth curve, on a network of its own. */
const pointOf = async (
  at: string,
  shape: Parameters<typeof withNetwork>[0],
  request: Partial<LoadRequest> = {},
): Promise<Point> =>
  withNetwork(shape, async (bench) => {
    await bench.loader.run({ ...saturating(GROWTH_WARM_UP_S), ...request });
    const { perSecond, latencyMs } = await underLoad(bench, { ...saturating(GROWTH_S), ...request });
    return { at, perSecond, p50Ms: latencyMs.p50 };
  });

/** The same transfers in one network, whose state grows between: so that all points are of processes equally warm. */
const stateCurve = async (sizes: readonly number[], say: Say): Promise<readonly Point[]> =>
  withNetwork({ options: ["--score", FILLER] }, async (bench) => {
    await bench.loader.run(saturating(STATE_WARM_UP_S));
    const points: Point[] = [];
    let filled = 0;
    for (const size of sizes) {
      say(`growth: filling the state to ${size} keys`);
      await fillState(bench.network, filled, size - FILLED_BY_LOAD);
      filled = size - FILLED_BY_LOAD;
      await settled(bench.network);
      await bench.loader.run(saturating(GROWTH_S));
      const runs: Loaded[] = [];
      for (let run = 0; run < STATE_RUNS; run++) runs.push(await underLoad(bench, saturating(GROWTH_S)));
      const perSecond = medianOf(runs.map((run) => run.perSecond));
      const p50Ms = medianOf(runs.map(({ latencyMs }) => latencyMs.p50));
      points.push({ at: size.toLocaleString("en"), perSecond, p50Ms });
    }
    return points;
  });

const growthOf = async (sizes: readonly number[], say: Say): Promise<Report["growth"]> => {
  const curve = async (name: string, points: readonly (() => Promise<Point>)[]) => {
    say(`growth: ${name}`);
    const found: Point[] = [];
    for (const point of points) found.push(await point());
    return found;
  };
  return {
    validators: await curve(
      "validators",
      [4, 7, 10].map((count) => () => pointOf(String(count), { options: ["--peers", String(count)] })),
    ),
    "one validator, verifying threads": await curve(
      "verifying threads",
      [1, 2].map(
        (count) => () =>
          pointOf(String(count), { options: ["--peers", "1", "--verify-workers", String(count)] }),
      ),
    ),
    "bytes of a transaction": await curve(
      "size",
      [0, 800, 9_800].map(
        (noteBytes) => () =>
          pointOf(String(noteBytes + 200), { noteBytes }, { batch: noteBytes > 2_000 ? 100 : BATCH }),
      ),
    ),
    "accounts that all transfers go to": await curve(
      "contention",
      [1, 100, 10_000].map((accounts) => () => pointOf(String(accounts), { accounts })),
    ),
    "keys in the state": await stateCurve(sizes, say),
  };
};

const PRELOAD = fileURLToPath(new URL("./profile-preload.js", import.meta.url));
const PROFILE_MS = 6_000;

/** Profiles one peer's main thread in a network of its own, since a profile costs what it measures. */
const measureParts = async (warmUpS: number): Promise<Readonly<Record<string, number>>> => {
  const directory = await mkdtemp(join(tmpdir(), "dure-profile-"));
  try {
    const file = join(directory, "%.cpuprofile");
    const env = { NODE_OPTIONS: `--import ${PRELOAD}`, DURE_PROFILE: file };
    return await withNetwork({ env }, async ({ network, loader }) => {
      await loader.run(saturating(warmUpS));
      const [, peer] = network.peers;
      if (peer === undefined) throw new Error("there is no second peer to profile");
      const loading = loader.run(saturating(PROFILE_MS / 1_000 + 2));
      await pause(1_000);
      process.kill(peer.pid, "SIGUSR2");
      await pause(PROFILE_MS);
      process.kill(peer.pid, "SIGUSR2");
      await loading;
      const written = file.replace("%", String(peer.pid));
      for (let left = 100; left > 0 && !existsSync(written); left--) await pause(100);
      return partsOf(written);
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const onMainNetwork = async (lengths: Lengths, say: Say) => {
  say("the machine's own limits");
  const verificationsPerSecond = await measureVerifications();
  return withNetwork({}, async (bench) => {
    const { network, directory, loader } = bench;
    const [first = "", second = ""] = network.peers.map(({ name }) => join(network.home, name));
    const machine = await measureMachine(verificationsPerSecond, directory, { homes: [first, second] });
    say(`warming up for ${lengths.warmUpS} s`);
    await loader.run(saturating(lengths.warmUpS));
    say("saturation");
    const runs: Loaded[] = [];
    for (let run = 0; run < lengths.saturationRuns; run++)
      runs.push(await underLoad(bench, saturating(lengths.saturationS)));
    const median = medianOf(runs.map(({ perSecond }) => perSecond));
    const saturation = runs.find(({ perSecond }) => perSecond === median) as Loaded;
    say("saturation, one transaction in a request");
    const singles = await underLoad(bench, {
      ...saturating(lengths.saturationS),
      batch: 1,
      shape: { kind: "closed", inFlight: SINGLES_IN_FLIGHT },
    });
    say("idle");
    const idles = {
      final: await idle(bench, "final", lengths.idleTransactions),
      executed: await idle(bench, "executed", lengths.idleTransactions),
    };
    const loads: Report["loads"][number][] = [];
    for (const share of SHARES) {
      const perSecond = Math.floor(median * share);
      say(`${Math.round(share * 100)} % of saturation: ${perSecond} transactions a second`);
      const loaded = await underLoad(bench, {
        shape: { kind: "open", perSecond },
        batch: LOAD_BATCH,
        wait: "final",
        seconds: lengths.loadS,
      });
      loads.push({ share, perSecond, loaded });
    }
    const [peer] = network.peers;
    const { transactionCount } = await statusOf(peer as (typeof network.peers)[number]);
    const diskBytesPerTransaction = bytesUnder(join(network.home, "peer0")) / transactionCount;
    return {
      machine,
      saturation,
      saturationRuns: runs.map(({ perSecond }) => perSecond),
      singles,
      idle: idles,
      loads,
      diskBytesPerTransaction,
    };
  });
};

const nodeVersion = (): string => execFileSync(process.execPath, ["--version"], { encoding: "utf8" }).trim();

export const runBenchmark = async (lengths: Lengths, sizes: Sizes, say: Say): Promise<Report> => {
  const startedAt = new Date().toISOString();
  const main = await onMainNetwork(lengths, say);
  const isFull = lengths.growth;
  if (isFull) say("parts of the main thread");
  const parts = isFull ? await measureParts(lengths.warmUpS) : undefined;
  if (isFull) say("restart and catch-up");
  const restart = isFull ? await measureRestart(saturating, sizes.history) : undefined;
  const growth = isFull ? await growthOf(sizes.keys, say) : {};
  const etcd = isFull ? await measureEtcd(say) : undefined;
  return {
    startedAt,
    node: nodeVersion(),
    cpu: cpus()[0]?.model ?? "unknown",
    ...main,
    ceiling: ceilingOf(main.machine, 4),
    parts,
    growth,
    restart,
    etcd,
  };
};
