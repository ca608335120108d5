/** How long a peer takes to come back, and to catch up when it has lost everything but its identity. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Bench, pause, settled, underLoad, withNetwork } from "./bench.ts";
import type { LoadRequest } from "./load-protocol.ts";
import { DURE, type NetworkPeer, startNetwork, statusOf } from "./network.ts";

export type Restarted = {
  readonly transactions: number;
  readonly livePerSecond: number;
  /** From the start of one peer's process, Node.js included, until it answers at its old height. */
  readonly restartS: number;
  /** A peer whose chain was deleted: how fast it has all of it again, executed; less what a devnet takes to start. */
  readonly catchUpPerSecond: number;
  /** The same peer, begun with a snapshot and the blocks that are not executed again; less what a devnet takes to start. */
  readonly snapshotPerSecond: number;
};

const LOAD_S = 20;
const WARM_UP_S = 20;
const LOOK_MS = 50;
const PORT_OFFSET = "14000";

const isAt = async (peer: NetworkPeer, height: number): Promise<boolean> => {
  const status = await statusOf(peer).catch(() => undefined);
  return status !== undefined && Math.min(status.height, status.executedHeight) >= height;
};

const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
  while (!(await isTrue())) await pause(LOOK_MS);
};

/** Fills a chain, and hands its home to work when the network that made it has stopped. */
const startAgain = async (
  home: string,
  height: number,
  peers: (peer: NetworkPeer) => boolean,
  options: readonly string[] = [],
): Promise<number> => {
  const sinceMs = performance.now();
  const network = await startNetwork(home, ["--port-offset", PORT_OFFSET, ...options]);
  try {
    for (const peer of network.peers.filter(peers)) await until(() => isAt(peer, height));
    return (performance.now() - sinceMs) / 1_000;
  } finally {
    await network.stop();
  }
};

/** Starts one peer of the stopped devnet by itself. */
const restartOf = async (home: string, height: number): Promise<number> => {
  const port = 24_900;
  const sinceMs = performance.now();
  const directory = join(home, "peer0");
  const child = spawn(
    process.execPath,
    [
      ...[DURE, "peer", "--home", directory, "--name", "peer0.devnet", "--channel", "devnet"],
      ...[
        "--rest-port",
        String(port),
        "--grpc-port",
        String(port + 1),
        "--supervised",
        "--log-level",
        "error",
      ],
    ],
    { stdio: ["pipe", "ignore", "inherit"] },
  );
  const ended = once(child, "exit");
  try {
    const peer = { name: "peer0", pid: child.pid ?? 0, url: `http://127.0.0.1:${port}` };
    await Promise.race([
      until(() => isAt(peer, height)),
      ended.then(() => {
        throw new Error("the peer ended before it answered");
      }),
    ]);
    return (performance.now() - sinceMs) / 1_000;
  } finally {
    child.stdin.end();
    await ended;
  }
};

const fill = async (bench: Bench, saturating: (seconds: number) => LoadRequest, history: number) => {
  await bench.loader.run(saturating(WARM_UP_S));
  const [peer] = bench.network.peers;
  for (;;) {
    const { perSecond } = await underLoad(bench, saturating(LOAD_S));
    await settled(bench.network);
    const { height, transactionCount } = await statusOf(peer as NetworkPeer);
    if (transactionCount >= history) return { perSecond, height, transactionCount };
  }
};

/** Measures a chain of at least so many transactions. */
export const measureRestart = async (
  saturating: (seconds: number) => LoadRequest,
  history: number,
): Promise<Restarted> =>
  withNetwork({ options: ["--port-offset", PORT_OFFSET] }, async (bench) => {
    const { perSecond, height, transactionCount } = await fill(bench, saturating, history);
    const { home } = bench.network;
    await bench.loader.stop();
    await bench.network.stop();
    const restartS = await restartOf(home, height);
    const allS = await startAgain(home, height, () => true);
    await rm(join(home, "peer3", "channels"), { recursive: true });
    const catchUpS = await startAgain(home, height, ({ name }) => name === "peer3");
    await rm(join(home, "peer3", "channels"), { recursive: true });
    const snapshotS = await startAgain(home, height, ({ name }) => name === "peer3", ["--snapshot"]);
    return {
      transactions: transactionCount,
      livePerSecond: perSecond,
      restartS,
      catchUpPerSecond: transactionCount / Math.max(0.001, catchUpS - allS),
      snapshotPerSecond: transactionCount / Math.max(0.001, snapshotS - allS),
    };
  });
