/** Exponential delays with jitter. */
export type Backoff = {
  /** The next delay in milliseconds: between half and all of a span that doubles up to the maximum. */
  next(): number;
  /** Start over from the minimum. */
  reset(): void;
};

/**
 * Delays from `minMs` to `maxMs`. The jitter keeps peers that lost the same peer from coming back in step.
 *
 * @param random numbers in [0, 1), injected for tests.
 */
export const createBackoff = (minMs: number, maxMs: number, random: () => number = Math.random): Backoff => {
  let spanMs = minMs;
  return {
    next: () => {
      const delayMs = Math.round(spanMs * (0.5 + random() / 2));
      spanMs = Math.min(spanMs * 2, maxMs);
      return delayMs;
    },
    reset: () => {
      spanMs = minMs;
    },
  };
};
