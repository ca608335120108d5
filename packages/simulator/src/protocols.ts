import type { EngineName } from "@dure/consensus";
import { IBFT } from "./ibft/protocol.ts";
import { LFT } from "./lft/protocol.ts";
import type { Protocol } from "./protocol.ts";

/** Both engines. */
export const PROTOCOLS: Readonly<Record<EngineName, Protocol>> = { lft: LFT, ibft: IBFT };
