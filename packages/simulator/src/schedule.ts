/** The virtual clock, and what is due when. Time moves only by what is due. */
export type Schedule = {
  /** Milliseconds since the run began; not whole ones. */
  readonly nowMs: () => number;
  readonly after: (delayMs: number, run: () => void) => void;
  /** Runs what is due next; false if nothing is. */
  readonly advance: () => boolean;
};

type Due = { readonly atMs: number; readonly order: number; readonly run: () => void };

const isBefore = (a: Due, b: Due): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

/** A schedule whose ties are broken by the order of asking, so that it is a function of what was asked. */
export const createSchedule = (): Schedule => {
  const heap: Due[] = [];
  let nowMs = 0;
  let asked = 0;

  const rise = (due: Due): void => {
    let at = heap.length;
    heap.push(due);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(due, heap[above] as Due)) break;
      heap[at] = heap[above] as Due;
      at = above;
    }
    heap[at] = due;
  };

  const sink = (due: Due): void => {
    let at = 0;
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Due, heap[below] as Due)) below += 1;
      if (!isBefore(heap[below] as Due, due)) break;
      heap[at] = heap[below] as Due;
      at = below;
    }
    heap[at] = due;
  };

  return {
    nowMs: () => nowMs,
    after: (delayMs, run) => rise({ atMs: nowMs + Math.max(0, delayMs), order: asked++, run }),
    advance: () => {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return false;
      if (heap.length > 0) sink(last);
      nowMs = first.atMs;
      first.run();
      return true;
    },
  };
};
