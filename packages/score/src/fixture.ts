/** What this package's own tests share: a state in memory that counts. Not exported. */
import { decodeJson, encodeJson, type Json } from "./json.ts";
import { type State, stateOver } from "./state.ts";

export type CountedState = {
  readonly state: State;
  /** The values as their JSON texts, so that every read gives a fresh copy, as a host's does. */
  readonly texts: Map<string, string>;
  /** Returns how many keys were read and written since it was last asked. */
  counts(): { reads: number; writes: number };
};

export const countedState = (): CountedState => {
  const texts = new Map<string, string>();
  let [reads, writes] = [0, 0];
  const read = (key: string): string | undefined => {
    reads++;
    return texts.get(key);
  };
  return {
    texts,
    state: stateOver({
      get: (key): Json | undefined => {
        const text = read(key);
        return text === undefined ? undefined : decodeJson(text);
      },
      has: (key) => read(key) !== undefined,
      set: (key, value) => {
        writes++;
        texts.set(key, encodeJson(value));
      },
      delete: (key) => {
        writes++;
        texts.delete(key);
      },
    }),
    counts: () => {
      const counts = { reads, writes };
      [reads, writes] = [0, 0];
      return counts;
    },
  };
};
