import type { Hash } from "@dure/types";
import type { BlockSummary } from "../get-block.ts";

export const EVENT_TYPES = ["block", "transaction", "score", "executed", "consensus"] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** A block. */
export type BlockEvent = BlockSummary & {
  readonly type: "block";
  /** From the block's timestamp to its commit at the peer, in ms, where the peer says so. */
  readonly finalMs: number | null;
};

/** An executed transaction. */
export type TransactionEvent = {
  readonly type: "transaction";
  readonly id: Hash;
  readonly height: number;
  readonly index: number;
  readonly sender: Hash;
  readonly score: string;
  /** What it called; null: it is data. */
  readonly method: string | null;
  readonly code: number;
  readonly message: string;
  readonly result: unknown;
};

/** What a SCORE emitted. */
export type ScoreEvent = {
  readonly type: "score";
  readonly transactionId: Hash;
  readonly height: number;
  readonly index: number;
  /** Its number among the events of its transaction. */
  readonly event: number;
  readonly score: string;
  readonly name: string;
  readonly data: unknown;
};

/** A height was executed: all of its transactions were told. */
export type ExecutedEvent = {
  readonly type: "executed";
  readonly height: number;
  readonly stateRoot: Hash;
  readonly receiptsRoot: Hash;
  readonly transactionCount: number;
};

/** Where consensus stands, as one peer says. Has no place in the chain, and so no cursor of its own. */
export type ConsensusEvent = {
  readonly type: "consensus";
  readonly view: number;
  readonly leaderId: string;
  readonly height: number;
  readonly executedHeight: number;
};

/** An event, and the cursor from which `follow` goes on after it. */
export type FollowEvent = (BlockEvent | TransactionEvent | ScoreEvent | ExecutedEvent | ConsensusEvent) & {
  readonly cursor: string;
};

export type FollowOptions = {
  /** The first height wanted; what comes after the head unless given. */
  readonly from?: number;
  /** The cursor of the last event had; wins over `from`. */
  readonly cursor?: string;
  /** All but `consensus` unless given. */
  readonly types?: readonly EventType[];
  /** Transactions and events of this SCORE alone. */
  readonly score?: string;
  /** Transactions and events of this sender alone. */
  readonly sender?: string;
  /** `false`: believe the peer. Otherwise everything is verified from the genesis before it is given. */
  readonly verify?: boolean;
  /** Ends it, without an error. */
  readonly signal?: AbortSignal;
};
