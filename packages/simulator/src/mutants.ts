import { decodeRecord, encodeRecord, RULES, type Rules } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import { CALM, type Weather } from "./weather.ts";
import type { Byzantine } from "./world.ts";

/** A protocol with one rule broken, and what the simulator must be set to so that it matters. */
export type Mutant = {
  readonly rules?: Rules;
  /** Messages leave before what they depend on is durable. */
  readonly sendsFirst?: true;
  /** The blocks of a persist never reach the disk. */
  readonly losesData?: true;
  /** Execution certificates are not given back to a restarted engine. */
  readonly losesExecution?: true;
  /** What of a record reaches the disk. */
  readonly keptRecord?: (record: Bytes) => Bytes;
};

const withoutTc = (bytes: Bytes): Bytes => {
  const record = decodeRecord(bytes);
  return record.ok ? encodeRecord({ ...record.value, highTc: undefined }) : bytes;
};

/** The mutants of specs/lft.md that are built so far. Each must be found out, for ever. */
export const MUTANTS = {
  /** Rule 8 without "consecutive views". */
  "consecutive-views": { rules: { ...RULES, commitsParent: () => true } },
  /** Rule 5 without the check that the parent's QC is as high as the TC's. */
  "tc-highest-qc": {
    rules: {
      ...RULES,
      mayVote: (record, header, parentQc, tc) =>
        RULES.mayVote(record, header, parentQc, tc && { ...tc, highQc: { ...tc.highQc, view: 0 } }),
    },
  },
  /** Rule 7 without `timedOut < v`. */
  "commit-vote-after-timeout": {
    rules: { ...RULES, mayCommitVote: (record, qc) => RULES.mayCommitVote({ ...record, timedOut: 0 }, qc) },
  },
  /** Rule 5 without `timedOut < view`. */
  "vote-after-timeout": {
    rules: {
      ...RULES,
      mayVote: (record, header, parentQc, tc) =>
        RULES.mayVote({ ...record, timedOut: 0 }, header, parentQc, tc),
    },
  },
  /** LFT2 as published: a block may replace the candidate if its parent's view is later, and any child commits. */
  lft2: {
    rules: {
      ...RULES,
      mayVote: (record, header, parentQc) =>
        record.voted.view < header.view && parentQc.view >= record.highQc.view,
      mayCommitVote: () => false,
      commitsParent: () => true,
    },
  },
  "send-before-persist": { sendsFirst: true },
  "data-not-durable": { losesData: true },
  /** Rule 17: who holds the only certificate of an executed height forgets it, and attests above it only. */
  "execution-not-durable": { losesExecution: true },
  "high-tc-not-durable": { keptRecord: withoutTc },
} as const satisfies Record<string, Mutant>;

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
    case "data-not-durable":
    case "high-tc-not-durable":
      return { byzantine: "none", weather: BLACKOUTS, views: 30 };
  }
};
