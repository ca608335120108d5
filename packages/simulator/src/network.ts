import type { Coverage } from "./coverage.ts";
import type { Frame } from "./frame.ts";
import type { AnyMessage } from "./protocol.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import { CALM, type Weather } from "./weather.ts";

export type Network = {
  readonly send: (from: number, to: number, frame: Frame) => void;
  /** Whether frames pass between two nodes now. */
  readonly isOpen: (a: number, b: number) => boolean;
  /** From now on nothing is lost or late, and no partition stands. */
  readonly heal: () => void;
  readonly frames: () => number;
};

export type NetworkOptions = {
  readonly nodes: number;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly weather: Weather;
  readonly coverage: Coverage;
  /** What the way between two nodes takes besides the weather's delay. */
  readonly distanceMs: (from: number, to: number) => number;
  /** Which messages the directed adversary treats alike. */
  readonly topicOf: (message: AnyMessage) => string;
  readonly deliver: (from: number, to: number, frame: Frame) => void;
  /** A partition ended: these two can talk again. */
  readonly onMended: (a: number, b: number) => void;
};

/** Random delays, losses and duplicates, partitions that come and go, and a directed adversary. */
export const createNetwork = (options: NetworkOptions): Network => {
  const { nodes, schedule, random, coverage, distanceMs, deliver, onMended } = options;
  let weather = options.weather;
  let sides: readonly number[] | undefined;
  let isOneWay = false;
  let frames = 0;
  const audiences = new Map<string, number>();
  const everyone = 2 ** nodes - 1;

  const isOpen = (a: number, b: number): boolean => sides === undefined || sides[a] === sides[b];
  /** One way, the side of the lower number is heard and hears nothing. */
  const passes = (from: number, to: number): boolean =>
    isOpen(from, to) || (isOneWay && (sides?.[from] ?? 0) < (sides?.[to] ?? 0));

  /** Who gets the messages of a topic, as a bitmap: everyone, one node, or some. */
  const audienceOf = (topic: string): number => {
    const known = audiences.get(topic);
    if (known !== undefined) return known;
    const some = random.chance(0.5) ? 2 ** random.below(nodes) : random.below(everyone + 1);
    const audience = random.chance(weather.narrowing) ? some : everyone;
    audiences.set(topic, audience);
    return audience;
  };

  /** Which fault takes a frame; undefined if none does. */
  const lossOf = (from: number, to: number, frame: Frame): string | undefined => {
    if (!passes(from, to)) return isOneWay ? "one-way partition" : "partition";
    if (weather.loss > 0 && random.chance(weather.loss)) return "loss";
    if (weather.narrowing === 0 || frame.type !== "consensus") return undefined;
    const isMeant = ((audienceOf(options.topicOf(frame.message)) >> to) & 1) === 1;
    return isMeant ? undefined : "narrowed audience";
  };

  const isLost = (from: number, to: number, frame: Frame): boolean => {
    const fault = lossOf(from, to, frame);
    if (fault !== undefined) coverage.note(`fault: ${fault}`);
    return fault !== undefined;
  };

  const delayMs = (from: number, to: number): number => {
    const { least, mean } = weather.delayMs;
    const isLate = weather.late.chance > 0 && random.chance(weather.late.chance);
    if (isLate) coverage.note("fault: late frame");
    return distanceMs(from, to) + least + random.gap(mean) + (isLate ? random.gap(weather.late.meanMs) : 0);
  };

  const mend = (): void => {
    const before = sides;
    sides = undefined;
    if (before === undefined) return;
    for (let a = 0; a < nodes; a++)
      for (let b = 0; b < nodes; b++) if (a !== b && before[a] !== before[b]) onMended(a, b);
  };

  const divide = (): void => {
    const { everyMs, forMs } = weather.partitions;
    if (everyMs === 0) return;
    schedule.after(random.gap(everyMs), () => {
      if (weather.partitions.everyMs === 0) return;
      sides = Array.from({ length: nodes }, () => random.below(random.pick([2, 2, 3])));
      isOneWay = random.chance(0.25);
      schedule.after(random.gap(forMs), () => {
        mend();
        divide();
      });
    });
  };
  divide();

  return {
    isOpen,
    frames: () => frames,
    send: (from, to, frame) => {
      frames += 1;
      const copies = weather.duplication > 0 && random.chance(weather.duplication) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        if (copy > 0) coverage.note("fault: duplicate frame");
        if (isLost(from, to, frame)) continue;
        schedule.after(delayMs(from, to), () => deliver(from, to, frame));
      }
    },
    heal: () => {
      weather = CALM;
      mend();
    },
  };
};
