import type {
  Candidate,
  Effect,
  Engine,
  EngineConfig,
  EngineName,
  EngineStatus,
  IbftMessage,
  Message,
  Quorums,
} from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { Blocks } from "./blocks.ts";
import type { Committed } from "./disk.ts";
import type { Frame } from "./frame.ts";
import type { Mutant } from "./mutant.ts";
import type { Peer } from "./node.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import type { Report } from "./violation.ts";

/** A message of either engine. */
export type AnyMessage = Message | IbftMessage;

/** What an engine's own invariants see of a run. */
export type ProtocolWatch = {
  /** A message leaves a node. */
  readonly sent: (node: number, message: AnyMessage) => void;
  /** A record is durable. */
  readonly persisted: (node: number, record: Bytes) => void;
  /** An engine made a step; its state is its own kind. */
  readonly stepped: (node: number, state: unknown) => void;
  /** A block was committed by a proof of its own. */
  readonly committed: (block: Committed) => void;
  readonly crashed: (node: number) => void;
};

export type WatchOptions = {
  readonly blocks: Blocks;
  readonly quorums: Quorums;
  /** Validators that owe nothing. */
  readonly faulty: readonly number[];
  readonly report: Report;
  /** A certificate that binds honest validators to a block can exist: some disk must have the block's data. */
  readonly onCertified: (id: Candidate["id"], what: string) => void;
};

/** A validator with a real key and no rules. */
export type AdversaryOptions = {
  readonly index: number;
  readonly config: EngineConfig;
  readonly seed: Bytes;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly peers: readonly number[];
  readonly send: (to: number, frame: Frame) => void;
  readonly sent: (message: AnyMessage) => void;
};

/** How the simulator deals with one engine: the only place that knows its messages and records. */
export type Protocol = {
  readonly name: EngineName;
  /** The engine, with what a mutant breaks of it. */
  readonly create: (config: EngineConfig, mutant: Mutant) => Engine<unknown>;
  /** Undefined of bytes that do not read. */
  readonly decode: (bytes: Bytes) => AnyMessage | undefined;
  /** One line of a transcript. */
  readonly text: (message: AnyMessage) => string;
  /** Which messages stand or fall together under the directed adversary: those of one kind that speak of one view. */
  readonly topic: (message: AnyMessage) => string;
  /** The epoch that a message speaks of; undefined of one that names none. */
  readonly epochOf: (message: AnyMessage) => number | undefined;
  readonly watch: (options: WatchOptions) => ProtocolWatch;
  readonly adversary: (options: AdversaryOptions) => Peer;
  /** How many leaders' turns have gone by as a node sees it: views, or heights and the rounds beyond their first. */
  readonly turns: (status: EngineStatus) => number;
};

/** What of a run's effects an engine complains by. */
export type Complaint = Extract<Effect, { readonly type: "diverged" | "refused" }>;
