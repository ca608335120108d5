const FIRST_MS = 200;
const MAX_MS = 10_000;

/** How long to wait before the next try: longer from failure to failure, never at the same instant as others. */
export type Patience = { readonly next: () => number; readonly renew: () => void };

export const createPatience = (): Patience => {
  let failures = 0;
  return {
    next: () => {
      const bound = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(failures, 10));
      failures += 1;
      return bound * (0.5 + Math.random() / 2);
    },
    renew: () => {
      failures = 0;
    },
  };
};
