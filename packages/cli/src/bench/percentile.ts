/** The value below which a share (0 to 1) of sorted values lies, by nearest rank; undefined if there are none. */
export const percentile = (sorted: readonly number[], share: number): number | undefined =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
