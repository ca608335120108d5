import { CONTRACT_NAME, CONTRACT_VERSION, decodeJson, encodeJson, type Json, METHOD_NAME } from "@dure/score";

/** What the methods of a contract are called, and which of its steps it declares. */
export type PackageFunctions = {
  readonly init: boolean;
  readonly invoke: readonly string[];
  readonly query: readonly string[];
  readonly migrate: boolean;
  readonly rollback: boolean;
};

/** A contract as it is handed over: what it says of itself, and its one script. */
export type ScorePackage = {
  readonly format: "dure/score/1";
  /** The SCORE's name, `[a-z0-9-]{1,64}`. */
  readonly id: string;
  readonly version: string;
  readonly auth: { readonly name: string; readonly email: string; readonly org: string };
  readonly description: string;
  readonly functions: PackageFunctions;
  readonly source: string;
};

/** What a package declares: everything but its source. */
export type PackageDeclaration = Omit<ScorePackage, "source">;

export type ReadPackage =
  | { readonly ok: true; readonly package: ScorePackage }
  | { readonly ok: false; readonly message: string };

/** UTF-16 code units of a package's text, which a contract must be able to join, and of each text that says who and what. */
export const PACKAGE_CHARS_MAX = 1_000_000;
const DESCRIPTION_CHARS_MAX = 1_000;
const AUTH_CHARS_MAX = 128;
/** Methods of one kind. */
const METHODS_MAX = 256;

/** A name that is not for contracts: transactions for it change the channel's configuration. */
const CONFIGURATION = "configuration";

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Why `value` is no object of exactly these keys; undefined if it is. */
const keysFlaw = (value: unknown, what: string, keys: readonly string[]): string | undefined => {
  if (!isFields(value)) return `${what} must be an object`;
  const missing = keys.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return `${what} has no ${missing}`;
  const extra = Object.keys(value).find((key) => !keys.includes(key));
  return extra === undefined ? undefined : `${what} has a field ${extra.slice(0, 64)}, which means nothing`;
};

const textFlaw = (value: unknown, what: string, charsMax: number): string | undefined =>
  typeof value === "string" && value.length <= charsMax
    ? undefined
    : `${what} must be a text of at most ${charsMax} characters`;

const methodsFlaw = (value: unknown, what: string): string | undefined => {
  if (!Array.isArray(value) || value.length > METHODS_MAX)
    return `${what} must be a list of at most ${METHODS_MAX} methods`;
  const wrong = value.findIndex((name) => typeof name !== "string" || !METHOD_NAME.test(name));
  if (wrong >= 0) return `${what}[${wrong}] is no method's name`;
  // Sorted, so that one declaration has one text.
  return value.every((name, at) => at === 0 || value[at - 1] < name)
    ? undefined
    : `${what} must be sorted, each method once`;
};

const functionsFlaw = (functions: Fields): string | undefined => {
  const step = ["init", "migrate", "rollback"].find((name) => typeof functions[name] !== "boolean");
  if (step !== undefined) return `functions.${step} must be true or false`;
  const flaw =
    methodsFlaw(functions.invoke, "functions.invoke") ?? methodsFlaw(functions.query, "functions.query");
  if (flaw !== undefined) return flaw;
  const queries = new Set(functions.query as readonly string[]);
  const twice = (functions.invoke as readonly string[]).find((name) => queries.has(name));
  return twice === undefined ? undefined : `functions: ${twice} is both an invoke and a query method`;
};

const identityFlaw = ({ format, id, version }: Fields): string | undefined => {
  if (format !== "dure/score/1") return 'format must be "dure/score/1"';
  if (typeof id !== "string" || !CONTRACT_NAME.test(id)) return "id must match [a-z0-9-]{1,64}";
  if (id === CONFIGURATION) return `id must not be ${CONFIGURATION}, which is no SCORE`;
  if (typeof version !== "string" || !CONTRACT_VERSION.test(version)) return "version must be like 1.0.0";
  return undefined;
};

