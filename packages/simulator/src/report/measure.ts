import type { EngineConfig, EngineName, Group, LeaderPolicyName } from "@dure/consensus";
import type { CryptoSuite } from "@dure/crypto";
import { decodeHeader, type Hash, toHash } from "@dure/types";
import { createCoverage } from "../coverage.ts";
import { createDisk } from "../disk.ts";
import type { Frame } from "../frame.ts";
import { Life } from "../life.ts";
import { baseAtEnd, type LifeOptions } from "../life-options.ts";
import type { Observer } from "../observer.ts";
import { PROTOCOLS } from "../protocols.ts";
import { createRandom } from "../random.ts";
import { createSchedule } from "../schedule.ts";
import { createStubSuite } from "../stub-suite.ts";

/** A network without faults, but for those named, on which an engine is measured. */
export type Setting = {
  readonly engine: EngineName;
  readonly validators: number;
  /** How many groups of equal size; none: quorums are flat. */
  readonly groups?: number;
  readonly optimistic?: boolean;
  /** k. */
  readonly spinInterval?: number;
  /** Spinning unless given. */
  readonly leaderPolicy?: LeaderPolicyName;
  /** One-way delay in ms between two validators. */
  readonly delayMs: (from: number, to: number) => number;
  readonly baseMs: number;
  /** Committed heights after which the measurement ends; the first few are not counted. */
  readonly heights: number;
  /** A validator stops for ever at a height: the leader of then, or the one so many turns after it. */
  readonly stops?: { readonly atHeight: number; readonly turnsLater: number };
  /** A validator that says everything so much later, in ms. */
  readonly delayer?: { readonly index: number; readonly byMs: number };
};

/** What was measured. Times in ms of the virtual clock; medians over blocks. */
export type Measured = {
  /** From the proposal's sending to the commit: at the median validator. */
  readonly finalityMs: number;
  /** Between two blocks' proposals, on average. */
  readonly periodMs: number;
  readonly messages: number;
  readonly bytes: number;
  /** Of these, what crossed from one group to another. */
  readonly crossBytes: number;
  readonly verifications: number;
  /** From the stop to the first commit of a block that was proposed after it; undefined if nobody stopped. */
  readonly recoveryMs: number | undefined;
  /** Virtual time from the first counted commit to the last. */
  readonly spanMs: number;
  readonly blocks: number;
};

/** Heights that are not counted: the first leader starts alone. */
const WARM = 3;
const IDS_PER_BLOCK = 8;
/** Blocks of transactions that wait at every validator from the start. */
const AHEAD = 12;

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

const configOf = (
  setting: Setting,
  suite: CryptoSuite,
  seeds: readonly Uint8Array[],
): Omit<EngineConfig, "self"> => {
  const { engine, validators, groups = 0, baseMs, optimistic = false, spinInterval = 1 } = setting;
  const base = { blockId: toHash(suite.hash(Uint8Array.of(71))), height: 0, timestampMs: 0 };
  const size = Math.ceil(validators / Math.max(1, groups));
  const groupOf = (index: number): string | undefined =>
    groups === 0 ? undefined : `g${Math.floor(index / size)}`;
  const named: Group[] = Array.from({ length: groups }, (_, at) => ({ name: `g${at}`, weight: 1 }));
  return {
    engine,
    suite,
    channelId: base.blockId,
    epoch: 1,
    base,
    validators: seeds.map((seed, index) => ({
      publicKey: suite.publicKeyOf(seed),
      weight: 1,
      group: groupOf(index),
    })),
    groups: named,
    spinInterval,
    leaderPolicy: setting.leaderPolicy,
    optimistic,
    timing: {
      baseMs,
      capMs: 4 * baseMs,
      blockIntervalMs: 0,
      driftMs: 10 * baseMs,
      resendMs: baseMs,
      statusMs: 1_000_000,
    },
    lag: 1_000,
  };
};

const heightOf = (headerBytes: Uint8Array): number => {
  const header = decodeHeader(headerBytes);
  return header.ok ? header.value.height : 0;
};

const sizeOf = (frame: Frame): number => (frame.type === "consensus" ? frame.bytes.length : 0);

