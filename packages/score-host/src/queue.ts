/** Runs tasks one after another, in the order given. */
export type Queue = {
  run<T>(task: () => Promise<T>): Promise<T>;
  /** How many tasks run or wait. */
  length(): number;
  /** Settles when all tasks given so far have. */
  idle(): Promise<void>;
};

/** Returns an empty queue. A task that fails fails its own promise alone. */
export const queue = (): Queue => {
  let tail: Promise<unknown> = Promise.resolve();
  let length = 0;
  return {
    run(task) {
      length++;
      const result = tail.then(task).finally(() => {
        length--;
      });
      tail = result.catch(() => {});
      return result;
    },
    length: () => length,
    async idle() {
      await tail;
    },
  };
};
