import { LedgerError } from "../error.ts";

/**
 * One piece of work after another. A piece of work that fails with `UNWRITABLE` poisons the queue: what waits behind
 * it, and all that comes later, is refused with the same error, since after a failed write or sync nobody knows what
 * the file holds until it is read again from the start.
 */
export type Queue = {
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
  /** Refuses further work and resolves when the work so far has ended. */
  readonly close: () => Promise<void>;
};

export const createQueue = (): Queue => {
  let tail: Promise<unknown> = Promise.resolve();
  let refusal: LedgerError | undefined;
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (refusal?.code === "UNWRITABLE") throw refusal;
    try {
      return await work();
    } catch (error) {
      if (error instanceof LedgerError && error.code === "UNWRITABLE") refusal = error;
      throw error;
    }
  };
  return {
    run: (work) => {
      if (refusal !== undefined) return Promise.reject(refusal);
      const result = tail.then(() => guarded(work));
      tail = result.catch(() => undefined);
      return result;
    },
    close: async () => {
      refusal ??= new LedgerError("CLOSED", "the ledger is closed: open it again");
      await tail;
    },
  };
};
