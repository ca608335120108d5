import type { Candidate, Effect } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { CommitProof } from "@dure/types";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

type EffectOf<Type extends Effect["type"]> = Extract<Effect, { readonly type: Type }>;

/** Blocks for the log, by a commit of the engine or by sync. */
export type Append = {
  readonly type: "append";
  readonly blocks: readonly Candidate[];
  readonly proofs: readonly (CommitProof | undefined)[];
  readonly isSync: boolean;
};

type Queued = EffectOf<"persist"> | EffectOf<"send"> | Append;

/** What the queue writes to and speaks through. */
export type Outlets = {
  readonly send: (effect: EffectOf<"send">) => void;
  readonly write: (record: Bytes, blocks: readonly Candidate[]) => void;
  readonly append: (append: Append) => void;
  /** A crash met a write that was not synced: all of it is kept, or none, as a checksum tells a torn one. */
  readonly onTorn: (isKept: boolean) => void;
  /** Asked before each effect; true if the node crashed there. */
  readonly crashes: () => boolean;
};

/** How a disk behaves, and which shell is simulated. */
export type DiskTiming = {
  readonly syncMs: number;
  /** One sync takes all that is due, as the shipped driver does; otherwise each persist has its own. */
  readonly isCoalescing: boolean;
  /** Mutant: messages leave without waiting for what they depend on. */
  readonly sendsFirst: boolean;
};

export type Interpreter = {
  readonly push: (effect: Queued) => void;
  /** Stops; what the disk was at is wholly there or wholly absent afterwards. */
  readonly crash: () => void;
};

/**
 * Carries out persists, sends and appends strictly in order: nothing leaves before the disk has what stands before it,
 * while the engine goes on taking inputs whose effects queue behind.
 */
export const createInterpreter = (
  schedule: Schedule,
  random: Random,
  { syncMs, isCoalescing, sendsFirst }: DiskTiming,
  outlets: Outlets,
): Interpreter => {
  let queue: Queued[] = [];
  let isRunning = true;
  let writing: (() => void) | undefined;

  const sync = (write: () => void): void => {
    writing = write;
    schedule.after(random.between(0.2, 2) * syncMs, () => {
      if (!isRunning) return;
      write();
      writing = undefined;
      pump();
    });
  };

  const persist = (first: EffectOf<"persist">): void => {
    const due = isCoalescing ? queue.filter((effect) => effect.type === "persist") : [];
    queue = queue.filter((effect) => !isCoalescing || effect.type !== "persist");
    const { record } = due.at(-1) ?? first;
    const blocks = [first, ...due].flatMap((effect) => effect.blocks);
    sync(() => outlets.write(record, blocks));
  };

  const carryOut = (effect: Queued): void => {
    if (effect.type === "send") outlets.send(effect);
    else if (effect.type === "persist") persist(effect);
    else sync(() => outlets.append(effect));
  };

  const pump = (): void => {
    while (isRunning && writing === undefined) {
      const effect = queue.shift();
      if (effect === undefined || outlets.crashes()) return;
      carryOut(effect);
    }
  };

  return {
    push: (effect) => {
      if (!isRunning) return;
      if (sendsFirst && effect.type === "send") return outlets.send(effect);
      queue.push(effect);
      pump();
    },
    crash: () => {
      isRunning = false;
      if (writing === undefined) return;
      const isKept = random.chance(0.5);
      outlets.onTorn(isKept);
      if (isKept) writing();
    },
  };
};
