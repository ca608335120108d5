const CHARACTERS_MAX = 20_000;

/** A JSON value as text to read, cut where it would be too long to. */
export const readable = (value: unknown): string => {
  const text = JSON.stringify(value, null, 2) ?? "";
  return text.length <= CHARACTERS_MAX ? text : `${text.slice(0, CHARACTERS_MAX)}\n…`;
};

/** The JSON value of base64 bytes in UTF-8; undefined where they are none. */
export const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
};
