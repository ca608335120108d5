import { collectionName, type Entry, type Page, type Range } from "./collection.ts";
import type { Json } from "./json.ts";
import { type KeyTree, keyTree, orderedKey } from "./key-tree.ts";
import { refuse } from "./refusal.ts";
import { type ReadableState, type StateMap, valuesOver } from "./state.ts";

/** What a row is found by: a text, several texts, or nothing. It follows from the row and its key alone. */
export type IndexValue = string | readonly string[] | undefined;
export type IndexFunction<T> = (row: T, key: string) => IndexValue;

export type Indexes<T, By extends string, Unique extends string> = {
  /** Indexes by name, as in `state.map`. */
  readonly by?: { readonly [name in By]: IndexFunction<T> };
  /** Indexes in which each value has one row: a second row is refused. */
  readonly unique?: { readonly [name in Unique]: IndexFunction<T> };
};

/** A range over an index: of index values, or of one value's rows in the order of their keys. */
export type IndexRange = Range & {
  /** This value alone; `from`, `to` and `prefix` are then not looked at. */
  readonly value?: string | undefined;
};

export type IndexedMap<T extends Json, Name extends string, Unique extends string> = StateMap<T> & {
  /** Returns the rows of an index, by the order of its values, then of the rows' keys. */
  find(index: Name | Unique, range?: IndexRange): Page<Entry<T>>;
  /** Returns the row that has a value in a unique index. */
  one(index: Unique, value: string): Entry<T> | undefined;
  /** Returns how many entries an index has. */
  size(index: Name | Unique): number;
  /** Enters a row into the indexes where it is not yet, as a migration that adds an index must for each row. */
  reindex(key: string): void;
};

/** Sorts below all else, and so the entries of an index sort by value first, then by key. */
const SEPARATOR = "\0";

/**
 * Returns a named map whose rows are found by what is in them. `set` and `delete` keep the indexes true: they
 * read the row that was there and change only what differs. An index value and a key have at most 400
 * characters together, and the value holds no NUL.
 *
 * An index function is part of what the state means: a version that changes one gives the index a new name
 * and enters the rows with `reindex`, else old entries stay.
 *
 * @example
 * const orders = indexed(ctx.state, "order", {
 *   by: { owner: (order: Order) => order.owner },
 *   unique: { number: (order: Order) => order.number },
 * });
 * orders.set("1", { owner: "alice", number: "A-7" });
 * orders.find("owner", { value: "alice" }); // { entries: [{ key: "1", value: ... }], next: null }
 */
export const indexed = <T extends Json, By extends string = never, Unique extends string = never>(
  state: ReadableState,
  name: string,
  indexes: Indexes<T, By, Unique>,
): IndexedMap<T, By, Unique> => {
  const rows = valuesOver<T>(state, `${collectionName(name)}/`);
  const unique = indexes.unique as Readonly<Record<string, IndexFunction<T>>> | undefined;
  const all = { ...indexes.by, ...unique } as Readonly<Record<string, IndexFunction<T>>>;
  const treeOf = (index: string): KeyTree => keyTree(state, `${name}:${index}:`);

  const textsOf = (index: string, row: T | undefined, key: string): readonly string[] => {
    const value = row === undefined ? undefined : all[index]!(row, key);
    if (value === undefined) return [];
    return typeof value === "string" ? [value] : [...new Set(value)];
  };

  const check = (index: string, value: string, key: string): void => {
    if (value.includes(SEPARATOR)) refuse("an index value must not hold a NUL");
    orderedKey(value + SEPARATOR + key);
    if (unique === undefined || !Object.hasOwn(unique, index)) return;
    const held = keyOfValue(treeOf(index), value);
    if (held !== undefined && held !== key)
      refuse(`${name}: there is a row with this ${index} already`, { index, value, key: held });
  };

  /** Makes the indexes say `after` of a row where they said `before`. All checks come first: nothing is half done. */
  const change = (key: string, before: T | undefined, after: T | undefined, put: () => void): void => {
    const changes = Object.keys(all).map((index) => {
      const [old, now] = [textsOf(index, before, key), textsOf(index, after, key)];
      const gone = old.filter((value) => !now.includes(value));
      const come = now.filter((value) => !old.includes(value));
      for (const value of come) check(index, value, key);
      return { index, gone, come };
    });
    put();
    for (const { index, gone, come } of changes) {
      for (const value of gone) treeOf(index).remove(value + SEPARATOR + key);
      for (const value of come) treeOf(index).add(value + SEPARATOR + key);
    }
  };

  return {
    get: rows.get,
    has: rows.has,
    set: (key, row) => {
      change(key, rows.get(key), row, () => rows.set(key, row));
    },
    delete: (key) => {
      const row = rows.get(key);
      if (row !== undefined) change(key, row, undefined, () => rows.delete(key));
    },
    find: (index, range = {}) => {
      const { value, ...rest } = range;
      const { limit, reverse, after } = range;
      const page = treeOf(index).page(
        value === undefined ? rest : { prefix: value + SEPARATOR, limit, reverse, after },
      );
      return { entries: page.keys.map((entry) => rowOf(rows, keyOf(entry))), next: page.next };
    },
    one: (index, value) => {
      const key = keyOfValue(treeOf(index), value);
      return key === undefined ? undefined : rowOf(rows, key);
    },
    size: (index) => treeOf(index).size(),
    reindex: (key) => {
      const row = rows.get(key);
      // As if no index knew it: to enter what is there already changes nothing.
      if (row !== undefined) change(key, undefined, row, () => {});
    },
  };
};

const rowOf = <T extends Json>(rows: StateMap<T>, key: string): Entry<T> => ({
  key,
  value: rows.get(key) as T,
});

const keyOf = (entry: string): string => entry.slice(entry.indexOf(SEPARATOR) + 1);

const keyOfValue = (tree: KeyTree, value: string): string | undefined => {
  const [entry] = tree.page({ prefix: value + SEPARATOR, limit: 1 }).keys;
  return entry === undefined ? undefined : keyOf(entry);
};
