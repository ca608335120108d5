import { spawnSync } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { detectContainment, permissionFlag } from "@dure/score-host";
import { checkPorts, planPorts } from "../devnet/ports.ts";

/** What a check found. `bad`: a peer does not run like this; `lacking`: it runs, and could be held better. */
export type Finding = {
  readonly check: string;
  readonly state: "good" | "lacking" | "bad";
  readonly found: string;
  /** What to do about it; empty where all is good. */
  readonly advice: string;
};

export type Examined = {
  /** The folder whose disk is tried. It must exist. */
  readonly folder: string;
  readonly peers: number;
  readonly portOffset: number;
};

/** Looks at this machine, as a peer with contracts would use it. */
export const examine = async ({ folder, peers, portOffset }: Examined): Promise<readonly Finding[]> => [
  node(process.versions.node),
  permission(),
  ...containment(),
  await disk(folder),
  clock(),
  await ports(peers, portOffset),
];

const finding = (check: string, state: Finding["state"], found: string, advice: string): Finding => ({
  check,
  state,
  found,
  advice: state === "good" ? "" : advice,
});

const NODE_MIN = [20, 11] as const;

/** Whether a release of Node.js is new enough. */
export const node = (version: string): Finding => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isGood = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  return finding(
    "Node.js",
    isGood ? "good" : "bad",
    version,
    `install Node.js ${NODE_MIN.join(".")} or later`,
  );
};

const permission = (): Finding => {
  const flag = permissionFlag(process.allowedNodeEnvironmentFlags);
  return finding(
    "contracts: permissions",
    flag === undefined ? "lacking" : "good",
    flag ?? "none",
    "install a release of Node.js that has --permission",
  );
};

const containment = (): readonly Finding[] => {
  const { networkNamespace, limits } = detectContainment().layers;
  const state = (has: boolean): Finding["state"] => (has ? "good" : "lacking");
  const found = (has: boolean): string => (has ? "there" : "not there");
  return [
    finding(
      "contracts: a network of their own",
      state(networkNamespace),
      found(networkNamespace),
      "on Linux, install util-linux and allow user namespaces (in a container: its seccomp profile must allow unshare)",
    ),
    finding(
      "contracts: limits",
      state(limits),
      found(limits),
      "a POSIX shell with ulimit must be on the path",
    ),
  ];
};

const SYNCS = 20;
/** Slower than this, a vote waits longer for the disk than for the network. */
const SYNC_MS_MAX = 20;

const disk = async (folder: string): Promise<Finding> => {
  const check = "disk: sync";
  try {
    const ms = await syncMs(folder);
    const found = `${ms.toFixed(2)} ms in ${folder}`;
    return finding(
      check,
      ms > SYNC_MS_MAX ? "lacking" : "good",
      found,
      "a peer votes as fast as its disk: use a local SSD",
    );
  } catch (error) {
    return finding(
      check,
      "bad",
      (error as Error).message,
      "choose a folder that can be written to with --home",
    );
  }
};

/** The median time that 4 KiB take to reach the disk. */
const syncMs = async (folder: string): Promise<number> => {
  const place = await mkdtemp(join(folder, ".doctor-"));
  try {
    const file = await open(join(place, "sync"), "w");
    const times: number[] = [];
    for (let round = 0; round < SYNCS; round++) {
      const since = performance.now();
      await file.write(Buffer.alloc(4096, round));
      await file.datasync();
      times.push(performance.now() - since);
    }
    await file.close();
    return times.sort((a, b) => a - b)[SYNCS / 2] as number;
  } finally {
    await rm(place, { recursive: true });
  }
};

const clock = (): Finding => {
  const asked = spawnSync("timedatectl", ["show", "--property=NTPSynchronized", "--value"], {
    encoding: "utf8",
  });
  const answer = asked.status === 0 ? asked.stdout.trim() : "";
  const found = answer === "yes" ? "synchronised" : answer === "no" ? "not synchronised" : "not known";
  return finding(
    "clock",
    answer === "yes" ? "good" : "lacking",
    found,
    "let NTP keep the clock: blocks whose time is too far ahead get no vote",
  );
};

const ports = async (peers: number, offset: number): Promise<Finding> => {
  const check = `ports of a devnet of ${peers}`;
  try {
    await checkPorts(planPorts(peers, offset));
    return finding(check, "good", "free", "");
  } catch (error) {
    return finding(check, "lacking", "not all free", (error as Error).message);
  }
};
