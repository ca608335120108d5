/** How often each rule and each fault fired, by name. */
export type Coverage = {
  readonly note: (what: string) => void;
  readonly counts: ReadonlyMap<string, number>;
};

export const createCoverage = (): Coverage => {
  const counts = new Map<string, number>();
  return { counts, note: (what) => counts.set(what, (counts.get(what) ?? 0) + 1) };
};
