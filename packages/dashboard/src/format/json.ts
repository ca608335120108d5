const CHARACTERS_MAX = 20_000;

/** A JSON value as text to read, cut where it would be too long to. */
export const readable = (value: unknown): string => {
  const text = JSON.stringify(value, null, 2) ?? "";
  return text.length <= CHARACTERS_MAX ? text : `${text.slice(0, CHARACTERS_MAX)}\n…`;
};
