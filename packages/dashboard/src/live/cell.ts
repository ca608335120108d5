/** A value that views watch. Setting it is cheap: those who watch are told once per frame, however often it was set. */
export type Cell<T> = {
  readonly get: () => T;
  readonly set: (value: T) => void;
  readonly watch: (told: () => void) => () => void;
};

/** Calls `run` once, at the next moment at which showing something makes sense. */
export type Schedule = (run: () => void) => void;

/** Makes cells whose watchers are told together. */
export const createCells = (schedule: Schedule): (<T>(first: T) => Cell<T>) => {
  const changed = new Set<ReadonlySet<() => void>>();
  const flush = (): void => {
    const told = new Set([...changed].flatMap((watchers) => [...watchers]));
    changed.clear();
    for (const watcher of told) watcher();
  };
  return (first) => {
    let value = first;
    const watchers = new Set<() => void>();
    return {
      get: () => value,
      set: (next) => {
        if (Object.is(next, value)) return;
        value = next;
        if (changed.size === 0) schedule(flush);
        changed.add(watchers);
      },
      watch: (told) => {
        watchers.add(told);
        return () => watchers.delete(told);
      },
    };
  };
};

/** What a paced schedule needs of a browser. */
export type Clock = {
  readonly now: () => number;
  readonly frame: (run: () => void) => void;
  readonly after: (ms: number, run: () => void) => void;
};

/**
 * Runs at the next animation frame, and not again within `restMs`: a network that commits fifty blocks a second is
 * shown ten times a second, which is as much as anyone can read. Where no frames come (a page in the background)
 * nothing runs, and nothing piles up.
 */
export const pacedSchedule = (clock: Clock, restMs: number): Schedule => {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (run) => {
    const show = (): void =>
      clock.frame(() => {
        lastMs = clock.now();
        run();
      });
    const restLeftMs = lastMs + restMs - clock.now();
    if (restLeftMs > 0) clock.after(restLeftMs, show);
    else show();
  };
};
