/** Of how many samples these are the quantiles, in the samples' unit. */
export type Quantiles = { readonly count: number; readonly p50: number; readonly p95: number };

/** Median and 95th percentile by nearest rank. Throws RangeError without samples. */
export const quantilesOf = (samples: readonly number[]): Quantiles => {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
    if (value === undefined) throw new RangeError("no samples, no quantiles");
    return value;
  };
  return { count: sorted.length, p50: at(0.5), p95: at(0.95) };
};
