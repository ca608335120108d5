import {
  type Call,
  createScoreHost,
  type ScoreHost,
  type ScoreHostLimits,
  type ScoreSource,
} from "@dure/score-host";
import { type MemoryState, memoryState } from "./memory-state.ts";
import { cpuSecondsOf, memoryOf, ownCpuSeconds } from "./process.ts";
import { mediansOf, type Rounds } from "./rounds.ts";
import { blockOf } from "./transfers.ts";

/** What a call costs in a host: by the clock, and of the processors' time in both processes, in µs. */
export type HostCost = { readonly us: number; readonly parentUs: number; readonly childUs: number };

/** CPU of both processes. Unlike the clock, it hardly tells what else the machine does. */
export const cpuUsOf = ({ parentUs, childUs }: HostCost): number => parentUs + childUs;

/** A host with its state, which executes blocks one after the other. */
export type LoadedHost = {
  readonly host: ScoreHost;
  readonly state: MemoryState;
  execute(calls: readonly Call[]): Promise<void>;
  /** Bytes of the process that executes blocks. */
  memoryBytes(): number;
};

export const openLoaded = async (
  scores: readonly ScoreSource[],
  limits: ScoreHostLimits = {},
): Promise<LoadedHost> => {
  const host = await createScoreHost({ scores, limits });
  const state = memoryState();
  let height = 0;
  return {
    host,
    state,
    async execute(calls) {
      height += 1;
      state.apply(await host.execute(blockOf(height, calls), state.read));
    },
    memoryBytes: () => memoryOf(pidOf(host)),
  };
};

const pidOf = (host: ScoreHost): number => {
  const { pid } = host.status();
  if (pid === undefined) throw new Error("the host has no process for blocks");
  return pid;
};

/**
 * What a call costs in blocks of so many. `next` makes a block's calls, which is not measured; what is: the block's way
 * to the process and back, its execution, answers to its reads, and entering its writes into a map.
 */
export const measureCalls = async (
  { host, execute }: LoadedHost,
  callsPerBlock: number,
  next: (count: number) => readonly Call[],
  { count, ms }: Rounds,
): Promise<HostCost> => {
  /** Blocks until so much time has passed, which warms up and says how many a round has. */
  const warmUp = async (): Promise<number> => {
    const sinceMs = performance.now();
    let blocks = 0;
    for (; performance.now() - sinceMs < ms; blocks++) await execute(next(callsPerBlock));
    return blocks;
  };
  const round = async (blocks: number): Promise<HostCost> => {
    const made = Array.from({ length: blocks }, () => next(callsPerBlock));
    const pid = pidOf(host);
    const [childS, ownS, sinceMs] = [cpuSecondsOf(pid), ownCpuSeconds(), performance.now()];
    for (const calls of made) await execute(calls);
    const perCall = 1e6 / (blocks * callsPerBlock);
    return {
      us: ((performance.now() - sinceMs) / 1_000) * perCall,
      parentUs: (ownCpuSeconds() - ownS) * perCall,
      childUs: (cpuSecondsOf(pid) - childS) * perCall,
    };
  };
  const blocks = await warmUp();
  const samples: HostCost[] = [];
  for (let at = 0; at < count; at++) samples.push(await round(blocks));
  return mediansOf(samples);
};
