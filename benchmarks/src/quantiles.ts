/** Of how many samples these are the quantiles, in the samples' unit. */
export type Quantiles = { readonly count: number; readonly p50: number; readonly p95: number };

/** A quantile of samples in ascending order, by nearest rank. Throws RangeError without samples. */
export const quantile = (ascending: readonly number[], share: number): number => {
  const value = ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)];
  if (value === undefined) throw new RangeError("no samples, no quantiles");
  return value;
};

/** Median and 95th percentile. Throws RangeError without samples. */
export const quantilesOf = (samples: readonly number[]): Quantiles => {
  const sorted = samples.toSorted((a, b) => a - b);
  return { count: sorted.length, p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
};

/** The middle one of figures in any order; of an even number the lower of the two. */
export const medianOf = (figures: readonly number[]): number =>
  quantile(
    figures.toSorted((a, b) => a - b),
    0.5,
  );
