/** How many objects lie about at once, and how many of those are dropped with each request. */
const KEPT = 4_096;
const DROPPED = 512;

const kept: unknown[] = [];
let next = 0;

/** Leaves garbage of many shapes in the heap, which must make no difference to any contract. */
export const disturb = (): void => {
  for (let made = 0; made < DROPPED; made++, next++)
    kept[next % KEPT] =
      next % 3 === 0
        ? { [`key${next % 97}`]: next, text: `text ${next}` }
        : next % 3 === 1
          ? new Map([[next, [next]]])
          : [`${next}`, next, { next }];
};
