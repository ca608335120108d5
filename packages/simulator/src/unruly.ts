import type { Frame } from "./frame.ts";
import { Life } from "./life.ts";
import type { LifeOptions } from "./life-options.ts";
import type { Peer } from "./node.ts";
import type { Random } from "./random.ts";

/** Ways in which a validator that runs the shipped code can still do harm by what it lets through, and when. */
export type Unruliness = "withholder" | "delayer" | "replayer" | "censor";

/** Frames that a replayer keeps. */
const KEPT_MAX = 64;

type Send = LifeOptions["send"];

/** Says nothing to half of the others, and gives out no data that it was asked for. */
const withholding = (send: Send, random: Random): Send => {
  const favoured = new Map<number, boolean>();
  return (to, frame) => {
    const isFavoured = favoured.get(to) ?? random.chance(0.5);
    favoured.set(to, isFavoured);
    if (isFavoured && (frame.type === "consensus" || random.chance(0.2))) send(to, frame);
  };
};

/** Says everything as late as it can without being timed out at once. */
const delaying = ({ send, schedule }: LifeOptions, baseMs: number, random: Random): Send => {
  const share = random.between(0.4, 0.98);
  return (to, frame) => schedule.after(share * baseMs, () => send(to, frame));
};

/** A validator that runs the shipped code and lets through what it likes, when it likes. */
export const createUnruly = (
  kind: Unruliness,
  options: LifeOptions,
  baseMs: number,
  random: Random,
): Peer & { readonly start: () => void; readonly submit: (id: number) => void } => {
  const { send, peers } = options;
  const kept: Frame[] = [];
  const sendOf = (): Send => {
    if (kind === "withholder") return withholding(send, random);
    return kind === "delayer" ? delaying(options, baseMs, random) : send;
  };
  const life = new Life({ ...options, send: sendOf(), censors: kind === "censor" });
  /** Says again what others said, in its own name and at a worse time. */
  const replay = (frame: Frame): void => {
    if (frame.type === "consensus") kept.push(frame);
    if (kept.length > KEPT_MAX) kept.splice(random.below(kept.length), 1);
    if (random.chance(0.3)) send(random.pick(peers), random.pick(kept.length > 0 ? kept : [frame]));
  };
  return {
    start: () => life.start(),
    isUp: () => true,
    submit: (id) => life.submit(id),
    connected: (peer) => life.connected(peer),
    receive: (from, frame) => {
      if (kind === "replayer") replay(frame);
      life.receive(from, frame);
    },
  };
};
