import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Json } from "./json.ts";
import { until } from "./until.ts";

/** What `dure` is started by, on every platform. */
const BIN = fileURLToPath(new URL("../../packages/cli/bin/dure.mjs", import.meta.url));
const OUTPUT_CHARACTERS_MAX = 64 * 1024;

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A `dure` command that runs on: its events so far and the ways to end it. */
export type DureProcess = {
  readonly pid: number;
  readonly events: readonly Json[];
  /** The end of what it wrote to stderr. */
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
  readonly isRunning: () => boolean;
  /** The first event of that name. Throws, with what it wrote, if the process ends before. */
  readonly awaitEvent: (name: string, timeoutMs?: number) => Promise<Json>;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Closes its stdin, which ends a process that runs under `--supervised`. */
  readonly closeInput: () => void;
};

/** Everything that these tests started and that still runs: ended with the test process. */
const started = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of started) child.kill("SIGKILL");
});
// The runner ends a file that takes too long by SIGTERM, of which "exit" alone hears nothing.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

/** Starts `node packages/cli/bin/dure.mjs` with these arguments, as a user would. */
export const startDure = (args: readonly string[], env: NodeJS.ProcessEnv = {}): DureProcess => {
  const child = spawn(process.execPath, [BIN, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
  });
  started.add(child);
  const events: Json[] = [];
  let stderr = "";
  let isRunning = true;
  child.stdin.on("error", () => undefined);
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-OUTPUT_CHARACTERS_MAX);
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) events.push(JSON.parse(line) as Json);
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      isRunning = false;
      started.delete(child);
      resolve({ code, signal });
    });
  });
  const command = args.slice(0, 2).join(" ");
  return {
    pid: child.pid as number,
    events,
    stderr: () => stderr,
    ended,
    isRunning: () => isRunning,
    awaitEvent: async (name, timeoutMs = 60_000) => {
      const event = await until(
        `dure ${command} says ${name}; so far ${JSON.stringify(events).slice(-2_000)}, stderr: ${stderr}`,
        () => events.find((each) => each["event"] === name) ?? (isRunning ? undefined : { event: "ended" }),
        timeoutMs,
      );
      if (event["event"] !== name) throw new Error(`dure ${command} ended before ${name}: ${stderr}`);
      return event;
    },
    signal: (signal) => {
      child.kill(signal);
    },
    closeInput: () => child.stdin.end(),
  };
};

/** Runs a `dure` command to its end. */
export const runDure = (
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended & { readonly stdout: string; readonly stderr: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    });
    started.add(child);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      started.delete(child);
      resolve({ code, signal, stdout, stderr });
    });
  });
