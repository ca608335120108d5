import type { Activation, Block, Executed, Outcome, QueryCall, Read, ScoreSource } from "../outcome.ts";
import { scoresAfter } from "../scores-after.ts";
import { CENSUS, STORE } from "./census.ts";
import { type Difference, differenceOf, queryDifferenceOf } from "./compare.ts";
import { createFuzzedHost, type Engine, type FuzzedHost, HABITS, type Habit } from "./hosts.ts";
import { ODD_NAME } from "./odd-sources.ts";
import { activate, deployOdd, GENESIS_MS, makeBlock, makeQueries } from "./plan.ts";
import { makeProgram, type Program, textOf } from "./program.ts";
import { createRandom, type Random } from "./random.ts";

export type RoundOptions = {
  readonly seed: number;
  /** Three: which of them has which habit changes with the seed. */
  readonly engines: readonly [Engine, Engine, Engine];
  readonly sdk: string;
  readonly transactionsMax: number;
};

/** What two hosts did not agree about, with what it takes to see it again. */
export type Divergence = {
  readonly hosts: readonly [string, string];
  readonly difference: Difference;
  readonly block: Block;
  readonly queries?: readonly QueryCall[];
  readonly programs: readonly Program[];
  /** The state before the block, by keys' texts. */
  readonly state: ReadonlyMap<string, Uint8Array>;
};

export type RoundReport = {
  readonly transactions: number;
  readonly queries: number;
  /** How many calls came to which code. */
  readonly codes: ReadonlyMap<number, number>;
  readonly divergence: Divergence | undefined;
};

const PROGRAMS = 4;
const BLOCKS = 30;
const CALLS_MAX = 120;
const ACTIVATION_SHARE = 10;

const keyOf = (key: Uint8Array): string => Buffer.from(key).toString("utf8");

export const sourceOf = (program: Program, sdk: string): ScoreSource => ({
  name: program.name,
  version: program.version,
  source: textOf(program, sdk),
});

/** The hosts of these engines, each with its habit. @throws ScoreHostError, with all hosts closed, if one does not start */
export const openHosts = async (
  engines: RoundOptions["engines"],
  habits: readonly Habit[],
  scores: readonly ScoreSource[],
  random: Random,
): Promise<readonly FuzzedHost[]> => {
  const opened = await Promise.allSettled(
    engines.map((engine, at) => createFuzzedHost(engine, habits[at] as Habit, scores, random.fork())),
  );
  const hosts = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failure = opened.find(({ status }) => status === "rejected");
  if (failure === undefined) return hosts;
  await Promise.all(hosts.map((host) => host.close()));
  throw (failure as PromiseRejectedResult).reason;
};

/** Runs a channel of generated SCOREs for some blocks on three hosts, until they differ. */
export const runRound = async ({
  seed,
  engines,
  sdk,
  transactionsMax,
}: RoundOptions): Promise<RoundReport> => {
  const random = createRandom(seed);
  const names = Array.from({ length: PROGRAMS }, (_, at) => `fuzz${at}`);
  let programs = names.map((name) => makeProgram(random, name, "1.0.0", names));
  let scores: readonly ScoreSource[] = [STORE, CENSUS, ...programs.map((program) => sourceOf(program, sdk))];
  const habits = HABITS.map((_, at) => HABITS[(at + seed) % HABITS.length] as Habit);
  const state = new Map<string, Uint8Array>();
  const read: Read = (keys) => keys.map((key) => state.get(keyOf(key)));
  const apply = (outcomes: readonly Outcome[]): void => {
    for (const { writes } of outcomes)
      for (const { key, value } of writes)
        if (value === undefined) state.delete(keyOf(key));
        else state.set(keyOf(key), value);
  };
  const codes = new Map<number, number>();
  let transactions = 0;
  let asked = 0;
  const report = (divergence?: Divergence): RoundReport => ({
    transactions,
    queries: asked,
    codes,
    divergence,
  });

  const hosts = await openHosts(engines, habits, scores, random);
  try {
    const inits = names.map((score) => ({ score, params: "{}" }));
    const begun = await Promise.all(hosts.map((host) => host.genesis(inits, GENESIS_MS)));
    const diverged = firstDifference(hosts, begun, differenceOf);
    const genesis = makeBlock(random, 0, names, [], 1);
    if (diverged !== undefined) return report({ ...diverged, block: genesis, programs, state: new Map() });
    apply(begun[0] as readonly Outcome[]);

    for (let height = 1; height <= BLOCKS && transactions < transactionsMax; height++) {
      const { activations, next } = makeActivations(random, height, programs, names, sdk);
      const callees = scores.some(({ name }) => name === ODD_NAME) ? [...names, ODD_NAME] : names;
      const callsMax = Math.min(CALLS_MAX, transactionsMax - transactions);
      const block = makeBlock(random, height, callees, activations, callsMax);
      const queries = makeQueries(random, height - 1, names);
      const done = await Promise.all(hosts.map((host) => host.block(block, queries, read)));
      const answers = done.map(([answer]) => answer);
      const found = { block, programs, state: new Map(state) };
      const differs = firstDifference(hosts, answers, differenceOf);
      if (differs !== undefined) return report({ ...differs, ...found });
      const answered = firstDifference(
        hosts,
        done.map(([, told]) => told),
        queryDifferenceOf,
      );
      if (answered !== undefined) return report({ ...answered, ...found, queries });
      const [answer] = answers as readonly Executed[];
      if (answer === undefined) return report();
      for (const { code } of answer.calls) codes.set(code, (codes.get(code) ?? 0) + 1);
      apply([...answer.activations, ...answer.calls]);
      scores = scoresAfter(scores, block, answer.activations);
      if (next !== undefined && answer.activations[0]?.code === 0)
        programs = programs.map((program) => (program.name === next.name ? next : program));
      transactions += block.calls.length;
      asked += queries.length;
    }
    return report();
  } finally {
    await Promise.all(hosts.map((host) => host.close()));
  }
};

/** The activations of a block, and the program that comes with the first, if one does. */
const makeActivations = (
  random: Random,
  height: number,
  programs: readonly Program[],
  names: readonly string[],
  sdk: string,
): { readonly activations: readonly Activation[]; readonly next?: Program } => {
  if (!random.percent(ACTIVATION_SHARE)) return { activations: [] };
  if (random.percent(60)) return { activations: [deployOdd(random), deployOdd(random), deployOdd(random)] };
  const { name } = random.pick(programs);
  const next = makeProgram(random, name, `1.${height}.0`, names);
  return { activations: [activate("upgrade", sourceOf(next, sdk))], next };
};

const firstDifference = <T>(
  hosts: readonly FuzzedHost[],
  answers: readonly T[],
  differ: (first: T, second: T) => Difference | undefined,
): Pick<Divergence, "hosts" | "difference"> | undefined => {
  for (let at = 1; at < hosts.length; at++) {
    const difference = differ(answers[0] as T, answers[at] as T);
    if (difference !== undefined)
      return { hosts: [(hosts[0] as FuzzedHost).name, (hosts[at] as FuzzedHost).name], difference };
  }
  return undefined;
};
