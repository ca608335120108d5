/**
 * For scale, what users could install beside it: three nodes of etcd on the same machine, which replicate and sync a log
 * by Raft, without Byzantine faults, signatures, contracts or TLS. Measured where an `etcd` is on the path.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quantile } from "../quantiles.ts";
import { pause } from "./bench.ts";

export type EtcdMeasured = {
  readonly version: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly idleP50Ms: number;
};

const NODES = 3;
const CLIENT_PORT = 24_379;
const PEER_PORT = 24_479;
const VALUE_BYTES = 300;
const IN_FLIGHT = 256;
const SECONDS = 10;
const IDLE_PUTS = 200;
const START_MS = 20_000;

const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });

const put = (at: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const key = Buffer.from(`key-${at}`).toString("base64");
    const value = Buffer.alloc(VALUE_BYTES, at & 0xff).toString("base64");
    const port = CLIENT_PORT + (at % NODES);
    const sent = request({ port, path: "/v3/kv/put", method: "POST", agent }, (response) => {
      response.resume().on("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`etcd answered ${response.statusCode}`));
      });
    });
    sent.on("error", reject);
    sent.end(JSON.stringify({ key, value }));
  });

const start = (directory: string, at: number): ChildProcess => {
  const peers = Array.from({ length: NODES }, (_, node) => `n${node}=http://127.0.0.1:${PEER_PORT + node}`);
  const client = `http://127.0.0.1:${CLIENT_PORT + at}`;
  const peer = `http://127.0.0.1:${PEER_PORT + at}`;
  return spawn(
    "etcd",
    [
      ...[
        "--name",
        `n${at}`,
        "--data-dir",
        join(directory, `n${at}`),
        "--logger",
        "zap",
        "--log-level",
        "error",
      ],
      ...["--listen-client-urls", client, "--advertise-client-urls", client],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
      ...["--initial-cluster", peers.join(","), "--initial-cluster-state", "new"],
    ],
    { stdio: "ignore" },
  );
};

const measure = async (): Promise<Omit<EtcdMeasured, "version">> => {
  const latenciesMs: number[] = [];
  let made = 0;
  const untilMs = performance.now() + SECONDS * 1_000;
  const loop = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      const sinceMs = performance.now();
      await put(made++);
      latenciesMs.push(performance.now() - sinceMs);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, loop));
  const idleMs: number[] = [];
  for (let at = 0; at < IDLE_PUTS; at++) {
    const sinceMs = performance.now();
    await put(made++);
    idleMs.push(performance.now() - sinceMs);
    await pause(10);
  }
  const median = (samples: number[]): number =>
    quantile(
      samples.sort((a, b) => a - b),
      0.5,
    );
  return { perSecond: latenciesMs.length / SECONDS, p50Ms: median(latenciesMs), idleP50Ms: median(idleMs) };
};

/** Undefined, and said so, where there is no etcd. */
export const measureEtcd = async (say: (line: string) => void): Promise<EtcdMeasured | undefined> => {
  const version = spawnSync("etcd", ["--version"], { encoding: "utf8" }).stdout?.split("\n")[0];
  if (version === undefined) {
    say("no etcd on the path (Debian: apt-get install etcd-server): that row is left out");
    return undefined;
  }
  say("three nodes of etcd");
  const directory = await mkdtemp(join(tmpdir(), "dure-etcd-"));
  const nodes = Array.from({ length: NODES }, (_, at) => start(directory, at));
  try {
    for (let leftMs = START_MS; ; leftMs -= 200) {
      const isUp = await put(0).then(
        () => true,
        () => false,
      );
      if (isUp) break;
      if (leftMs <= 0) throw new Error("etcd did not start");
      await pause(200);
    }
    return { version, ...(await measure()) };
  } finally {
    for (const node of nodes) {
      const ended = once(node, "exit");
      node.kill("SIGTERM");
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  }
};
