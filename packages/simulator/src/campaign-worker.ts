import { parentPort, workerData } from "node:worker_threads";
import { range, runSeeds, type Summary } from "./campaign.ts";
import type { Outcome, SimulateOptions } from "./run.ts";

/** The part of a campaign that one thread runs. */
export type Part = {
  readonly from: number;
  readonly seeds: number;
  readonly options: Omit<SimulateOptions, "seed">;
};

export type BrokenSeed = Pick<Outcome, "seed" | "violations" | "stats">;

export type PartResult = { readonly summary: Summary; readonly broken: readonly BrokenSeed[] };

/** Runs a part, in this thread. */
export const runPart = ({ from, seeds, options }: Part): PartResult => {
  const broken: BrokenSeed[] = [];
  const summary = runSeeds(
    range(from, seeds),
    () => options,
    ({ seed, violations, stats }) => {
      if (violations.length > 0) broken.push({ seed, violations, stats });
      return true;
    },
  );
  return { summary, broken };
};

if (parentPort !== null && workerData !== null) {
  const port = parentPort;
  port.on("message", (part: Part) => port.postMessage(runPart(part)));
}
