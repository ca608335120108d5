import { type EngineConfig, type EngineName, quorumsOf } from "@dure/consensus";
import { type CryptoSuite, HASH_BYTES } from "@dure/crypto";
import { toHash } from "@dure/types";
import type { Coverage } from "./coverage.ts";
import { createDisk } from "./disk.ts";
import type { Frame } from "./frame.ts";
import { baseAtDescendant, baseAtEnd, type LifeOptions } from "./life-options.ts";
import type { Mutant } from "./mutant.ts";
import { Node, type Peer } from "./node.ts";
import type { Observer } from "./observer.ts";
import type { AnyMessage, Protocol } from "./protocol.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import { Twins } from "./twins.ts";
import { createUnruly } from "./unruly.ts";
import type { Weather } from "./weather.ts";

/** What the faulty validator of a run is; `none`: nobody lies. */
export const BYZANTINE = [
  "none",
  "adversary",
  "twins",
  "withholder",
  "delayer",
  "replayer",
  "censor",
] as const;
export type Byzantine = (typeof BYZANTINE)[number];

/** One channel: what all nodes agree on before the first block. */
export type Channel = {
  readonly config: Omit<EngineConfig, "self">;
  readonly seeds: readonly Uint8Array[];
};

/** A validator's key seed in an epoch: every change of the configuration re-keys all. */
const seedIn = ({ config, seeds }: Channel, index: number, epoch: number): Uint8Array => {
  const seed = seeds[index] as Uint8Array;
  return epoch === 1 ? seed : config.suite.hash(seed, Uint8Array.of(epoch));
};

/**
 * What holds in an epoch: new keys, and another leader policy and manner of proposing in each. Tenures stay as long as
 * they are: by them it is known when a block is owed. (A sticky leader that censors would owe none for a thousand views.)
 */
const configIn = (
  channel: Channel,
  epoch: number,
  base = channel.config.base,
): Omit<EngineConfig, "self"> => {
  const { config } = channel;
  if (epoch === 1) return config;
  return {
    ...config,
    epoch,
    base,
    validators: config.validators.map((validator, index) => ({
      ...validator,
      publicKey: config.suite.publicKeyOf(seedIn(channel, index, epoch)),
    })),
    leaderPolicy: epoch % 2 === 0 ? "weighted" : "spinning",
    optimistic: epoch % 2 === 0,
  };
};

/** A channel of so many validators with equal or drawn weights. */
export const createChannel = (
  suite: CryptoSuite,
  random: Random,
  validators: number,
  spinInterval: number,
  engine: EngineName = "lft",
  isWan = false,
): Channel => {
  const seeds = Array.from({ length: validators }, () =>
    Uint8Array.from({ length: HASH_BYTES }, () => random.below(256)),
  );
  const isWeighted = validators > 3 && random.chance(0.15);
  // Four of one organisation and the rest alone: of the groups one may fail wholly, and of the four another.
  const isGrouped = validators > 6 && random.chance(0.3);
  const weightOf = (): number => (isWeighted ? 1 + random.below(3) : 1);
  const base = { blockId: toHash(suite.hash(Uint8Array.of(71))), height: 0, timestampMs: 0 };
  return {
    seeds,
    config: {
      engine,
      suite,
      channelId: base.blockId,
      epoch: 1,
      base,
      validators: seeds.map((seed, index) => ({
        publicKey: suite.publicKeyOf(seed),
        weight: weightOf(),
        group: isGrouped && index < 4 ? "organisation" : undefined,
      })),
      groups: isGrouped ? [{ name: "organisation", weight: 1 }] : [],
      leaderPolicy: random.pick(["spinning", "spinning", "weighted"]),
      spinInterval,
      timing: {
        baseMs: random.pick(isWan ? [700, 1_200] : [40, 100, 200]),
        capMs: random.pick(isWan ? [2_000, 4_000] : [300, 600]),
        blockIntervalMs: random.pick([0, 5, 20]),
        driftMs: 50,
        resendMs: random.pick([40, 120]),
        statusMs: random.pick([120, 400]),
      },
      lag: random.pick([2, 8, 64]),
      optimistic: random.chance(0.6),
    },
  };
};

