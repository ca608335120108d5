import type { Engine, EngineConfig } from "./engine.ts";
import { createIbft } from "./ibft/ibft.ts";
import { createLft } from "./lft/lft.ts";

/** The engine that an epoch's configuration names, over a state that only it can read. */
export const createEngine = (config: EngineConfig): Engine<unknown> =>
  (config.engine === "lft" ? createLft(config) : createIbft(config)) as Engine<unknown>;
