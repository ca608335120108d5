import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Event } from "../emit.ts";

/** What a process of the devnet is started with. */
export type ChildSpec = {
  readonly name: string;
  /** The arguments after `dure`. */
  readonly args: readonly string[];
  /** Added to the environment: what must not stand in the list of processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** Takes the process's stderr, which is its log. */
  readonly logFile: string;
};

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type Child = {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Writes a line to its stdin. */
  tell(line: string): void;
  /** Asks it to end in good order, and ends it by force if it has not done so within `graceMs`. */
  stop(graceMs: number): Promise<Exit>;
  /** Ends it at once. */
  kill(): void;
};

/**
 * Garbage is collected on the main thread alone: a devnet has more processes than its machine has cores, and helpers
 * would only wait for one another.
 */
const ENGINE_FLAGS = ["--single-threaded-gc"];

const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));

const parseEvent = (line: string): Event | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "event" in value ? (value as Event) : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Starts a process of the devnet under this same Node.js. It is in a process group of its own, so that Ctrl-C reaches
 * the supervisor alone; its stdin is a pipe that closes with this process, however that ends, and tells it to end.
 *
 * @param onEvent is given each event that it writes to stdout.
 */
export const startChild = async (spec: ChildSpec, onEvent: (event: Event) => void): Promise<Child> => {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const log = openSync(spec.logFile, "a", 0o600);
  const child = spawn(process.execPath, [...ENGINE_FLAGS, MAIN, ...spec.args, "--json", "--supervised"], {
    stdio: ["pipe", "pipe", log],
    env: { ...process.env, ...spec.env },
    // On Windows it would open a console of its own, and there is no group that Ctrl-C could spare.
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  closeSync(log);
  const { stdin, stdout } = child;
  assert.ok(stdin !== null && stdout !== null, "stdin and stdout are pipes");
  const exited = new Promise<Exit>((resolve) =>
    child.on("exit", (code, signal) => resolve({ code, signal })),
  );
  await once(child, "spawn");
  // A process that dies leaves a broken pipe; its exit tells that better.
  stdin.on("error", () => undefined);
  createInterface({ input: stdout }).on("line", (line) => {
    const event = parseEvent(line);
    if (event !== undefined) onEvent(event);
  });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  return {
    pid: child.pid as number,
    exited,
    kill,
    tell: (line) => {
      stdin.write(`${line}\n`);
    },
    stop: async (graceMs) => {
      stdin.end();
      const force = setTimeout(kill, graceMs);
      const exit = await exited;
      clearTimeout(force);
      return exit;
    },
  };
};
