import { ScoreHostError } from "../error.ts";
import { createScoreHost, type ScoreHost } from "../host.ts";
import type {
  Block,
  Executed,
  Genesis,
  Outcome,
  QueryCall,
  QueryOutcome,
  Read,
  ScoreSource,
} from "../outcome.ts";
import { scoresAfter } from "../scores-after.ts";
import type { Spawn } from "../spawn.ts";
import type { Random } from "./random.ts";

/** A Node.js that runs sandboxes, and what it is called. */
export type Engine = { readonly name: string; readonly spawn: Spawn };

/** How a host is treated. None of it may show. */
export type Habit = {
  readonly name: string;
  readonly memoryMb: number;
  readonly cacheBytesMax: number;
  /** Every attempt is careful: state is read directly, call by call. */
  readonly isCareful: boolean;
  /** Processes are killed in the midst of blocks, deadlines are short, queries come in between, reads are late. */
  readonly isHarried: boolean;
};

/** The three habits: as on a peer, in little memory without a cache, and under all that may happen. */
export const HABITS: readonly Habit[] = [
  { name: "steady", memoryMb: 384, cacheBytesMax: 32 << 20, isCareful: false, isHarried: false },
  { name: "careful", memoryMb: 224, cacheBytesMax: 0, isCareful: true, isHarried: false },
  { name: "harried", memoryMb: 256, cacheBytesMax: 20_000, isCareful: false, isHarried: true },
];

/** A block's outcomes, or that this host gave none. */
export type Answer = Executed | { readonly failed: string };

/** A host of one engine and habit that gets its blocks done whatever is done to it. */
export type FuzzedHost = {
  readonly name: string;
  genesis(
    inits: readonly Genesis[],
    timestampMs: number,
  ): Promise<readonly Outcome[] | { readonly failed: string }>;
  /** Executes a block; `queries` are of the height before, and come in between where the habit has it so. */
  block(
    block: Block,
    queries: readonly QueryCall[],
    read: Read,
  ): Promise<readonly [Answer, readonly QueryOutcome[]]>;
  close(): Promise<void>;
};

const CALM_DEADLINE_MS = 120_000;
const HURRIED_DEADLINE_MS = 60;
/** How often a block may fail of a host's treatment before it is said to have failed of itself. */
const TRIES_MAX = 40;

export const createFuzzedHost = async (
  engine: Engine,
  habit: Habit,
  given: readonly ScoreSource[],
  random: Random,
): Promise<FuzzedHost> => {
  let scores = given;
  let deadlineMs = habit.isHarried && random.percent(30) ? HURRIED_DEADLINE_MS : CALM_DEADLINE_MS;
  const open = (): Promise<ScoreHost> =>
    createScoreHost({
      scores,
      spawn: engine.spawn,
      limits: {
        memoryMb: habit.memoryMb,
        cacheBytesMax: habit.cacheBytesMax,
        callsDeadlineMs: deadlineMs,
        queryDeadlineMs: CALM_DEADLINE_MS,
        attemptsMax: habit.isCareful ? 1 : 2,
      },
    });
  let host = await open();

  /** What an operator of a slow machine does: more time, and again. */
  const giveTime = async (): Promise<void> => {
    const hurried = host;
    deadlineMs = CALM_DEADLINE_MS;
    host = await open();
    await hurried.close();
  };
  const insist = async <T>(run: () => Promise<T>): Promise<T | { readonly failed: string }> => {
    for (let tries = 1; ; tries++) {
      try {
        return await run();
      } catch (error) {
        const { message } = error as Error;
        if (!(error instanceof ScoreHostError)) throw error;
        const isHarm = habit.isHarried && /SIGKILL|no answer within/.test(message);
        if (!isHarm || tries >= TRIES_MAX) return { failed: message };
        if (/no answer within/.test(message)) await giveTime();
      }
    }
  };
  const killSoon = (): NodeJS.Timeout | undefined =>
    habit.isHarried && random.percent(25)
      ? setTimeout(() => {
          const { pid } = host.status();
          if (pid !== undefined && pid > 0) killed(pid);
        }, random.below(60))
      : undefined;
  const late = (read: Read): Read =>
    habit.isHarried
      ? async (keys) => {
          if (random.percent(50)) await new Promise((resolve) => setImmediate(resolve));
          return read(keys);
        }
      : read;
  const askOne = async (query: QueryCall, read: Read): Promise<QueryOutcome> => {
    const asked = host;
    try {
      return await asked.query(query, read);
    } catch (error) {
      // It was given more time in the meantime, and is another one now.
      if (asked === host) throw error;
      return askOne(query, read);
    }
  };
  const ask = async (queries: readonly QueryCall[], read: Read): Promise<readonly QueryOutcome[]> => {
    const answers: QueryOutcome[] = [];
    for (const query of queries) answers.push(await askOne(query, read));
    return answers;
  };

  return {
    name: `${engine.name} ${habit.name}`,
    genesis: (inits, timestampMs) =>
      insist(() => host.executeGenesis({ inits, timestampMs, organisations: ORGANISATIONS })),
    async block(block, queries, read) {
      const told = await (habit.isHarried ? undefined : ask(queries, read));
      const timer = killSoon();
      const executed = insist(() => host.execute(block, late(read)));
      const answers = told ?? (await ask(queries, read));
      const answer = await executed;
      clearTimeout(timer);
      if ("activations" in answer) scores = scoresAfter(scores, block, answer.activations);
      return [answer, answers];
    },
    close: () => host.close(),
  };
};

/** kill -9; a process that just ended by itself is no error. */
const killed = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
};

export const ORGANISATIONS: readonly string[] = ["devnet", "other"];
