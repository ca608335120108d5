import type { Channel } from "./world.ts";

export type ProgressOptions = {
  readonly timing: Channel["config"]["timing"];
  readonly validators: number;
  readonly spinInterval: number;
  readonly nowMs: () => number;
  readonly height: () => number;
  readonly view: () => number;
  /** Blocks that are filled by what waits when the faults end. */
  readonly fullBlocks: number;
};

/** What is owed once the faults end. */
export type Progress = {
  /** A block was committed since. */
  readonly hasCommitted: () => boolean;
  /** None was within one rotation of leaders (n tenures), or everything has taken too long. */
  readonly isOverdue: () => boolean;
};

/**
 * Starts the watch: timers set in worse times may run out first, and everyone has told its head since; then a block
 * must be committed before every leader had its tenure.
 */
export const watchProgress = (options: ProgressOptions): Progress => {
  const { timing, validators, spinInterval, nowMs, height, view, fullBlocks } = options;
  const { capMs, statusMs, resendMs } = timing;
  const heightThen = height();
  const settledMs = nowMs() + capMs + 2 * statusMs;
  const rotationMs = (validators + 2) * (capMs + resendMs + statusMs);
  // A rotation owes one block: a backlog of several may take as many of them.
  const deadlineMs = settledMs + (2 + fullBlocks) * rotationMs + 2_000;
  const tenureNow = (): number => Math.floor((view() - 1) / spinInterval);
  const hasCommitted = (): boolean => height() > heightThen;
  let tenureThen: number | undefined;
  return {
    hasCommitted,
    isOverdue: () => {
      if (nowMs() > deadlineMs) return true;
      if (hasCommitted() || nowMs() < settledMs) return false;
      tenureThen ??= tenureNow();
      return tenureNow() > tenureThen + validators;
    },
  };
};
