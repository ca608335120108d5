import { IBFT_MUTANTS } from "./ibft/mutants.ts";
import { LFT_MUTANTS } from "./lft/mutants.ts";
import { CALM, type Weather } from "./weather.ts";
import type { Byzantine } from "./world.ts";

/** Every mutant of both engines. */
export const MUTANTS = { ...LFT_MUTANTS, ...IBFT_MUTANTS } as const;

export type MutantName = keyof typeof MUTANTS;

export type Hunt = {
  readonly byzantine: Byzantine;
  readonly weather: Partial<Weather>;
  /** Many short histories find more than few long ones. */
  readonly views: number;
};

/** Nobody is down and nothing is lost but by the directed adversary, which shows certificates to few. */
const NARROW: Partial<Weather> = {
  narrowing: 0.6,
  loss: 0,
  sendsData: true,
  submitEveryMs: 15,
  crashes: CALM.crashes,
  crashesPerEffect: 0,
};

/** Everyone loses power at once, again and again. */
const BLACKOUTS: Partial<Weather> = { crashes: { everyMs: 150, forMs: 20, all: 1 } };

/** Nodes crash one by one, and what they say is often lost: some know what they can tell nobody in time. */
const FORGETFUL: Partial<Weather> = {
  crashes: { everyMs: 60, forMs: 30, all: 0 },
  loss: 0.3,
  executeMs: 5,
};

/** The conditions under which a mutant shows soon: plain random schedules are too weak for most. */
export const hunting = (name: MutantName): Hunt => {
  switch (name) {
    case "tc-highest-qc":
    case "vote-after-timeout":
      return { byzantine: "adversary", weather: NARROW, views: 30 };
    case "consecutive-views":
    case "lft2":
      return { byzantine: "twins", weather: NARROW, views: 8 };
    case "commit-vote-after-timeout":
      return { byzantine: "none", weather: NARROW, views: 30 };
    case "send-before-persist":
      return { byzantine: "none", weather: { ...BLACKOUTS, syncMs: 15, isCoalescing: false }, views: 30 };
    case "execution-not-durable":
      return { byzantine: "adversary", weather: FORGETFUL, views: 30 };
    case "quorum-off-by-one":
    case "ibft-quorum-off-by-one":
    case "ibft-hidden-prepared":
    case "ibft-locked":
    case "ibft-votes-counted-twice":
      return { byzantine: "none", weather: NARROW, views: 30 };
    case "ibft-ignored-reports":
    case "ibft-forged-prepared":
    case "ibft-bitmap-length":
      return { byzantine: "adversary", weather: NARROW, views: 30 };
    case "ibft-send-before-persist":
      return { byzantine: "none", weather: { ...BLACKOUTS, syncMs: 15, isCoalescing: false }, views: 30 };
    case "epoch-on-descendant":
      return { byzantine: "none", weather: { ...NARROW, changes: 0.3 }, views: 30 };
    case "data-not-durable":
    case "high-tc-not-durable":
      return { byzantine: "none", weather: BLACKOUTS, views: 30 };
  }
};
