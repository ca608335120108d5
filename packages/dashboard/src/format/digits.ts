/** Numbers as people read them, in a language; "–" where there is none. */
const NONE = "–";

/** A whole number with its thousands grouped. */
export const count = (value: number | undefined, language: string): string =>
  value === undefined ? NONE : new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(value);

/** A rate: two digits below ten, whole above. */
export const rate = (value: number, language: string): string =>
  new Intl.NumberFormat(language, { maximumFractionDigits: value > 0 && value < 10 ? 1 : 0 }).format(value);

/** A span in ms: `12 ms`, `1.4 s`, `3 min`. */
export const span = (ms: number | undefined | null, language: string): string => {
  if (ms === undefined || ms === null) return NONE;
  const unit = (value: number, name: "millisecond" | "second" | "minute", digits: number): string =>
    new Intl.NumberFormat(language, {
      style: "unit",
      unit: name,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(value);
  // The short names of milliseconds differ by language; "ms" is read everywhere.
  if (ms < 999.5) return `${new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(ms)} ms`;
  if (ms < 59_950) return unit(ms / 1000, "second", 1);
  return unit(ms / 60_000, "minute", 0);
};
