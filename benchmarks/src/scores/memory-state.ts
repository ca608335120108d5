import type { Executed, Read } from "@dure/score-host";

/** A state in memory, by keys' texts, as values' JSON texts: what stands for the ledger here. */
export type MemoryState = {
  readonly values: Map<string, string>;
  readonly read: Read;
  apply(executed: Executed): void;
};

export const memoryState = (): MemoryState => {
  const values = new Map<string, string>();
  const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
  return {
    values,
    read: (keys) =>
      keys.map((key) => {
        const value = values.get(textOf(key));
        return value === undefined ? undefined : Buffer.from(value, "utf8");
      }),
    apply({ calls }) {
      for (const { code, message, writes } of calls) {
        if (code !== 0) throw new Error(`a measured call was refused: ${message}`);
        for (const { key, value } of writes)
          if (value === undefined) values.delete(textOf(key));
          else values.set(textOf(key), textOf(value));
      }
    },
  };
};
