/** A value that canonical JSON can carry. Integers beyond 2^53 travel as strings of digits (see amount.ts). */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };
/** A JSON Schema of draft 2020-12, of which this package writes a subset. */
export type JsonSchema = JsonObject;

/** How deep arrays and objects may nest. It also bounds the encoder's own recursion. */
export const JSON_DEPTH_MAX = 64;

/** A value that has no canonical JSON. `path` says where, e.g. `$.holders[3].amount`. */
export class JsonError extends Error {
  override readonly name = "JsonError";
  readonly code = "JSON_REFUSED";
  readonly path: string;

  constructor(reason: string, path: string) {
    super(`${path} ${reason}`);
    this.path = path;
  }
}

/**
 * Returns the canonical JSON text of a value: keys sorted by UTF-16 code units, no white space, numbers as
 * ECMAScript prints them (RFC 8785). One value has one text, on every machine.
 *
 * Whatever JSON.stringify would quietly drop or convert is refused instead, because a value that reads
 * back different from what was written is how copies of a ledger come apart: undefined, functions, symbols,
 * BigInt, NaN, infinities, -0, lone surrogates, holes, accessors, hidden or symbol keys, class instances
 * (Map, Date, ...), cycles, and nesting beyond 64. `toJSON` is never called.
 *
 * @throws JsonError naming the place.
 */
export const encodeJson = (value: unknown): string => write(value, [], []);

/**
 * Returns the value of a JSON text, in any key order and spacing, under the rules of encodeJson: what this
 * returns, encodeJson accepts. A key `__proto__` is refused, since copying it by assignment would set a
 * prototype instead of a key.
 *
 * @param parse parses JSON; that of the realm unless given
 * @throws JsonError for text that is not JSON or breaks a rule.
 */
export const decodeJson = (text: string, parse: (text: string) => unknown = JSON.parse): Json => {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    // The parser's own message differs between engine versions, and this one can reach a receipt.
    throw new JsonError("is not JSON", "$");
  }
  checkParsed(value, []);
  return value as Json;
};

// The parser makes plain data only, so few of the encoder's rules are left to check, and nothing to build.
const checkParsed = (value: unknown, path: Path): void => {
  if (typeof value === "string") checkText(value, path);
  else if (typeof value === "number") checkNumber(value, path);
  else if (typeof value === "object" && value !== null) {
    const depth = path.length;
    if (depth >= JSON_DEPTH_MAX) throw new JsonError(`nests beyond ${JSON_DEPTH_MAX}`, at(path));
    if (Array.isArray(value)) checkItems(value, path, depth);
    else checkProperties(value as Record<string, unknown>, path, depth);
    path.length = depth;
  }
};

// By places throughout, which costs a contract and its host less than iterators do.
const checkItems = (items: readonly unknown[], path: Path, depth: number): void => {
  for (let index = 0; index < items.length; index++) {
    path[depth] = index;
    checkParsed(items[index], path);
  }
};

const checkProperties = (value: Record<string, unknown>, path: Path, depth: number): void => {
  const keys = Object.keys(value);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    path.length = depth;
    if (key === "__proto__") throw new JsonError("has a key __proto__", at(path));
    path[depth] = key;
    checkText(key, path);
    checkParsed(value[key], path);
  }
};

type Path = (string | number)[];

const at = (path: Path): string =>
  path.reduce<string>((text, step) => text + (typeof step === "number" ? `[${step}]` : `.${step}`), "$");

const write = (value: unknown, path: Path, ancestors: object[]): string => {
  switch (typeof value) {
    case "string":
      return writeText(value, path);
    case "number":
      checkNumber(value, path);
      return String(value);
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      throw new JsonError("is a BigInt; store amountText(value), a string of digits", at(path));
    case "object":
      return value === null ? "null" : writeObject(value, path, ancestors);
    default:
      throw new JsonError(`is ${typeof value}, which JSON cannot carry`, at(path));
  }
};

const SURROGATE = /[\uD800-\uDFFF]/;
// By code points, the halves of a pair are none; \p{Cs} would say the same, but contracts have no \p.
const LONE_SURROGATE = /[\uD800-\uDFFF]/u;

/** Returns whether a text has a UTF-8 form: no half of a surrogate pair stands alone. */
export const isWellFormed = (text: string): boolean => !SURROGATE.test(text) || !LONE_SURROGATE.test(text);

const checkText = (text: string, path: Path): void => {
  if (!isWellFormed(text)) throw new JsonError("holds a lone surrogate, which has no UTF-8 form", at(path));
};

const checkNumber = (value: number, path: Path): void => {
  if (!Number.isFinite(value)) throw new JsonError(`is ${value}, which JSON cannot carry`, at(path));
  if (Object.is(value, -0)) throw new JsonError("is -0, which would read back as 0", at(path));
};

const writeText = (text: string, path: Path): string => {
  checkText(text, path);
  return JSON.stringify(text);
};

const writeObject = (value: object, path: Path, ancestors: object[]): string => {
  if (ancestors.includes(value)) throw new JsonError("is a cycle", at(path));
  if (ancestors.length >= JSON_DEPTH_MAX) throw new JsonError(`nests beyond ${JSON_DEPTH_MAX}`, at(path));
  ancestors.push(value);
  const text = Array.isArray(value)
    ? writeArray(value, path, ancestors)
    : writeRecord(value, path, ancestors);
  ancestors.pop();
  return text;
};

const writeArray = (value: readonly unknown[], path: Path, ancestors: object[]): string => {
  // One key per element and `length`: a hole makes it fewer, a named property makes it more.
  if (Reflect.ownKeys(value).length !== value.length + 1)
    throw new JsonError("is an array with holes or extra properties", at(path));
  const length = value.length;
  let text = "[";
  for (let index = 0; index < length; index++) {
    path.push(index);
    text += (index === 0 ? "" : ",") + write(dataProperty(value, String(index), path), path, ancestors);
    path.pop();
  }
  return `${text}]`;
};

const writeRecord = (value: object, path: Path, ancestors: object[]): string => {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new JsonError("is not a plain object", at(path));
  const keys: string[] = [];
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === "symbol") throw new JsonError("has a symbol key", at(path));
    if (key === "__proto__") throw new JsonError("has a key __proto__", at(path));
    keys.push(key);
  }
  let text = "{";
  for (const key of keys.sort()) {
    path.push(key);
    const separator = text === "{" ? "" : ",";
    text += `${separator}${writeText(key, path)}:${write(dataProperty(value, key, path), path, ancestors)}`;
    path.pop();
  }
  return `${text}}`;
};

// Reading through the descriptor, never by `value[key]`, keeps a getter from running inside the encoder.
const dataProperty = (value: object, key: string, path: Path): unknown => {
  const descriptor = Object.getOwnPropertyDescriptor(value, key);
  if (descriptor === undefined || !("value" in descriptor))
    throw new JsonError("is an accessor or a hole", at(path));
  if (!descriptor.enumerable) throw new JsonError("is a hidden property", at(path));
  return descriptor.value;
};
