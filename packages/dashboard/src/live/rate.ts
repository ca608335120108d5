/** Counts per second, over a window of whole seconds that is told the time by its caller. */
export type Rate = {
  readonly add: (count: number, nowMs: number) => void;
  /** Counts of the last `seconds` whole seconds, oldest first; the running second is left out. */
  readonly history: (nowMs: number) => readonly number[];
  /** The mean per second over the last few whole seconds and the running one. */
  readonly perSecond: (nowMs: number) => number;
};

const MEAN_SECONDS = 5;

const CALM_PER_SECOND = 20;

/** Whether so little arrives that an eye can follow each: beyond that, lighting up what is new is only flicker. */
export const isCalm = (rate: Rate, nowMs: number): boolean => rate.perSecond(nowMs) < CALM_PER_SECOND;

/** A rate over a window of `seconds`; it holds that many numbers and no more. */
export const createRate = (seconds: number): Rate => {
  const counts = new Array<number>(seconds + 1).fill(0);
  let current = 0; // the second that counts[current % counts.length] counts

  /** Forgets the seconds that passed since the last count. A clock that goes back changes nothing. */
  const advance = (nowMs: number): void => {
    const second = Math.floor(nowMs / 1000);
    if (second - current > counts.length) {
      counts.fill(0);
      current = second;
    }
    while (current < second) {
      current++;
      counts[current % counts.length] = 0;
    }
  };
  const at = (second: number): number =>
    counts[(((current - second) % counts.length) + counts.length) % counts.length] ?? 0;

  return {
    add: (count, nowMs) => {
      advance(nowMs);
      const slot = current % counts.length;
      counts[slot] = (counts[slot] ?? 0) + count;
    },
    history: (nowMs) => {
      advance(nowMs);
      return Array.from({ length: seconds }, (_, index) => at(seconds - index));
    },
    perSecond: (nowMs) => {
      advance(nowMs);
      const part = (nowMs % 1000) / 1000;
      let sum = 0;
      for (let second = 0; second < MEAN_SECONDS; second++) sum += at(second);
      return sum / (MEAN_SECONDS - 1 + part);
    },
  };
};
