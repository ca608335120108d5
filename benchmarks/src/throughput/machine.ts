/** What the machine itself can do, measured in the same run: the limits that figures are held against. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { open, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { quantile } from "../quantiles.ts";
import type { RoundTripSetup } from "./round-trip-main.ts";

export type Machine = {
  readonly cores: number;
  /** Ed25519 verifications a second of all cores together, each verifying by itself. */
  readonly verificationsPerSecond: number;
  /** Median of one small append with its sync, in the file system that the peers write to. */
  readonly syncMs: number;
  /** Median of one round trip of 100 bytes between two processes, over gRPC with mutual TLS on loopback. */
  readonly roundTripMs: number;
};

const VERIFY_MS = 1_000;
const ROUNDS = 5;
const SYNCS = 300;
const APPEND_BYTES = 1_000;

/** The crypto ceiling: transactions a second if every validator verified each once, and did nothing else. */
export const ceilingOf = ({ verificationsPerSecond }: Machine, validators: number): number =>
  verificationsPerSecond / validators;

/** The best of some rounds: whatever else the machine did meanwhile would make the ceiling too low. */
export const measureVerifications = async (cores = availableParallelism()): Promise<number> => {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await roundOf(cores));
  return Math.max(...rounds);
};

const roundOf = async (cores: number): Promise<number> => {
  const rates = Array.from({ length: cores }, async () => {
    const worker = new Worker(new URL("./verify-main.js", import.meta.url), { workerData: VERIFY_MS });
    const [rate] = (await once(worker, "message")) as [number];
    await worker.terminate();
    return rate;
  });
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
};

const syncMs = async (directory: string): Promise<number> => {
  const path = join(directory, "sync.bin");
  const handle = await open(path, "w");
  const bytes = Buffer.alloc(APPEND_BYTES, 1);
  const samples: number[] = [];
  for (let at = 0; at < SYNCS; at++) {
    const sinceMs = performance.now();
    await handle.write(bytes, 0, bytes.length, at * bytes.length);
    await handle.datasync();
    samples.push(performance.now() - sinceMs);
  }
  await handle.close();
  await rm(path);
  return quantile(
    samples.sort((a, b) => a - b),
    0.5,
  );
};

const roundTripMs = async (setup: RoundTripSetup): Promise<number> => {
  const child = fork(fileURLToPath(new URL("./round-trip-main.js", import.meta.url)), [
    JSON.stringify(setup),
  ]);
  const [answer] = (await once(child, "message")) as [number];
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
  return answer;
};

/** `verificationsPerSecond`: measured before any network ran, which even idle would take its share of the cores. */
export const measureMachine = async (
  verificationsPerSecond: number,
  directory: string,
  setup: RoundTripSetup,
): Promise<Machine> => {
  return {
    cores: availableParallelism(),
    verificationsPerSecond,
    syncMs: await syncMs(directory),
    roundTripMs: await roundTripMs(setup),
  };
};
