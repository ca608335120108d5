import { Worker } from "node:worker_threads";
import { EMPTY, join } from "./campaign.ts";
import { type Part, type PartResult, runPart } from "./campaign-worker.ts";

/** Seeds that a thread gets at a time: enough that asking costs nothing, few enough that all end together. */
const PART_SEEDS = 50;

const partsOf = ({ from, seeds, options }: Part): readonly Part[] => {
  const parts: Part[] = [];
  for (let at = 0; at < seeds; at += PART_SEEDS)
    parts.push({ from: from + at, seeds: Math.min(PART_SEEDS, seeds - at), options });
  return parts;
};

const ask = (worker: Worker, part: Part): Promise<PartResult> =>
  new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (result: PartResult) => {
      worker.off("error", reject);
      resolve(result);
    });
    worker.postMessage(part);
  });

/** Runs a campaign on so many threads. Its result is the same whatever their number. */
export const runCampaign = async (campaign: Part, jobs: number): Promise<PartResult> => {
  if (jobs === 1) return runPart(campaign);
  const parts = partsOf(campaign);
  const results: PartResult[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL("./campaign-worker.js", import.meta.url), { workerData: {} });
    try {
      for (let at = next++; at < parts.length; at = next++)
        results[at] = await ask(worker, parts[at] as Part);
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, parts.length) }, work));
  return {
    summary: results.map(({ summary }) => summary).reduce(join, EMPTY),
    broken: results.flatMap(({ broken }) => broken),
  };
};
