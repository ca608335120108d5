/** A reader's sleep: it ends when something moves, when the time is over, or when the reader is to stop. */
export type Wake = {
  /** True if something has moved since the last call; false if the time is over first. At once after a stop. */
  readonly sleep: (timeoutMs: number) => Promise<boolean>;
  readonly close: () => void;
};

/** @param listen calls its listener at every move until the function that it returns is called. */
export const createWake = (listen: (listener: () => void) => () => void, stopping: AbortSignal): Wake => {
  let hasMoved = false;
  let rouse: (() => void) | undefined;
  const moved = (): void => {
    hasMoved = true;
    rouse?.();
  };
  const unlisten = listen(moved);
  stopping.addEventListener("abort", moved, { once: true });
  return {
    sleep: (timeoutMs) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          rouse = undefined;
          const answer = hasMoved;
          hasMoved = stopping.aborted;
          resolve(answer);
        };
        const timer = setTimeout(wake, timeoutMs);
        if (hasMoved) wake();
        else rouse = wake;
      }),
    close: () => {
      unlisten();
      stopping.removeEventListener("abort", moved);
    },
  };
};
