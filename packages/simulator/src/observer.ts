import type { Candidate } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { Execution } from "@dure/types";
import type { Committed } from "./disk.ts";
import type { AnyMessage, Complaint } from "./protocol.ts";

/** Who watches a run: told of everything that a node does to the world, when it does it. */
export type Observer = {
  /** A message leaves a node. */
  readonly sent: (node: number, message: AnyMessage) => void;
  /** A record and the data of blocks are durable. */
  readonly persisted: (node: number, record: Bytes, blocks: readonly Candidate[]) => void;
  /** Blocks are in a node's log. */
  readonly appended: (node: number, blocks: readonly Committed[]) => void;
  readonly executed: (node: number, execution: Execution) => void;
  /** An engine made a step. */
  readonly stepped: (node: number, state: unknown, epoch: number) => void;
  /** An engine complains. */
  readonly complained: (node: number, effect: Complaint) => void;
  readonly crashed: (node: number) => void;
};
