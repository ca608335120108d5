import type { Random } from "./random.ts";

/** Which faults a run has, and how hard they are. Most runs have a few: a swarm finds more than one average storm. */
export type Weather = {
  /** Least and mean one-way delay. */
  readonly delayMs: { readonly least: number; readonly mean: number };
  /** Chance that a frame is very late, and by how much on average. */
  readonly late: { readonly chance: number; readonly meanMs: number };
  readonly loss: number;
  readonly duplication: number;
  /** Mean time between partitions and their mean length; 0: none. */
  readonly partitions: { readonly everyMs: number; readonly forMs: number };
  /** Chance, per view and kind of message, that only some nodes get it: the directed adversary. */
  readonly narrowing: number;
  /** Mean time between crashes of one or several nodes, and their mean rest; 0: none. */
  readonly crashes: { readonly everyMs: number; readonly forMs: number; readonly all: number };
  /** Chance of a crash at any one effect. */
  readonly crashesPerEffect: number;
  readonly syncMs: number;
  readonly isCoalescing: boolean;
  readonly validateMs: number;
  readonly executeMs: number;
  readonly sendsData: boolean;
  /** Chance that the node which accepts a transaction passes it on at once. */
  readonly gossip: number;
  /** Mean time between transactions. */
  readonly submitEveryMs: number;
  readonly clockSkewMs: number;
  /** Chance, with each transaction, that the configuration is changed as well: an epoch ends. */
  readonly changes: number;
};

/** A day without faults: what a run ends in, so that progress can be asked for. */
export const CALM: Weather = {
  delayMs: { least: 1, mean: 3 },
  late: { chance: 0, meanMs: 0 },
  loss: 0,
  duplication: 0,
  partitions: { everyMs: 0, forMs: 0 },
  narrowing: 0,
  crashes: { everyMs: 0, forMs: 0, all: 0 },
  crashesPerEffect: 0,
  syncMs: 0.3,
  isCoalescing: true,
  validateMs: 0.5,
  executeMs: 2,
  sendsData: true,
  gossip: 1,
  submitEveryMs: 8,
  clockSkewMs: 0,
  changes: 0,
};

/** The weather of one seed. */
export const drawWeather = (random: Random): Weather => {
  const sometimes = <T>(chance: number, value: () => T, otherwise: T): T =>
    random.chance(chance) ? value() : otherwise;
  return {
    delayMs: { least: random.between(0.5, 3), mean: random.pick([1, 3, 8, 25]) },
    late: sometimes(0.4, () => ({ chance: random.between(0.01, 0.2), meanMs: random.between(50, 400) }), {
      chance: 0,
      meanMs: 0,
    }),
    loss: sometimes(0.4, () => random.between(0.01, 0.3), 0),
    duplication: sometimes(0.2, () => random.between(0.01, 0.2), 0),
    partitions: sometimes(
      0.3,
      () => ({ everyMs: random.between(200, 1000), forMs: random.between(50, 800) }),
      CALM.partitions,
    ),
    narrowing: sometimes(0.35, () => random.between(0.1, 0.7), 0),
    crashes: sometimes(
      0.4,
      () => ({
        everyMs: random.between(100, 900),
        forMs: random.between(5, 400),
        all: random.pick([0, 0.2, 1]),
      }),
      CALM.crashes,
    ),
    crashesPerEffect: sometimes(0.25, () => random.between(0.0005, 0.01), 0),
    syncMs: random.pick([0.1, 0.5, 3, 15]),
    isCoalescing: random.chance(0.5),
    validateMs: random.pick([0.1, 1, 10]),
    executeMs: random.pick([0.5, 5, 40]),
    sendsData: random.chance(0.6),
    gossip: random.pick([0, 0.5, 1]),
    submitEveryMs: random.pick([15, 60, 150]),
    clockSkewMs: sometimes(0.3, () => random.between(1, 80), 0),
    changes: sometimes(0.3, () => random.between(0.01, 0.1), 0),
  };
};
