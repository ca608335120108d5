import { pack, type ScoreSource } from "@dure/score-host";
import { medianOf } from "../quantiles.ts";
import { openLoaded } from "./host-load.ts";

/** What comes before the first call, in ms; and the memory of a process that has run nothing yet. */
export type Loading = {
  readonly packMs: number;
  /** By how many SCOREs: from nothing to a host that is ready. */
  readonly starts: readonly {
    readonly scores: number;
    readonly startMs: number;
    readonly memoryBytes: number;
  }[];
};

const medianMs = async (rounds: number, run: () => Promise<unknown>): Promise<number> => {
  const samples: number[] = [];
  for (let at = 0; at < rounds; at++) {
    const sinceMs = performance.now();
    await run();
    samples.push(performance.now() - sinceMs);
  }
  return medianOf(samples);
};

export const measureLoading = async (
  entry: string,
  scores: readonly ScoreSource[],
  rounds: number,
): Promise<Loading> => {
  const packMs = await medianMs(rounds, () => pack(entry));
  const starts = [];
  for (const count of [0, 1, 10, 100]) {
    const chosen = scores.slice(0, count);
    let memoryBytes = 0;
    const samples: number[] = [];
    for (let at = 0; at < rounds; at++) {
      const sinceMs = performance.now();
      const loaded = await openLoaded(chosen);
      samples.push(performance.now() - sinceMs);
      memoryBytes = loaded.memoryBytes();
      await loaded.host.close();
    }
    starts.push({ scores: count, startMs: medianOf(samples), memoryBytes });
  }
  return { packMs, starts };
};
