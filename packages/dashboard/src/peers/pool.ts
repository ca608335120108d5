/** The peers that the page may ask, best first. */
export type Pool = {
  /** Every peer, in the order in which it is worth asking them. */
  readonly urls: () => readonly string[];
  /** Says which peers there are now. What was learned about those that stay is kept. */
  readonly know: (urls: readonly string[]) => void;
  readonly worked: (url: string) => void;
  readonly failed: (url: string) => void;
};

/**
 * A pool in which a peer that failed stands behind those that did not, the latest failure last; otherwise the given
 * order holds, so that the page stays with a peer for as long as that one answers.
 */
export const createPool = (first: readonly string[]): Pool => {
  let known = [...first];
  let failures = 0;
  const failedAt = new Map<string, number>();
  return {
    urls: () => [...known].sort((a, b) => (failedAt.get(a) ?? 0) - (failedAt.get(b) ?? 0)),
    know: (urls) => {
      known = [...new Set(urls)];
      for (const url of failedAt.keys()) if (!known.includes(url)) failedAt.delete(url);
    },
    worked: (url) => {
      failedAt.delete(url);
    },
    failed: (url) => {
      failures++;
      failedAt.set(url, failures);
    },
  };
};
