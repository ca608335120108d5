/** A seeded source of choices: the same seed gives the same sequence on every machine. */
export type Random = {
  /** An integer in 0 to 2^32 - 1. */
  readonly next: () => number;
  /** A number in [0, 1). */
  readonly unit: () => number;
  /** An integer in [0, count). */
  readonly below: (count: number) => number;
  /** A number in [low, high). */
  readonly between: (low: number, high: number) => number;
  readonly chance: (probability: number) => boolean;
  /** One of a list that is not empty. */
  readonly pick: <T>(list: readonly T[]) => T;
  /** Exponentially distributed with this mean: the gap between random arrivals. */
  readonly gap: (mean: number) => number;
  /** A generator of its own, so that one part's choices do not shift another's. */
  readonly fork: () => Random;
};

/** splitmix32: spreads a seed of few bits over the whole state. */
const splitmix = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
};

/** xoshiro128** (Blackman and Vigna, 2018), seeded by splitmix32. Seeds are integers from 0 to 2^53 - 1. */
export const createRandom = (seed: number): Random => {
  const low = splitmix(seed >>> 0);
  const high = splitmix(Math.floor(seed / 0x100000000) ^ 0x5bd1e995);
  let [a, b, c, d] = [low(), low() ^ high(), low(), (high() | 1) >>> 0];
  const next = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const unit = (): number => next() / 0x100000000;
  const below = (count: number): number => Math.floor(unit() * count);
  return {
    next,
    unit,
    below,
    between: (lowest, highest) => lowest + unit() * (highest - lowest),
    chance: (probability) => unit() < probability,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    gap: (mean) => -mean * Math.log(1 - unit()),
    fork: () => createRandom(next()),
  };
};
