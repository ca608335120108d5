import type { Json } from "./json.ts";

/** The SCORE's own keys and values as a query sees them. Other SCOREs' keys cannot be named. */
export type ReadableState = {
  /** Returns the value, or undefined if there is none. Every call gives a fresh copy. */
  get<T extends Json = Json>(key: string): T | undefined;
  has(key: string): boolean;
  /** Returns one named value, for state that exists once. */
  value<T extends Json>(name: string): StateValue<T>;
  /** Returns a named collection by key. Its keys are stored as `name/key`. */
  map<T extends Json>(name: string): StateMap<T>;
};

/** The same with writing. A write stays only if the call succeeds. In a query, writing is refused. */
export type State = ReadableState & {
  set(key: string, value: Json): void;
  delete(key: string): void;
};

export type StateValue<T extends Json> = {
  get(): T | undefined;
  set(value: T): void;
  delete(): void;
};

export type StateMap<T extends Json> = {
  get(key: string): T | undefined;
  has(key: string): boolean;
  set(key: string, value: T): void;
  delete(key: string): void;
};

/** What a host must supply: the four operations, over canonical JSON values. */
export type StateAccess = {
  get(key: string): Json | undefined;
  has(key: string): boolean;
  set(key: string, value: Json): void;
  delete(key: string): void;
};

/**
 * Whether a text is 1 to 64 letters, digits, - or _. A name has no slash, so that `value("a")`, `map("a")` and `map("b")`
 * can never share a key. By hand, for it is asked several times in a call, and patterns are interpreted.
 */
const isCollection = (name: string): boolean => {
  const { length } = name;
  if (length < 1 || length > 64) return false;
  for (let index = 0; index < length; index++) {
    const unit = name.charCodeAt(index);
    const isLetter = (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
    if (!isLetter && !(unit >= 0x30 && unit <= 0x39) && unit !== 0x5f && unit !== 0x2d) return false;
  }
  return true;
};

/** Returns the State that contracts see over a host's four operations. @throws Error for a bad name. */
export const stateOver = (access: StateAccess): State => ({
  get: <T extends Json>(key: string) => access.get(key) as T | undefined,
  has: (key: string) => access.has(key),
  set: (key: string, value: Json) => access.set(key, value),
  delete: (key: string) => access.delete(key),
  value: <T extends Json>(name: string): StateValue<T> => {
    const key = named(name);
    return {
      get: () => access.get(key) as T | undefined,
      set: (value) => access.set(key, value),
      delete: () => access.delete(key),
    };
  },
  map: <T extends Json>(name: string): StateMap<T> => {
    const prefix = `${named(name)}/`;
    return {
      get: (key) => access.get(prefix + key) as T | undefined,
      has: (key) => access.has(prefix + key),
      set: (key, value) => access.set(prefix + key, value),
      delete: (key) => access.delete(prefix + key),
    };
  },
});

/** Returns the values whose keys begin with a prefix, which is left out of the keys that it is given. */
export const valuesOver = <T extends Json>(readable: ReadableState, prefix: string): StateMap<T> => {
  // A query's state has all four operations too, and refuses to write.
  const state = readable as State;
  return {
    get: (key) => state.get<T>(prefix + key),
    has: (key) => state.has(prefix + key),
    set: (key, value) => state.set(prefix + key, value),
    delete: (key) => state.delete(prefix + key),
  };
};

const named = (name: string): string => {
  if (typeof name !== "string" || !isCollection(name))
    throw new Error("a state value or map is named by 1 to 64 letters, digits, - or _");
  return name;
};
