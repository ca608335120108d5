/** Reproducible chance: the same seed gives the same numbers. */
export type Seeded = {
  readonly seed: number;
  /** A whole number from 0 up to, but without, `end`. */
  readonly below: (end: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
  readonly bytes: (length: number) => Uint8Array;
};

/** Chance from a 32-bit seed (mulberry32). */
export const seeded = (seed: number): Seeded => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (end: number): number => next() % end;
  return {
    seed,
    below,
    pick: <T>(items: readonly T[]): T => items[below(items.length)] as T,
    bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff),
  };
};

/** The seed of `SEED`, to repeat a run, or a new one. */
export const chooseSeed = (): number => {
  const given = Number(process.env["SEED"]);
  return Number.isSafeInteger(given) && given > 0 ? given : Date.now() & 0x7fffffff;
};
