/** A devnet of real processes in a home of its own, and what its operating system says of them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ChannelCounts } from "@dure/node";

export const DURE = fileURLToPath(new URL("../../../packages/cli/bin/dure.mjs", import.meta.url));
const LINES_KEPT = 20;

export type PeerStatus = {
  readonly channelId: string;
  readonly height: number;
  readonly executedHeight: number;
  readonly stateRoot: string;
  readonly transactionCount: number;
  readonly pool: { readonly transactions: number };
};

export type NetworkPeer = { readonly name: string; readonly pid: number; readonly url: string };

export type Network = {
  readonly home: string;
  readonly peers: readonly NetworkPeer[];
  readonly channelId: string;
  readonly stop: () => Promise<void>;
};

type Ready = {
  readonly event: "ready";
  readonly channelId: string;
  readonly processes: readonly { readonly name: string; readonly pid: number; readonly url: string }[];
};

/** Starts a devnet with `dure devnet`. Throws, with its words, when it ends before it is ready. */
export const startNetwork = async (
  home: string,
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Network> => {
  const args = [DURE, "devnet", "--home", home, "--no-restart", "--json", ...options];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const ended = once(child, "close");
  const words: string[] = [];
  const note = (line: string): void => {
    words.push(line);
    if (words.length > LINES_KEPT) words.shift();
  };
  createInterface({ input: child.stderr }).on("line", note);
  const ready = await new Promise<Ready>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      note(line);
      const event = JSON.parse(line) as { readonly event: string };
      if (event.event === "ready") resolve(event as Ready);
    });
    void ended.then(() => reject(new Error(`the devnet did not start:\n${words.join("\n")}`)));
  });
  return {
    home,
    channelId: ready.channelId,
    peers: ready.processes.filter(({ name }) => name.startsWith("peer")),
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill("SIGINT");
      await ended;
    },
  };
};

export const countsOf = async ({ url }: NetworkPeer): Promise<ChannelCounts> =>
  (await (await fetch(`${url}/api/v2/counts`)).json()) as ChannelCounts;

export const statusOf = async ({ url }: NetworkPeer): Promise<PeerStatus> =>
  (await (await fetch(`${url}/api/v2/status`)).json()) as PeerStatus;

/** Process ids by parent, as /proc tells. */
const childrenByParent = (): ReadonlyMap<number, readonly number[]> => {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat === undefined) continue;
    children.set(stat.parent, [...(children.get(stat.parent) ?? []), Number(name)]);
  }
  return children;
};

/** Clock ticks of /proc/PID/stat in a second: 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

const statAt = (path: string): { readonly parent: number; readonly cpuS: number } | undefined => {
  try {
    const text = readFileSync(path, "utf8");
    // The name in parentheses may hold anything: the fields are counted from behind it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(fields[1]), cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
};

const statOf = (pid: number) => statAt(`/proc/${pid}/stat`);

/**
 * Seconds of CPU, user and system, of a peer: its main thread, the busiest of the others (which verifies, where there is
 * one such), all else of its process, and its score hosts. Linux only.
 */
export const cpuOf = ({ pid }: NetworkPeer) => {
  const hosts = childrenByParent().get(pid) ?? [];
  const threads = readdirSync(`/proc/${pid}/task`).map((id) => ({
    isMain: Number(id) === pid,
    cpuS: statAt(`/proc/${pid}/task/${id}/stat`)?.cpuS ?? 0,
  }));
  const mainS = threads.find(({ isMain }) => isMain)?.cpuS ?? 0;
  const busiestS = Math.max(0, ...threads.filter(({ isMain }) => !isMain).map(({ cpuS }) => cpuS));
  return {
    mainS,
    busiestS,
    otherS: (statOf(pid)?.cpuS ?? 0) - mainS - busiestS,
    hostsS: hosts.reduce((sum, host) => sum + (statOf(host)?.cpuS ?? 0), 0),
  };
};

/**
 * Resident bytes of a peer and its score hosts, without the pages of files: those of the store are mapped, and the
 * system takes them back when it likes.
 */
export const memoryOf = ({ pid }: NetworkPeer): { readonly peer: number; readonly hosts: number } => {
  const residentOf = (id: number): number => {
    const found = /RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, "utf8"));
    return Number(found?.[1] ?? 0) * 1024;
  };
  const hosts = childrenByParent().get(pid) ?? [];
  return { peer: residentOf(pid), hosts: hosts.reduce((sum, id) => sum + residentOf(id), 0) };
};

/** Bytes of all files below a directory. */
export const bytesUnder = (directory: string): number =>
  readdirSync(directory, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(directory, entry.name);
    return sum + (entry.isDirectory() ? bytesUnder(path) : statSync(path).size);
  }, 0);
