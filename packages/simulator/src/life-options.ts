import type { Engine, EngineConfig } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { Coverage } from "./coverage.ts";
import type { Committed, Disk } from "./disk.ts";
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
  /** Which block an epoch starts from: the last of the one before, whatever certified it; a mutant's place. */
  readonly baseOf: (end: Committed) => EngineConfig["base"];
  /** As leader it proposes empty blocks: nobody's transactions pass. */
  readonly censors: boolean;
};

/** The epoch that a log stands in: the one that its last block of the kind opened. */
export const epochOfLog = ({ log }: Disk, { configOf, baseOf }: LifeOptions): EngineConfig => {
  const end = log.findLast(({ candidate }) => candidate.header.endsEpoch);
  return end === undefined ? configOf(1) : configOf(end.candidate.header.epoch + 1, baseOf(end));
};

/** Rule 14: the epoch's last block itself. */
export const baseAtEnd = ({ candidate: { id, header } }: Committed): EngineConfig["base"] => ({
  blockId: id,
  height: header.height,
  timestampMs: header.timestampMs,
});

/** A mutant's: the empty descendant that was certified, where one was. */
export const baseAtDescendant = (end: Committed): EngineConfig["base"] => {
  const { proof } = end;
  if (proof?.kind !== "descendant") return baseAtEnd(end);
  return { ...baseAtEnd(end), blockId: proof.proof.certificate.blockId };
};
