import {
  integerParam,
  type JsonObject,
  type QueryContext,
  type ReadableState,
  refuse,
  textParam,
} from "@dure/score";
import { recordsOf, type StepRecord, type VersionName, type VersionRecord } from "./records.ts";

/** What the store tells: all of it from the state. */

const PROPOSALS_MAX = 50;
const VERSIONS_MAX = 50;
const STEPS_MAX = 50;

/** The newest of `count` records, at most so many, from below `before` down. */
const newestOf = <T>(
  count: number,
  most: number,
  before: number | undefined,
  read: (index: number) => T | undefined,
): readonly (T & { readonly index: number })[] => {
  const end = Math.min(count, before ?? count);
  return Array.from({ length: Math.min(end, most) }, (_, at) => {
    const index = end - 1 - at;
    return { ...(read(index) ?? refuse(`the record ${index} is missing`)), index };
  });
};

/** A SCORE that runs, or ran until it was disabled. */
export type KnownScore = VersionName & {
  readonly score: string;
  readonly active: boolean;
  /** The proposal that is scheduled for it; "" for none. */
  readonly scheduled: string;
};

export type ScoreHistory = {
  readonly score: string;
  /** What runs; null while nothing does. */
  readonly active: VersionName | null;
  readonly scheduled: string;
  readonly versions: readonly (VersionRecord & { readonly index: number })[];
  readonly steps: readonly (StepRecord & { readonly index: number })[];
};

/** Every SCORE that runs or was disabled, by name. */
export const knownIn = (state: ReadableState): readonly KnownScore[] => {
  const { active, scores, versions } = recordsOf(state);
  const set = active.get() ?? {};
  return Object.keys(set)
    .sort()
    .map((score) => {
      const { current = 0, scheduled = "" } = scores.get(score) ?? {};
      const { version = "", hash = "" } = versions.get(`${score}/${current}`) ?? {};
      return { score, version, hash, active: set[score] !== null, scheduled };
    });
};

/** What is known of one SCORE. @throws Refusal of one that is not registered */
export const historyOf = (state: ReadableState, score: string, before: number | undefined): ScoreHistory => {
  const records = recordsOf(state);
  const record = records.scores.get(score) ?? refuse(`no version of ${score} is registered`);
  return {
    score,
    active: records.active.get()?.[score] ?? null,
    scheduled: record.scheduled,
    versions: newestOf(record.versions, VERSIONS_MAX, before, (at) => records.versions.get(`${score}/${at}`)),
    steps: newestOf(record.steps, STEPS_MAX, before, (at) => records.steps.get(`${score}/${at}`)),
  };
};

const beforeParam = (params: JsonObject, min: number): number | undefined =>
  params.before === undefined ? undefined : integerParam(params, "before", min);

/** Returns every SCORE that runs or ran, by name, with its version; `active` is false for a disabled one. */
export const list = ({ state }: QueryContext): readonly KnownScore[] => knownIn(state);

/**
 * Returns what is known of one SCORE: what runs, its newest versions and steps. With `before`, versions and steps from
 * below that index down.
 */
export const info = ({ state }: QueryContext, params: JsonObject): ScoreHistory =>
  historyOf(state, textParam(params, "score", 64), beforeParam(params, 0));

/** Returns the newest proposals without their params; with `before`, those of lower ids. */
export const proposals = ({ state }: QueryContext, params: JsonObject) => {
  const records = recordsOf(state);
  const count = records.count.get() ?? 0;
  const before = beforeParam(params, 1);
  const end = before === undefined ? count : before - 1;
  const newest = newestOf(count, PROPOSALS_MAX, end, (at) => records.proposals.get(String(at + 1)));
  return newest.map((each) => {
    const { params: _, ...proposal } = each;
    return proposal;
  });
};