/** A largest set of validators that may be faulty, in drawn order: the others still make a quorum. */
export const drawFaulty = (channel: Channel, random: Random): readonly number[] => {
  const { validators } = channel.config;
  const { isQuorum } = quorumsOf(channel.config);
  const faulty: number[] = [];
  const order = validators.map((_, index) => index).sort(() => random.unit() - 0.5);
  for (const index of order) {
    const rest = order.filter((other) => other !== index && !faulty.includes(other));
    if (isQuorum(rest)) faulty.push(index);
  }
  return faulty;
};

export type Surroundings = {
  readonly protocol: Protocol;
  readonly channel: Channel;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly weather: Weather;
  readonly mutant: Mutant;
  readonly observer: Observer;
  readonly coverage: Coverage;
  readonly send: (from: number, to: number, frame: Frame) => void;
  readonly crashes: (node: number) => boolean;
};

/** What a node at this place is made of, over a disk of its own. */
const lifeOptionsOf = (surroundings: Surroundings, index: number): LifeOptions => {
  const { protocol, channel, schedule, random, weather, mutant, observer, coverage, send, crashes } =
    surroundings;
  const configOf = (epoch: number, base?: EngineConfig["base"]): EngineConfig => ({
    ...configIn(channel, epoch, base),
    self: { index, seed: seedIn(channel, index, epoch) },
  });
  const engineOf = (config: EngineConfig) => protocol.create(config, mutant);
  const { syncMs, isCoalescing, validateMs, executeMs, sendsData } = weather;
  return {
    index,
    configOf,
    engineOf,
    protocol,
    disk: createDisk(engineOf(configOf(1)).freshRecord()),
    schedule,
    random: random.fork(),
    observer,
    coverage,
    peers: channel.seeds.map((_, peer) => peer).filter((peer) => peer !== index),
    send: (to, frame) => send(index, to, frame),
    crashes: () => crashes(index),
    diskTiming: { syncMs, isCoalescing, sendsFirst: mutant.sendsFirst ?? false },
    validateMs,
    executeMs,
    sendsData,
    clockSkewMs: weather.clockSkewMs * (random.unit() - 0.5),
    keptRecord: mutant.keptRecord ?? ((record) => record),
    keepsData: mutant.losesData !== true,
    keepsExecution: mutant.losesExecution !== true,
    baseOf: mutant.opensOnDescendants === true ? baseAtDescendant : baseAtEnd,
    censors: false,
  };
};

/** An honest node. */
export const createNode = (surroundings: Surroundings, index: number): Node =>
  new Node(lifeOptionsOf(surroundings, index));

/** A faulty one: an adversary, or twins of which only what they send is watched. */
export const createFaulty = (surroundings: Surroundings, index: number, kind: Byzantine): Peer => {
  const { observer, schedule, random } = surroundings;
  const ignore = (): void => undefined;
  const sent = (message: AnyMessage): void => observer.sent(index, message);
  const watched: Observer = {
    sent: (_, message) => sent(message),
    persisted: ignore,
    appended: ignore,
    executed: ignore,
    stepped: ignore,
    complained: ignore,
    crashed: ignore,
  };
  const reliable = { ...surroundings, observer: watched, crashes: () => false, mutant: {} };
  if (kind === "twins") {
    const twins = new Twins(() => lifeOptionsOf(reliable, index), random.fork());
    schedule.after(0, () => twins.start());
    return twins;
  }
  if (kind !== "adversary" && kind !== "none") {
    const options = lifeOptionsOf(reliable, index);
    const unruly = createUnruly(kind, options, surroundings.channel.config.timing.baseMs, random.fork());
    schedule.after(0, () => unruly.start());
    return unruly;
  }
  const { configOf, peers, send } = lifeOptionsOf(surroundings, index);
  const seed = surroundings.channel.seeds[index] as Uint8Array;
  return surroundings.protocol.adversary({
    index,
    config: configOf(1),
    seed,
    schedule,
    random: random.fork(),
    peers,
    send,
    sent,
  });
};
