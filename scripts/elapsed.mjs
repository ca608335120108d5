/**
 * Starts a clock and returns a function that says how long it has run, for people: `850 ms`, `12.3 s`, `2 min 5 s`.
 */
export const elapsed = () => {
  const start = performance.now();
  return () => {
    const ms = performance.now() - start;
    if (ms < 1000) return `${Math.round(ms)} ms`;
    if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
    return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
  };
};
