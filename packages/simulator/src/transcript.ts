/** What happened in a run, in order: always a fingerprint, and lines for a reader if asked. */
export type Transcript = {
  readonly note: (atMs: number, line: () => string, ...facts: readonly number[]) => void;
  /** Sixteen hexadecimal digits over all facts so far; equal runs have equal ones. */
  readonly fingerprint: () => string;
  readonly lines: readonly string[];
};

export const createTranscript = (keepsLines: boolean): Transcript => {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  const lines: string[] = [];
  const fold = (fact: number): void => {
    low = Math.imul(low ^ fact, 0x01000193);
    high = Math.imul(high ^ (fact + (low >>> 15)), 0x85ebca6b);
    high ^= high >>> 13;
  };
  return {
    lines,
    note: (atMs, line, ...facts) => {
      // Microseconds: a fraction of a millisecond decides what comes first.
      fold((atMs * 1000) | 0);
      for (const fact of facts) fold(fact);
      if (keepsLines) lines.push(`${atMs.toFixed(3).padStart(10)} ${line()}`);
    },
    fingerprint: () => [high, low].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join(""),
  };
};
