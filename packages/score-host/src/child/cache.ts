import type { WireValue } from "../wire-outcomes.ts";
import { visitMap } from "./pristine.ts";

/**
 * The values that this process knows, known absences included, all as of one height. It only saves reads:
 * what is not here is asked for, so what a call does never depends on it. Whenever it is not certain to be
 * of the height that is wanted, it is emptied.
 */
export type StateCache = {
  /** Returns the value, null for a known absence, undefined if it is not known. */
  get(key: string): WireValue | undefined;
  /** Takes values of the height that the cache stands at. */
  learn(values: ReadonlyMap<string, WireValue>): void;
  /** Brings the cache to a height: adopts the pending writes if they lead there, or else empties it. */
  standAt(height: number): void;
  /** Keeps the writes that lead from the present height to `height`, until it is known that they count. */
  keepPending(height: number, writes: ReadonlyMap<string, WireValue>): void;
};

/** Returns an empty cache of about that many bytes. */
export const stateCache = (bytesMax: number): StateCache => {
  // Two generations in place of a linked list: what was not used while `young` filled up is dropped whole.
  let young = new Map<string, WireValue>();
  let old = new Map<string, WireValue>();
  let youngBytes = 0;
  let asOf: number | undefined;
  let pending: { readonly height: number; readonly writes: ReadonlyMap<string, WireValue> } | undefined;

  const put = (key: string, value: WireValue): void => {
    // Texts take up to two bytes a character; an entry of a map costs some 64 bytes more.
    youngBytes += 64 + 2 * (key.length + (value?.length ?? 0));
    young.set(key, value);
    if (youngBytes <= bytesMax / 2) return;
    old = young;
    young = new Map();
    youngBytes = 0;
  };

  const putVisited = (value: unknown, key: unknown): void => put(key as string, value as WireValue);

  const empty = (): void => {
    young = new Map();
    old = new Map();
    youngBytes = 0;
  };

  return {
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const older = old.get(key);
      if (older !== undefined) put(key, older);
      return older;
    },
    learn(values) {
      visitMap(values, putVisited);
    },
    standAt(height) {
      if (asOf !== height) {
        if (pending?.height === height) visitMap(pending.writes, putVisited);
        else empty();
      }
      asOf = height;
      pending = undefined;
    },
    keepPending(height, writes) {
      pending = { height, writes };
    },
  };
};
