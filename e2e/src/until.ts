/** Between two looks at a condition that other processes bring about. */
const LOOK_MS = 20;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The first value of `look` that is neither undefined nor false. A look that throws has not come true yet. Throws
 * after `timeoutMs` with `what` in the message and the last look's error as its cause.
 */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 30_000,
): Promise<T> => {
  const endMs = Date.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= endMs) throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause });
    await pause(LOOK_MS);
  }
};
