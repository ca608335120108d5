import { decodeJson, encodeJson, type ReadableState, stateOver } from "@dure/score";
import { readPackage, type ScorePackage } from "./package.ts";
import {
  type Action,
  type ActiveSet,
  DUE_MAX,
  type Due,
  type PackageRecord,
  type Proposal,
  type ScoreRecord,
  STORE,
  type VersionName,
  type VersionRecord,
} from "./records.ts";
import { historyOf, type KnownScore, knownIn, type ScoreHistory } from "./telling.ts";

/**
 * What a peer reads from the store's state: a function of the state alone, so that peers that executed every block, that
 * replayed, and that began with a snapshot all come to the same.
 */

/** Gives the value under a key of the ledger as text; undefined if there is none. */
export type GetText = (key: string) => string | undefined;

/** A SCORE that runs. `hash` is empty and `source` undefined for one whose source stands in the genesis. */
export type ActiveScore = VersionName & { readonly score: string; readonly source: string | undefined };

/** What a block activates before its first call. */
export type DueActivation = {
  readonly score: string;
  readonly version: string;
  readonly hash: string;
  readonly action: Action;
  /** "" to disable; undefined where it stands in the genesis. */
  readonly source: string | undefined;
  /** Canonical JSON of the package's `functions`, which the loaded contract must have; "" where there is no package. */
  readonly manifest: string;
  /** The version before, "" for none. */
  readonly from: string;
  /** Canonical JSON for `init`. */
  readonly params: string;
  /** Canonical JSON that `applied` is to be called with, beside the outcome. */
  readonly entry: string;
  /** Whether the version that is left has a step of its own for being left. */
  readonly runsLeft: boolean;
};

/** The store's state as its own queries read it. */
const stateOf = (get: GetText): ReadableState => {
  const refuseWrite = (): never => {
    throw new Error("the state is only read here");
  };
  const text = (key: string) => get(`${STORE}\0${key}`);
  return stateOver({
    get: (key) => {
      const found = text(key);
      return found === undefined ? undefined : decodeJson(found);
    },
    has: (key) => text(key) !== undefined,
    set: refuseWrite,
    delete: refuseWrite,
  });
};

/** Returns every SCORE that runs or was disabled, by name; undefined in a channel that was founded without the store. */
export const knownScores = (get: GetText): readonly KnownScore[] | undefined => {
  const state = stateOf(get);
  return state.has("active") ? knownIn(state) : undefined;
};

/** Returns what is known of one SCORE, its newest versions and steps first; undefined of one that is not registered. */
export const describeScore = (
  get: GetText,
  score: string,
  before: number | undefined,
): ScoreHistory | undefined => {
  const state = stateOf(get);
  return state.has(`score/${score}`) ? historyOf(state, score, before) : undefined;
};

/** Returns the version of a SCORE that runs; null where none does, or nothing is known of it. */
export const activeVersion = (get: GetText, score: string): VersionName | null =>
  read<ActiveSet>(get, "active")?.[score] ?? null;

const read = <T>(get: GetText, key: string): T | undefined => {
  const text = get(`${STORE}\0${key}`);
  return text === undefined ? undefined : (decodeJson(text) as unknown as T);
};

const need = <T>(get: GetText, key: string): T => {
  const value = read<T>(get, key);
  if (value === undefined) throw new Error(`the state of ${STORE} lacks ${key}`);
  return value;
};

/** The package of a hash, which was checked when it was registered. */
const packageOf = (get: GetText, hash: string): ScorePackage => {
  const { parts, organisation } = need<PackageRecord>(get, `package/${hash}`);
  const texts = Array.from({ length: parts }, (_, index) =>
    need<string>(get, `part/${hash}/${organisation}/${index}`),
  );
  const parsed = readPackage(texts.join(""));
  if (!parsed.ok)
    throw new Error(`the package ${hash} in the state of ${STORE} is damaged: ${parsed.message}`);
  return parsed.package;
};

/** Returns what runs, by name, with sources; undefined in a channel that was founded without the store. */
export const activeScores = (get: GetText): readonly ActiveScore[] | undefined => {
  const active = read<ActiveSet>(get, "active");
  return (
    active &&
    Object.keys(active)
      .sort()
      .flatMap((score) => {
        const name = active[score];
        if (name === null || name === undefined) return [];
        return [{ score, ...name, source: name.hash === "" ? undefined : packageOf(get, name.hash).source }];
      })
  );
};

const activationOf = (get: GetText, { proposal: id, score }: Due): DueActivation => {
  const { action, version, hash, params } = need<Proposal>(get, `proposal/${id}`);
  const { current } = need<ScoreRecord>(get, `score/${score}`);
  const left = current < 0 ? undefined : need<VersionRecord>(get, `version/${score}/${current}`);
  const entry = encodeJson({ score, version, hash, action });
  const named = {
    ...{ score, version, hash, action, entry },
    from: left?.version ?? "",
    params: encodeJson(params),
    runsLeft: action === "rollback" && left?.rollback === true,
  };
  if (action === "disable") return { ...named, source: "", manifest: "" };
  if (hash === "") return { ...named, source: undefined, manifest: "" };
  const found = packageOf(get, hash);
  return { ...named, source: found.source, manifest: encodeJson(found.functions) };
};

/** Returns what the block of a height activates, in order, from the state after the block before: one look-up for most. */
export const dueActivations = (get: GetText, height: number): readonly DueActivation[] =>
  (read<readonly Due[]>(get, `due/${height}`) ?? []).slice(0, DUE_MAX).map((due) => activationOf(get, due));
