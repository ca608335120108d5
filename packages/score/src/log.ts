import { collectionName, limitOf, type Page, type Range } from "./collection.ts";
import type { Json } from "./json.ts";
import { refuse } from "./refusal.ts";
import { type ReadableState, type State, valuesOver } from "./state.ts";

export type LogEntry<T> = { readonly index: number; readonly value: T };

export type Log<T extends Json> = {
  /** Adds a value and returns its index, 0 at first. One read, two writes. */
  append(value: T): number;
  at(index: number): T | undefined;
  size(): number;
  /** Returns entries in the order of appending, or with `reverse` the latest first. */
  page(range?: Pick<Range, "limit" | "reverse" | "after">): Page<LogEntry<T>>;
};

/**
 * Returns a named list that only grows, for audit trails. An entry is never changed or removed.
 *
 * @example
 * const history = log<Step>(ctx.state, `history/${id}`);
 * history.append({ by: ctx.sender.name, what: "issued" });
 * history.page({ reverse: true, limit: 10 }); // { entries: [{ index: 0, value: ... }], next: null }
 */
export const log = <T extends Json>(readable: ReadableState, name: string): Log<T> => {
  const state = readable as State;
  const entries = valuesOver<T>(state, `${collectionName(name)}/`);
  const sizeKey = `${name}:`;
  const size = (): number => state.get<number>(sizeKey) ?? 0;
  return {
    append: (value) => {
      const index = size();
      entries.set(String(index), value);
      state.set(sizeKey, index + 1);
      return index;
    },
    at: (index) => entries.get(String(index)),
    size,
    page: (range = {}) => {
      const limit = limitOf(range);
      const [count, step] = [size(), range.reverse === true ? -1 : 1];
      let index = step === 1 ? 0 : count - 1;
      if (range.after !== undefined) index = indexOf(range.after) + step;
      const page: LogEntry<T>[] = [];
      for (; page.length < limit && index >= 0 && index < count; index += step)
        page.push({ index, value: entries.get(String(index)) as T });
      return { entries: page, next: index >= 0 && index < count ? String(index - step) : null };
    },
  };
};

const indexOf = (cursor: string): number =>
  /^(?:0|[1-9][0-9]{0,14})$/.test(cursor)
    ? Number(cursor)
    : refuse("after must be the next of a page before");
