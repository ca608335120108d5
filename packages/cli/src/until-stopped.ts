/**
 * Resolves when this process should end in good order: SIGINT, SIGTERM, SIGHUP, or, when it is supervised, the end of
 * stdin, which comes however the supervisor ends. Under a supervisor SIGINT is not a reason: it is Ctrl-C, which on
 * some systems reaches every process of the terminal, and the supervisor decides.
 *
 * @returns a signal that aborts then.
 */
export const untilStopped = (supervised: boolean): AbortSignal => {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.on("SIGTERM", stop);
  process.on("SIGHUP", stop);
  process.on("SIGINT", () => {
    if (!supervised) stop();
  });
  if (!supervised) return stopping.signal;
  // The supervisor reads our stdout and stderr may be its terminal: with it gone, writing there must not throw.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", stop);
  process.stdin.on("end", stop).on("close", stop).on("error", stop).resume();
  return stopping.signal;
};

/** Resolves once the signal has aborted. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** How long what is left over may keep a process running after its work is done or has failed. */
const LEFTOVER_MS = 2_000;

/**
 * Does a long-lived process's work, and sees to it that the process ends soon after, whatever the work left open: one
 * that failed to start must not stay, or nobody would start it again.
 */
export const endingAfter = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } finally {
    setTimeout(() => process.exit(), LEFTOVER_MS).unref();
  }
};
