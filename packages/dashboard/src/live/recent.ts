/** The newest of something, at most so many, newest first: it never grows, however long the page stays open. */
export type Recent<T> = {
  readonly push: (item: T) => void;
  /** Replaces the item that `isIt` finds; without one nothing happens. */
  readonly replace: (isIt: (item: T) => boolean, change: (item: T) => T) => void;
  /** The same array until something changes, so that a view can compare by identity. */
  readonly list: () => readonly T[];
  readonly clear: () => void;
};

/** An empty list of the newest `max` items. Pushing is O(1): lists are made only when they are looked at. */
export const createRecent = <T>(max: number): Recent<T> => {
  let items: T[] = []; // oldest first; cut when it holds twice what is shown
  let shown: readonly T[] | undefined = [];
  return {
    push: (item) => {
      items.push(item);
      if (items.length >= 2 * max) items = items.slice(-max);
      shown = undefined;
    },
    replace: (isIt, change) => {
      const at = items.findLastIndex(isIt);
      const found = items[at];
      if (found === undefined) return;
      items[at] = change(found);
      shown = undefined;
    },
    list: () => {
      shown ??= items.slice(-max).reverse();
      return shown;
    },
    clear: () => {
      items = [];
      shown = [];
    },
  };
};