/** Measures an engine as it ships, under a virtual clock in which nothing but the network takes time. */
export const measure = (setting: Setting): Measured => {
  const { validators, delayMs, heights, stops, delayer } = setting;
  const random = createRandom(1);
  const schedule = createSchedule();
  let verifications = 0;
  const stub = createStubSuite(1);
  const suite: CryptoSuite = {
    ...stub,
    verify: (key, message, signature) => {
      verifications += 1;
      return stub.verify(key, message, signature);
    },
  };
  const seeds = Array.from({ length: validators }, (_, at) => new Uint8Array(32).fill(at + 1));
  const config = configOf(setting, suite, seeds);
  const protocol = PROTOCOLS[setting.engine];
  const proposedMs = new Map<number, number>();
  const committedMs = new Map<number, number[]>();
  const lives: Life[] = [];
  const down = new Set<number>();
  let [messages, bytes, crossBytes, next] = [0, 0, 0, 0];
  let [stoppedMs, recoveredMs]: (number | undefined)[] = [undefined, undefined];
  let counted = { messages: 0, bytes: 0, crossBytes: 0, verifications: 0 };
  const taken = new Set<Hash>();

  const feed = (): void => {
    const ids = Array.from({ length: IDS_PER_BLOCK }, () => ++next);
    for (const [at, life] of lives.entries()) if (!down.has(at)) for (const id of ids) life.submit(id);
  };

  const stop = (turnsLater: number): void => {
    const { leader } = (lives[0] as Life).status;
    const index = (leader + turnsLater) % validators;
    down.add(index);
    lives[index]?.crash();
    stoppedMs = schedule.nowMs();
  };

  const onAppended = (height: number): void => {
    const times = committedMs.get(height) ?? [];
    committedMs.set(height, [...times, schedule.nowMs()]);
    if (times.length > 0) return;
    if (height === WARM) counted = { messages, bytes, crossBytes, verifications };
    if (stoppedMs !== undefined && (proposedMs.get(height) ?? 0) > stoppedMs)
      recoveredMs ??= schedule.nowMs();
    feed();
    if (height === stops?.atHeight) stop(stops.turnsLater);
  };

  const ignore = (): void => undefined;
  const observer: Observer = {
    sent: (_, message) => {
      if (message.type !== "proposal" && message.type !== "prePrepare") return;
      const id = toHash(suite.hash(message.headerBytes));
      if (taken.has(id)) return;
      taken.add(id);
      const height = heightOf(message.headerBytes);
      if (!proposedMs.has(height)) proposedMs.set(height, schedule.nowMs());
    },
    persisted: ignore,
    appended: (_, blocks) => {
      for (const { candidate } of blocks) onAppended(candidate.header.height);
    },
    executed: ignore,
    stepped: ignore,
    complained: ignore,
    crashed: ignore,
  };
  const groupOf = (index: number): string | undefined => config.validators[index]?.group;

  const optionsOf = (index: number): LifeOptions => {
    const own: EngineConfig = { ...config, self: { index, seed: seeds[index] as Uint8Array } };
    const engine = protocol.create(own, {});
    const lateMs = delayer?.index === index ? delayer.byMs : 0;
    return {
      index,
      configOf: () => own,
      engineOf: () => engine,
      protocol,
      disk: createDisk(engine.freshRecord()),
      schedule,
      random: random.fork(),
      observer,
      coverage: createCoverage(),
      peers: seeds.map((_, peer) => peer).filter((peer) => peer !== index),
      send: (to, frame) => {
        if (frame.type === "consensus") {
          messages += 1;
          bytes += sizeOf(frame);
          if (groupOf(index) !== groupOf(to)) crossBytes += sizeOf(frame);
        }
        schedule.after(lateMs + delayMs(index, to), () => lives[to]?.receive(index, frame));
      },
      crashes: () => false,
      diskTiming: { syncMs: 0, isCoalescing: true, sendsFirst: false },
      validateMs: 0,
      executeMs: 0,
      sendsData: true,
      clockSkewMs: 0,
      keptRecord: (record) => record,
      keepsData: true,
      keepsExecution: true,
      baseOf: baseAtEnd,
      censors: false,
    };
  };
  for (let index = 0; index < validators; index++) lives.push(new Life(optionsOf(index)));
  for (const life of lives) life.start();
  // More than the first blocks take: there is always something to propose.
  for (let block = 0; block < AHEAD; block++) feed();
  const isDone = (): boolean => (committedMs.get(heights)?.length ?? 0) > 0;
  while (!isDone() && schedule.advance());

  const measured = [...proposedMs.keys()].filter((height) => height > WARM && height <= heights - 2);
  const finality = measured.flatMap((height) => {
    const times = committedMs.get(height);
    return times === undefined ? [] : [median(times) - (proposedMs.get(height) as number)];
  });
  const blocks = heights - WARM;
  const first = committedMs.get(WARM)?.[0] ?? 0;
  const last = committedMs.get(heights)?.[0] ?? 0;
  const per = (total: number): number => total / blocks / validators;
  return {
    finalityMs: median(finality),
    periodMs: (last - first) / blocks,
    messages: per(messages - counted.messages),
    bytes: per(bytes - counted.bytes),
    crossBytes: per(crossBytes - counted.crossBytes),
    verifications: per(verifications - counted.verifications),
    recoveryMs: stoppedMs === undefined || recoveredMs === undefined ? undefined : recoveredMs - stoppedMs,
    spanMs: last - first,
    blocks,
  };
};
