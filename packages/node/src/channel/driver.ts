import type { Candidate, Effect, Engine, EngineStatus, Input, TimerName, Wanted } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { Hash } from "@dure/types";

/** An input less its time, which the driver adds. */
export type Told = Input extends infer I ? (I extends Input ? Omit<I, "nowMs"> : never) : never;

type EffectOf<Type extends Effect["type"]> = Extract<Effect, { readonly type: Type }>;

/** What carries out an engine's effects. */
export type Shell = {
  /** Blocks that a persist names, at once and before it is queued: this node's own proposal is new to the shell. */
  readonly adopt: (blocks: readonly Candidate[]) => void;
  /** Writes the record and the blocks' data to the journal and syncs it, once. */
  readonly persist: (record: Bytes, blocks: readonly Candidate[]) => Promise<void>;
  /** Appends to the block log and syncs it, once. */
  readonly commit: (effect: EffectOf<"commit">) => Promise<void>;
  readonly send: (effect: EffectOf<"send">) => void;
  readonly payload: (effect: EffectOf<"payload">) => void;
  readonly validate: (effect: EffectOf<"validate">) => void;
  /** All that neither waits for the disk nor is waited for: sync, attested, diverged, disseminate, refused. */
  readonly notice: (
    effect: Exclude<Effect, EffectOf<"persist" | "commit" | "send" | "payload" | "validate" | "timer">>,
  ) => void;
  /** After each step: what the engine wants fetched may have changed. */
  readonly stepped: () => void;
  /** The disk failed, or the engine has a bug: nothing more may be said (STYLE: crash, restart from durable state). */
  readonly failed: (error: unknown) => void;
};

export type Driver = {
  readonly tell: (input: Told) => void;
  readonly tip: () => Hash;
  readonly wanted: () => readonly Wanted[];
  readonly status: () => EngineStatus;
  /** Resolves when all effects so far are carried out. */
  readonly idle: () => Promise<void>;
  /** Takes no further input, and resolves when all effects so far are carried out. */
  readonly close: () => Promise<void>;
};

/**
 * Drives an engine: one input at a time, its effects in order. What must be durable before it is said or shown (sends
 * and commits after a persist) goes through one queue; each round of the queue writes the newest record with all the
 * data due and syncs the journal once, so that votes cast while the disk was busy share the next sync. Timers,
 * payloads and checks say nothing to anyone and need not wait.
 */
export const createDriver = <State>(engine: Engine<State>, shell: Shell, now: () => number): Driver => {
  let state = engine.initial();
  const inputs: Told[] = [];
  let queue: EffectOf<"persist" | "commit" | "send">[] = [];
  const timers = new Map<TimerName, NodeJS.Timeout>();
  let isStepping = false;
  let isClosed = false;
  let isFailed = false;
  let pump: Promise<void> | undefined;

  const stop = (): void => {
    isClosed = true;
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
    inputs.length = 0;
  };

  /** Nothing more is said or written: what was not synced may be lost, and the journal knows what was. */
  const fail = (error: unknown): void => {
    if (isFailed) return;
    isFailed = true;
    queue = [];
    stop();
    shell.failed(error);
  };

  const setTimer = ({ name, afterMs }: EffectOf<"timer">): void => {
    clearTimeout(timers.get(name));
    timers.delete(name);
    if (afterMs === undefined || isClosed) return;
    const fire = (): void => {
      timers.delete(name);
      tell({ type: "timer", name });
    };
    timers.set(name, setTimeout(fire, afterMs));
  };

  const writeOut = async (round: readonly EffectOf<"persist" | "commit" | "send">[]): Promise<void> => {
    const persists = round.filter((effect) => effect.type === "persist");
    const newest = persists.at(-1);
    if (newest !== undefined)
      await shell.persist(
        newest.record,
        persists.flatMap((effect) => effect.blocks),
      );
    for (const effect of round) {
      if (isFailed) return;
      if (effect.type === "send") shell.send(effect);
      else if (effect.type === "commit") await shell.commit(effect);
    }
  };

  const runPump = async (): Promise<void> => {
    while (queue.length > 0 && !isFailed) {
      const round = queue;
      queue = [];
      await writeOut(round);
    }
  };

  const startPump = (): void => {
    if (pump !== undefined || queue.length === 0 || isFailed) return;
    pump = runPump()
      .catch(fail)
      .finally(() => {
        pump = undefined;
        startPump();
      });
  };

  const carryOut = (effect: Effect): void => {
    // What came before may have failed in this very step: nothing after it may leave.
    if (isFailed) return;
    switch (effect.type) {
      case "persist":
        shell.adopt(effect.blocks);
        queue.push(effect);
        return;
      case "commit":
        queue.push(effect);
        return;
      case "send":
        if (pump === undefined && queue.length === 0) shell.send(effect);
        else queue.push(effect);
        return;
      case "timer":
        return setTimer(effect);
      case "payload":
        return shell.payload(effect);
      case "validate":
        return shell.validate(effect);
      default:
        return shell.notice(effect);
    }
  };

  const stepAll = (): void => {
    for (let input = inputs.shift(); input !== undefined && !isClosed; input = inputs.shift()) {
      const result = engine.step(state, { ...input, nowMs: now() } as Input);
      state = result.state;
      for (const effect of result.effects) carryOut(effect);
      startPump();
      shell.stepped();
    }
  };

  const tell = (input: Told): void => {
    if (isClosed) return;
    inputs.push(input);
    if (isStepping) return;
    isStepping = true;
    try {
      stepAll();
    } catch (error) {
      fail(error);
    } finally {
      isStepping = false;
    }
  };

  const idle = async (): Promise<void> => {
    while (pump !== undefined) await pump;
  };

  return {
    tell,
    tip: () => engine.tip(state),
    wanted: () => engine.wanted(state),
    status: () => engine.status(state),
    idle,
    close: async () => {
      stop();
      await idle();
    },
  };
};
