import type { Engine, EngineConfig } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { Coverage } from "./coverage.ts";
import type { Disk } from "./disk.ts";
import type { Frame } from "./frame.ts";
import type { DiskTiming } from "./interpreter.ts";
import type { Observer } from "./observer.ts";
import type { Protocol } from "./protocol.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

/** What a node is made of, and what it stands in. */
export type LifeOptions = {
  readonly index: number;
  /** What an epoch's engine runs by, given the block that it starts from: the genesis, if none. */
  readonly configOf: (epoch: number, base?: EngineConfig["base"]) => EngineConfig;
  readonly engineOf: (config: EngineConfig) => Engine<unknown>;
  readonly protocol: Protocol;
  readonly disk: Disk;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly observer: Observer;
  readonly coverage: Coverage;
  readonly peers: readonly number[];
  readonly send: (to: number, frame: Frame) => void;
  /** Asked before each effect that the world could see; true if the node crashed there. */
  readonly crashes: () => boolean;
  readonly diskTiming: DiskTiming;
  readonly validateMs: number;
  readonly executeMs: number;
  /** A proposal's data travels along with it; otherwise every receiver has to fetch it. */
  readonly sendsData: boolean;
  /** How far this node's clock is from the schedule's. */
  readonly clockSkewMs: number;
  /** What of a persist reaches the disk: a mutant's place. */
  readonly keptRecord: (record: Bytes) => Bytes;
  readonly keepsData: boolean;
  readonly keepsExecution: boolean;
  /** As leader it proposes empty blocks: nobody's transactions pass. */
  readonly censors: boolean;
};

/** The epoch that a log stands in: the one that its last block of the kind opened. */
export const epochOfLog = ({ log }: Disk, configOf: LifeOptions["configOf"]): EngineConfig => {
  const end = log.findLast(({ candidate }) => candidate.header.endsEpoch)?.candidate;
  if (end === undefined) return configOf(1);
  const { height, timestampMs, epoch } = end.header;
  return configOf(epoch + 1, { blockId: end.id, height, timestampMs });
};
