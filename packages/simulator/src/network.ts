import type { Message } from "@dure/consensus";
import type { Frame } from "./frame.ts";
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
  readonly deliver: (from: number, to: number, frame: Frame) => void;
  /** A partition ended: these two can talk again. */
  readonly onMended: (a: number, b: number) => void;
};

/** Which messages stand or fall together under the directed adversary: those of one kind that speak of one view. */
const topicOf = (message: Message): string => {
  switch (message.type) {
    case "vote":
    case "groupVote":
      return `${message.kind}/${message.view}`;
    case "timeout":
      return `t/${message.view}`;
    case "certificate":
      return `1/${message.certificate.view}`;
    case "status":
      return `s/${Math.max(message.highQc.view, message.highTc?.view ?? 0)}`;
    case "timeoutCertificate":
      return `c/${message.tc.view}`;
    case "proposal":
      return `p/${message.qc.view}`;
    case "attest":
      return "a";
    case "evidence":
      return "e";
  }
};

/** Random delays, losses and duplicates, partitions that come and go, and a directed adversary. */
export const createNetwork = (options: NetworkOptions): Network => {
  const { nodes, schedule, random, deliver, onMended } = options;
  let weather = options.weather;
  let sides: readonly number[] | undefined;
  let frames = 0;
  const audiences = new Map<string, number>();
  const everyone = 2 ** nodes - 1;

  const isOpen = (a: number, b: number): boolean => sides === undefined || sides[a] === sides[b];

  /** Who gets the messages of a topic, as a bitmap: everyone, one node, or some. */
  const audienceOf = (topic: string): number => {
    const known = audiences.get(topic);
    if (known !== undefined) return known;
    const some = random.chance(0.5) ? 2 ** random.below(nodes) : random.below(everyone + 1);
    const audience = random.chance(weather.narrowing) ? some : everyone;
    audiences.set(topic, audience);
    return audience;
  };

  const isLost = (from: number, to: number, frame: Frame): boolean => {
    if (!isOpen(from, to) || (weather.loss > 0 && random.chance(weather.loss))) return true;
    if (weather.narrowing === 0 || frame.type !== "consensus") return false;
    return ((audienceOf(topicOf(frame.message)) >> to) & 1) === 0;
  };

  const delayMs = (): number => {
    const { least, mean } = weather.delayMs;
    const isLate = weather.late.chance > 0 && random.chance(weather.late.chance);
    return least + random.gap(mean) + (isLate ? random.gap(weather.late.meanMs) : 0);
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
        if (isLost(from, to, frame)) continue;
        schedule.after(delayMs(), () => deliver(from, to, frame));
      }
    },
    heal: () => {
      weather = CALM;
      mend();
    },
  };
};
