/** A real `dure peer` in a process of its own. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { peerOptions } from "./consortium.ts";

const DURE = fileURLToPath(new URL("../../../packages/cli/bin/dure.mjs", import.meta.url));
const START_MS = 600_000;
const LOOK_MS = 10;
const STDERR_CHARACTERS = 4_096;

export type PeerProcess = {
  readonly url: string;
  /** From its start to the first answer of `/api/v2/status`. */
  readonly startMs: number;
  readonly residentBytes: () => number;
  readonly stop: () => Promise<void>;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
};

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

/** Starts a peer on what `makeLongChain` made and waits until it answers. Throws, with its words, when it ends before. */
export const startPeer = async (directory: string): Promise<PeerProcess> => {
  const [restPort, grpcPort] = [await freePort(), await freePort()];
  const ports = ["--rest-port", String(restPort), "--grpc-port", String(grpcPort)];
  // Requests of one measurement come from one address: its rate is not what is measured.
  const others = ["--rest-rate", "1000000", "--log-level", "error", "--supervised", "--json"];
  const sinceMs = performance.now();
  const child = spawn(process.execPath, [DURE, "peer", ...peerOptions(directory), ...ports, ...others], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-STDERR_CHARACTERS);
  });
  const ended = once(child, "close");
  const url = `http://127.0.0.1:${restPort}`;
  while (!(await answers(`${url}/api/v2/status`))) {
    if (child.exitCode !== null || performance.now() - sinceMs > START_MS) {
      child.kill("SIGKILL");
      throw new Error(`the peer did not start: ${words}`);
    }
    await pause(LOOK_MS);
  }
  return {
    url,
    startMs: performance.now() - sinceMs,
    residentBytes: () =>
      Number(execFileSync("ps", ["-o", "rss=", "-p", String(child.pid)], { encoding: "utf8" })) * 1024,
    stop: async () => {
      // A supervised peer closes in good order when its stdin ends.
      child.stdin.end();
      await ended;
    },
  };
};
