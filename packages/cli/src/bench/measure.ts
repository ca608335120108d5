import { type LoadShape, putOn, type Submit } from "./load.ts";
import { percentile } from "./percentile.ts";

/** What a load showed. Times in milliseconds from submit to receipt; undefined if nothing was executed. */
export type Measured = {
  readonly seconds: number;
  readonly submitted: number;
  readonly executed: number;
  readonly refused: number;
  readonly lost: number;
  readonly executedPerSecond: number;
  readonly latencyMsP50: number | undefined;
  readonly latencyMsP99: number | undefined;
  /** The first reason for a refusal or a loss. */
  readonly reason: string | undefined;
};

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** Puts a load on for so long, and sums up. */
export const measure = async (shape: LoadShape, durationMs: number, submit: Submit): Promise<Measured> => {
  const { outcome, tookMs } = await putOn(shape, durationMs, submit);
  const { latenciesMs, ...counts } = outcome;
  const sorted = latenciesMs.sort((a, b) => a - b);
  const at = (share: number): number | undefined => {
    const value = percentile(sorted, share);
    return value === undefined ? undefined : rounded(value);
  };
  return {
    seconds: rounded(tookMs / 1_000),
    ...counts,
    executedPerSecond: rounded((counts.executed * 1_000) / tookMs),
    latencyMsP50: at(0.5),
    latencyMsP99: at(0.99),
  };
};