/** Why a value is no package, as a sentence; undefined if it is one. */
const flawOf = (value: unknown): string | undefined => {
  const flaw = keysFlaw(value, "a package", [
    "format",
    "id",
    "version",
    "auth",
    "description",
    "functions",
    "source",
  ]);
  if (flaw !== undefined) return flaw;
  const { auth, description, functions, source, ...identity } = value as Fields;
  return (
    identityFlaw(identity) ??
    keysFlaw(auth, "auth", ["name", "email", "org"]) ??
    Object.entries(auth as Fields)
      .map(([name, text]) => textFlaw(text, `auth.${name}`, AUTH_CHARS_MAX))
      .find((found) => found !== undefined) ??
    textFlaw(description, "description", DESCRIPTION_CHARS_MAX) ??
    keysFlaw(functions, "functions", ["init", "invoke", "query", "migrate", "rollback"]) ??
    functionsFlaw(functions as Fields) ??
    (source === "" ? "source is empty" : textFlaw(source, "source", PACKAGE_CHARS_MAX))
  );
};

/**
 * Returns a package's one text: canonical JSON.
 *
 * @throws Error saying what is wrong with it
 */
export const formatPackage = (score: ScorePackage): string => {
  const flaw = flawOf(score);
  if (flaw !== undefined) throw new Error(flaw);
  const text = encodeJson(score);
  if (text.length > PACKAGE_CHARS_MAX) throw new Error(`it is longer than ${PACKAGE_CHARS_MAX} characters`);
  return text;
};

/** Reads a package strictly, and only in its canonical form. Never throws. */
export const readPackage = (text: string): ReadPackage => {
  if (text.length > PACKAGE_CHARS_MAX)
    return { ok: false, message: `it is longer than ${PACKAGE_CHARS_MAX} characters` };
  let value: Json;
  try {
    value = decodeJson(text);
  } catch (error) {
    return { ok: false, message: (error as Error).message };
  }
  const flaw = flawOf(value);
  if (flaw !== undefined) return { ok: false, message: flaw };
  // This also refuses doubled keys, of which the parser keeps the last, and every other spelling of a text.
  if (encodeJson(value) !== text) return { ok: false, message: "it is not canonical JSON" };
  return { ok: true, package: value as unknown as ScorePackage };
};

/** Returns what a package declares, without its source. */
export const declarationOf = (score: ScorePackage): PackageDeclaration => {
  const { source: _, ...declaration } = score;
  return declaration;
};

const TAG = "dure/score-package";

/**
 * Returns a package's hash: SHA-256 of the statement over its text (specs/encoding.md), 64 lower-case hexadecimal digits.
 * `sha256` gives that of a text's UTF-8. A tag's length is below 128, so the statement is itself UTF-8.
 */
export const packageHash = (text: string, sha256: (text: string) => string): string =>
  sha256(`${String.fromCharCode(TAG.length)}${TAG}${text}`);

/** How much of a package stands in one part: escaped twice, it still fits a transaction of 65,536 bytes. */
const PART_BYTES_MAX = 56 * 1024;

/** How many bytes of a transaction's payload each kind of character takes: JSON in UTF-8. */
const payloadBytes = (character: string): number => {
  const code = character.codePointAt(0) as number;
  if (character === '"' || character === "\\") return 2;
  if (code < 0x20) return 6;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
};

/**
 * Returns a package's text in parts for `upload`, each of which fits a transaction by the default limits. A pair of
 * surrogates is never parted. Joined, they are the text.
 */
export const partsOf = (text: string, bytesMax: number = PART_BYTES_MAX): readonly string[] => {
  const parts: string[] = [];
  let start = 0;
  let at = 0;
  let bytes = 0;
  for (const character of text) {
    const size = payloadBytes(character);
    if (bytes + size > bytesMax) {
      parts.push(text.slice(start, at));
      start = at;
      bytes = 0;
    }
    bytes += size;
    at += character.length;
  }
  parts.push(text.slice(start));
  return parts;
};
