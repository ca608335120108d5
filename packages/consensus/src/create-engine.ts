import type { Bytes } from "@dure/crypto";
import { decode } from "@dure/types";
import type { Engine, EngineConfig } from "./engine.ts";
import { createIbft } from "./ibft/ibft.ts";
import { createLft } from "./lft/lft.ts";

/** The engine that an epoch's configuration names, over a state that only it can read. */
export const createEngine = (config: EngineConfig): Engine<unknown> =>
  (config.engine === "lft" ? createLft(config) : createIbft(config)) as Engine<unknown>;

/** The epoch of a durable record of either engine, whose first fields are alike; undefined of one that does not read. */
export const recordEpoch = (record: Bytes): number | undefined => {
  const read = decode(record, (reader) => {
    reader.u8();
    const epoch = reader.u64();
    reader.fixed(reader.remaining);
    return epoch;
  });
  return read.ok ? read.value : undefined;
};
