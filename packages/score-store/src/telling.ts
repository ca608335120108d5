import { integerParam, type JsonObject, type QueryContext, refuse, textParam } from "@dure/score";
import { recordsOf } from "./records.ts";

/** What the store tells: all of it from the state. */

const PROPOSALS_MAX = 50;
const VERSIONS_MAX = 50;
const STEPS_MAX = 50;

/** The newest of `count` records, at most so many, from below `before` down. */
const newestOf = <T>(
  count: number,
  most: number,
  params: JsonObject,
  read: (index: number) => T | undefined,
): readonly (T & { readonly index: number })[] => {
  const before = params.before === undefined ? count : Math.min(count, integerParam(params, "before", 0));
  return Array.from({ length: Math.min(before, most) }, (_, at) => {
    const index = before - 1 - at;
    return { ...(read(index) ?? refuse(`the record ${index} is missing`)), index };
  });
};

/** Returns every SCORE that runs or ran, by name, with its version; `active` is false for a disabled one. */
export const list = ({ state }: QueryContext) => {
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

/**
 * Returns what is known of one SCORE: what runs, its newest versions and steps. With `before`, versions and steps from
 * below that index down.
 */
export const info = ({ state }: QueryContext, params: JsonObject) => {
  const score = textParam(params, "score", 64);
  const records = recordsOf(state);
  const record = records.scores.get(score) ?? refuse(`no version of ${score} is registered`);
  return {
    score,
    active: records.active.get()?.[score] ?? null,
    scheduled: record.scheduled,
    versions: newestOf(record.versions, VERSIONS_MAX, params, (at) => records.versions.get(`${score}/${at}`)),
    steps: newestOf(record.steps, STEPS_MAX, params, (at) => records.steps.get(`${score}/${at}`)),
  };
};

/** Returns the newest proposals without their params; with `before`, those of lower ids. */
export const proposals = ({ state }: QueryContext, params: JsonObject) => {
  const records = recordsOf(state);
  const count = records.count.get() ?? 0;
  const from = params.before === undefined ? {} : { before: integerParam(params, "before", 1) - 1 };
  return newestOf(count, PROPOSALS_MAX, from, (at) => records.proposals.get(String(at + 1))).map(
    ({ params: _, ...proposal }) => proposal,
  );
};
