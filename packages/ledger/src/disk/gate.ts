/** Lets many readers in at once, or one writer alone: while a file is replaced, nobody reads the old one. */
export type Gate = {
  readonly shared: <T>(work: () => Promise<T>) => Promise<T>;
  /** Callers come one at a time: the block log's queue sees to it. */
  readonly exclusive: <T>(work: () => Promise<T>) => Promise<T>;
};

export const createGate = (): Gate => {
  let writer: Promise<unknown> | undefined;
  const readers = new Set<Promise<unknown>>();
  return {
    shared: async (work) => {
      while (writer !== undefined) await writer;
      const reading = work();
      const settled = reading.catch(() => undefined);
      readers.add(settled);
      try {
        return await reading;
      } finally {
        readers.delete(settled);
      }
    },
    exclusive: async (work) => {
      const before = [...readers];
      const writing = (async () => {
        await Promise.all(before);
        return work();
      })();
      writer = writing.catch(() => undefined);
      try {
        return await writing;
      } finally {
        writer = undefined;
      }
    },
  };
};
