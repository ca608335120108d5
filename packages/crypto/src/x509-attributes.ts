/** What an authority says of a certificate's holder beside name, organisation and roles. */
export type Attributes = Readonly<Record<string, string>>;

/**
 * The extension that Fabric's authorities put attributes into, so that certificates of theirs are read as they are: the
 * UTF-8 of a JSON object `{"attrs": {name: value}}`.
 */
export const ATTRIBUTES_OID = "1.2.3.4.5.6.7.8.1";

const ATTRIBUTES_MAX = 32;
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const VALUE_CHARS_MAX = 256;
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Why attributes break the rules, if they do: at most 32, named by letters, digits, `_`, `.` and `-`, texts of at most 256. */
export const attributesFlaw = (attributes: Readonly<Record<string, unknown>>): string | undefined => {
  const entries = Object.entries(attributes);
  if (entries.length > ATTRIBUTES_MAX) return `a certificate has at most ${ATTRIBUTES_MAX} attributes`;
  for (const [name, value] of entries) {
    if (!NAME.test(name) || name === "__proto__")
      return `an attribute is named by 1 to 64 letters, digits, _, . or -, not ${JSON.stringify(name)}`;
    if (typeof value !== "string" || value.length > VALUE_CHARS_MAX || /[\ud800-\udfff]/u.test(value))
      return `the attribute ${name} must be a text of at most ${VALUE_CHARS_MAX} characters`;
  }
  return undefined;
};

/** Reads the extension's value. @returns the attributes sorted by name, or undefined if it is none of the form. */
export const readAttributes = (value: Uint8Array): Attributes | undefined => {
  try {
    const read: unknown = JSON.parse(DECODER.decode(value));
    if (!isRecord(read) || !isRecord(read["attrs"])) return undefined;
    const attributes = read["attrs"];
    return attributesFlaw(attributes) === undefined ? sorted(attributes as Attributes) : undefined;
  } catch {
    return undefined;
  }
};

/** The extension's value. @throws RangeError if the attributes break the rules. */
export const writeAttributes = (attributes: Attributes): Uint8Array => {
  const flaw = attributesFlaw(attributes);
  if (flaw !== undefined) throw new RangeError(flaw);
  return new TextEncoder().encode(JSON.stringify({ attrs: sorted(attributes) }));
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const sorted = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
