/** A real devnet for this package's tests: the command as a user starts it, on free ports, in a home of its own. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { readIdentity } from "./read-identity.ts";

const BIN = fileURLToPath(new URL("../../cli/bin/dure.mjs", import.meta.url));
const TRIES = 20;

export type Devnet = {
  readonly urls: readonly string[];
  readonly genesis: string;
  /** The texts of a client's certificate and key. */
  readonly pem: (name: string) => Promise<{ readonly certificatePem: string; readonly keyPem: string }>;
  readonly identity: (name: string) => Promise<ReturnType<typeof readIdentity>>;
  readonly stop: () => Promise<void>;
};

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
};

const freeOffset = async (): Promise<number> => {
  for (let left = TRIES; left > 0; left--) {
    const offset = 1_000 + Math.floor(Math.random() * 17_000);
    const ports = [7_002, 9_002, 7_100, 7_101, 9_000, 9_100].map((port) => port + offset);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return offset;
  }
  return assert.fail("no free ports");
};

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
};

/** Starts a devnet of so many peers and resolves once it runs. */
export const startDevnet = async (peers: number): Promise<Devnet> => {
  const home = await mkdtemp(join(tmpdir(), "dure-client-"));
  const offset = await freeOffset();
  const args = [
    "devnet",
    "--json",
    "--home",
    home,
    "--peers",
    String(peers),
    "--port-offset",
    String(offset),
  ];
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout }))
    if ((JSON.parse(line) as { readonly event: string }).event === "ready") break;
  child.stdout.resume();
  assert.equal(child.exitCode, null, "the devnet runs");
  const pem = async (name: string) => {
    const file = (part: string) => readFile(join(home, "clients", name, part), "utf8");
    return { certificatePem: await file("certificate.pem"), keyPem: await file("key.pem") };
  };
  return {
    urls: Array.from({ length: peers }, (_, at) => `http://127.0.0.1:${9_000 + 100 * at + offset}`),
    genesis: await readFile(join(home, "genesis.json"), "utf8"),
    pem,
    identity: async (name) => {
      const { certificatePem, keyPem } = await pem(name);
      return readIdentity(certificatePem, keyPem);
    },
    stop: async () => {
      child.kill("SIGINT");
      await ended(child);
      await rm(home, { recursive: true, force: true });
    },
  };
};
