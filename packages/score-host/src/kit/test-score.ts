import { stat } from "node:fs/promises";
import { type AuthorPlaces, authorPlaces } from "../author-places.ts";
import { packTraced, type TracedScore } from "../pack.ts";

/** A packed SCORE, and the way from its text to its author's files. */
export type TestScore = { readonly packed: TracedScore; readonly places: AuthorPlaces };

/** What this process packed by its entry, and since when its files must be as they were. */
const known = new Map<string, { readonly score: TestScore; readonly sinceMs: number }>();

/** Clocks of file systems are behind by some milliseconds. */
const CLOCK_MS = 50;

/** Packs a contract, unless that was done before and none of its files has changed since. @throws ScoreHostError */
export const testScore = async (entry: string): Promise<TestScore> => {
  const before = known.get(entry);
  if (before !== undefined && (await areOlder(before.score.packed.files, before.sinceMs)))
    return before.score;
  const sinceMs = Date.now() - CLOCK_MS;
  const packed = await packTraced(entry);
  const score = { packed, places: authorPlaces(packed) };
  known.set(entry, { score, sinceMs });
  return score;
};

const areOlder = async (files: readonly string[], thanMs: number): Promise<boolean> => {
  try {
    const stats = await Promise.all(files.map((file) => stat(file)));
    // Not the time of the content, which may be set: this one moves also when an older file takes the place.
    return stats.every(({ ctimeMs }) => ctimeMs < thanMs);
  } catch {
    return false;
  }
};
