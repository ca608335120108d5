/**
 * A devnet as a user starts it, in a temporary home on free ports: real processes, whose ids, addresses and logs a test
 * gets. It ends what it started and nothing else.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DureProcess, startDure } from "./dure.ts";
import { getJson, type Json } from "./json.ts";
import { freeOffset } from "./ports.ts";
import { until } from "./until.ts";

export type DevnetOptions = {
  readonly peers?: number;
  /** A home to start on; a new temporary one otherwise, deleted at the end. */
  readonly home?: string;
  readonly offset?: number;
  /** Further arguments of `dure devnet`. */
  readonly args?: readonly string[];
};

/** One process of a devnet. */
export type DevnetProcess = {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly restPort: number;
  readonly grpcPort: number;
};

export type Devnet = {
  readonly home: string;
  readonly offset: number;
  readonly channelId: string;
  readonly supervisor: DureProcess;
  readonly station: DevnetProcess;
  /** The peers as they were at the start; `pidOf` gives who runs now. */
  readonly peers: readonly DevnetProcess[];
  readonly urls: readonly string[];
  readonly pidOf: (peer: number) => number | undefined;
  /** kill -9, and waits until the process is gone. */
  readonly kill: (peer: number) => Promise<void>;
  /** Starts a killed peer again, as an operator would; resolves when its REST answers. */
  readonly restart: (peer: number) => Promise<void>;
  /** Ctrl-C, and waits until every process is gone. */
  readonly stop: () => Promise<void>;
  /** The ends of all logs, for a test that failed. */
  readonly logs: () => string;
};

const LOG_CHARACTERS = 3_000;

/** Whether a process runs: one that ended and was not waited for yet still has its id, but no memory. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  if (!existsSync("/proc/self/stat")) return true;
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(stat, "utf8"));
  } catch {
    return false;
  }
};

/** Waits until none of these processes runs. */
export const gone = (pids: readonly number[], timeoutMs = 15_000): Promise<true> =>
  until(`processes ${pids.join(", ")} are gone`, () => !pids.some(isAlive), timeoutMs);

const logsOf = (home: string): string => {
  const directory = join(home, "logs");
  if (!existsSync(directory)) return "";
  return readdirSync(directory)
    .map((name) => `--- ${name}\n${readFileSync(join(directory, name), "utf8").slice(-LOG_CHARACTERS)}`)
    .join("\n");
};

const peerArguments = (
  home: string,
  at: number,
  station: DevnetProcess,
  ports: DevnetProcess,
): readonly string[] => [
  "peer",
  ...["--home", join(home, `peer${at}`), "--name", `peer${at}.devnet`, "--channel", "devnet"],
  ...["--radiostation", `127.0.0.1:${station.grpcPort}`],
  ...["--grpc-port", String(ports.grpcPort), "--rest-port", String(ports.restPort)],
  // Its stdin is a pipe from here: it ends with the test, however that ends.
  ...["--json", "--supervised"],
];

/** How often another block of ports is tried: others may take a port between our look and its use. */
const ATTEMPTS = 3;

/** Starts a devnet and waits until it says that it is ready. */
export const startDevnet = async (options: DevnetOptions = {}): Promise<Devnet> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryDevnet(options);
    } catch (error) {
      const isTaken = /PORT_IN_USE/.test((error as Error).message + String((error as Error).cause));
      const isFixed = options.offset !== undefined || options.home !== undefined;
      if (!isTaken || isFixed || attempt === ATTEMPTS) throw error;
    }
  }
};

const tryDevnet = async (options: DevnetOptions): Promise<Devnet> => {
  const { peers: count = 4, args = ["--no-restart"] } = options;
  const home = options.home ?? (await mkdtemp(join(tmpdir(), "dure-e2e-")));
  const offset = options.offset ?? (await freeOffset(count));
  const supervisor = startDure([
    "devnet",
    "--json",
    ...["--home", home, "--peers", String(count), "--port-offset", String(offset)],
    ...args,
  ]);
  let ready: Json;
  try {
    ready = await supervisor.awaitEvent("ready");
  } catch (error) {
    supervisor.signal("SIGKILL");
    throw new Error(`the devnet does not start\n${logsOf(home)}`, { cause: error });
  }
  const processes = ready["processes"] as readonly DevnetProcess[];
  const station = processes.find(({ name }) => name === "radiostation") as DevnetProcess;
  const peers = processes.filter(({ name }) => name !== "radiostation");
  const pids = new Map<number, number>(peers.map(({ pid }, at) => [at, pid]));
  const restarted = new Map<number, DureProcess>();

  const kill = async (at: number): Promise<void> => {
    const pid = pids.get(at);
    if (pid === undefined) throw new Error(`peer ${at} does not run`);
    process.kill(pid, "SIGKILL");
    pids.delete(at);
    restarted.delete(at);
    await gone([pid]);
  };

  const restart = async (at: number): Promise<void> => {
    const peer = startDure(peerArguments(home, at, station, peers[at] as DevnetProcess));
    pids.set(at, peer.pid);
    restarted.set(at, peer);
    await peer.awaitEvent("ready");
  };

  const stop = async (): Promise<void> => {
    const all = [supervisor.pid, ...processes.map(({ pid }) => pid), ...pids.values()];
    for (const peer of restarted.values()) peer.closeInput();
    supervisor.signal("SIGINT");
    await Promise.all([supervisor.ended, ...[...restarted.values()].map(({ ended }) => ended)]);
    await gone(all);
    if (options.home === undefined) await rm(home, { recursive: true, force: true });
  };

  return {
    home,
    offset,
    channelId: String(ready["channelId"]),
    supervisor,
    station,
    peers,
    urls: peers.map(({ url }) => url),
    pidOf: (at) => pids.get(at),
    kill,
    restart,
    stop,
    logs: () =>
      `${supervisor.stderr()}\n${[...restarted.values()].map((peer) => peer.stderr().slice(-LOG_CHARACTERS)).join("\n")}\n${logsOf(home)}`,
  };
};

/** Runs a test's body and adds the devnet's logs to what it throws. */
export const withLogs = async (devnet: Devnet, body: () => Promise<void>): Promise<void> => {
  try {
    await body();
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${devnet.logs()}`, { cause: error });
  }
};

/** Submits data through v1 and waits until these peers have executed it; returns the transaction's id. */
export const commitData = async (url: string, seenBy: readonly string[], data: string): Promise<string> => {
  const response = await fetch(`${url}/api/v1/transactions`, {
    method: "POST",
    body: JSON.stringify({ data }),
  });
  const answer = (await response.json()) as Json;
  if (answer["response_code"] !== "0") throw new Error(`refused: ${JSON.stringify(answer)}`);
  const id = String(answer["tx_hash"]);
  for (const each of seenBy)
    await until(`${each} has executed the transaction`, async () => {
      const { status } = await getJson(`${each}/api/v2/transactions/${id}`);
      return status === "executed";
    });
  return id;
};
