/** Choices that a seed decides: the same seed gives the same ones on every machine. */
export type Random = {
  /** A whole number from 0 up to, but without, `end`. */
  below(end: number): number;
  /** True so many times in a hundred. */
  percent(share: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** A source of its own, so that one part's choices do not shift another's. */
  fork(): Random;
};

/** Choices from a 32-bit seed (mulberry32). */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (end: number): number => next() % end;
  return {
    below,
    percent: (share) => below(100) < share,
    pick: <T>(items: readonly T[]): T => items[below(items.length)] as T,
    fork: () => createRandom(next()),
  };
};
