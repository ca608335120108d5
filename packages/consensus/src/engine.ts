import type { Bytes, CryptoSuite } from "@dure/crypto";
import type { CommitProof, Execution, ExecutionCertificate, Hash, Header } from "@dure/types";
import type { LeaderPolicyName } from "./leader.ts";
import type { Evidence } from "./lft/evidence.ts";
import type { Group } from "./quorum.ts";

/**
 * The engine contract. An engine is a value: `step(state, input)` gives the next state and the effects to carry out,
 * and knows no clock, socket, disk or randomness. The node's effect interpreter and the simulator drive the same code.
 */

/** A validator of an epoch; its index is its position in the epoch's list, in order of registration. */
export type Validator = {
  readonly publicKey: Bytes;
  readonly weight: number;
  /** The group that it votes in, where the configuration has groups; undefined: it stands alone. */
  readonly group?: string | undefined;
};

/** The engines: LFT (specs/lft.md) and IBFT (specs/ibft.md). */
export type EngineName = "lft" | "ibft";

/** The configuration of one channel's engine for one epoch. */
export type EngineConfig = {
  /** Which engine the epoch runs: it decides how certificates are judged. */
  readonly engine: EngineName;
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  readonly epoch: number;
  /** The block that the epoch starts from, certified by definition at view 0: the genesis for epoch 1. */
  readonly base: { readonly blockId: Hash; readonly height: number; readonly timestampMs: number };
  readonly validators: readonly Validator[];
  /** Groups with their weights among each other; none: quorums are flat. */
  readonly groups?: readonly Group[] | undefined;
  /** This node's place among the validators and its 32-byte seed; undefined for a node that only follows. */
  readonly self: { readonly index: number; readonly seed: Bytes } | undefined;
  /** k: how many views in a row one leader keeps. */
  readonly spinInterval: number;
  /** Spinning unless given. */
  readonly leaderPolicy?: LeaderPolicyName | undefined;
  /** Whether a leader may propose a child of a block that has no QC yet (rule 4). */
  readonly optimistic?: boolean | undefined;
  readonly timing: {
    /** First view timer: covers fetching and verifying a full block, and the block interval. */
    readonly baseMs: number;
    /** Longest view timer. */
    readonly capMs: number;
    /** Least time between the proposals of two blocks. */
    readonly blockIntervalMs: number;
    /** How far ahead of this node's clock a block's timestamp may be before its vote is held back. */
    readonly driftMs: number;
    /** Between repetitions of a TIMEOUT. */
    readonly resendMs: number;
    /** Between the head messages of rule 10. */
    readonly statusMs: number;
  };
  /** Heights that ordering may run ahead of certified execution before blocks must be empty (rule 17). */
  readonly lag: number;
};

/** A block as consensus sees it: the id, the header as received and as read, and the body's bytes, which stay opaque. */
export type Candidate = {
  readonly id: Hash;
  readonly header: Header;
  readonly headerBytes: Bytes;
  readonly bodyBytes: Bytes;
};

/** The committed tip that a node starts from or is moved to by sync. */
export type Head = {
  readonly height: number;
  readonly blockId: Hash;
  readonly view: number;
  readonly timestampMs: number;
  /** Greatest height whose execution certificate this block or an ancestor carries; 0 if none. */
  readonly executionHeight: number;
  /** Undefined only for the epoch's base. */
  readonly proof: CommitProof | undefined;
};

export type TimerName = "view" | "propose" | "resend" | "status" | "drift" | "group";

/** What an engine is told; each input comes with the time. */
export type Input = { readonly nowMs: number } & (
  | {
      readonly type: "start";
      readonly head: Head;
      /** The durable record of the journal; undefined if it is missing or corrupt: then the node only follows. */
      readonly record: Bytes | undefined;
      /** Candidates whose data the journal holds durably, ancestors first. */
      readonly candidates: readonly Candidate[];
      /** The newest execution certificate that an `attested` effect gave or a block of the log carries. */
      readonly execution?: ExecutionCertificate | undefined;
    }
  | {
      readonly type: "message";
      /** The validator that sent it, as the connection proves; undefined for another peer. */
      readonly from: number | undefined;
      readonly bytes: Bytes;
    }
  | { readonly type: "timer"; readonly name: TimerName }
  /** Whether the node holds a transaction that a child of the engine's `tip` may include. */
  | { readonly type: "pending"; readonly pending: boolean }
  /** The body for the block that a `payload` effect asked for. */
  | {
      readonly type: "payload";
      readonly view: number;
      readonly parentId: Hash;
      /** As the effect gave it: the body was judged by it. */
      readonly timestampMs: number;
      readonly bodyBytes: Bytes;
      readonly bodyRoot: Hash;
      readonly transactionCount: number;
      /** Its one transaction changes the configuration (rule 14). */
      readonly endsEpoch?: boolean | undefined;
    }
  /** A block's data is held: its body matches its header. `valid`: it also passed rule 12 (3). */
  | { readonly type: "held"; readonly candidate: Candidate; readonly valid: boolean }
  /** Sync moved the committed head; the proof was verified and the log is synced. */
  | {
      readonly type: "advanced";
      readonly head: Head;
      /** The head's block ends the epoch. */
      readonly endsEpoch?: boolean | undefined;
    }
  /** A committed height was executed, or its result was read back at start. */
  | { readonly type: "executed"; readonly execution: Execution }
  /** A connection to a validator or other peer came up: it is told our head. */
  | { readonly type: "connected"; readonly peer: number | undefined }
);

/** Whom to send to: one validator, some, or every connected peer of the channel. */
export type Target = number | readonly number[] | "all";

/** What an engine asks for, in order. A `persist` is complete before any later `send` or `commit` is carried out. */
export type Effect =
  /** Writes the record and the data of the blocks to the journal and syncs it. */
  | { readonly type: "persist"; readonly record: Bytes; readonly blocks: readonly Candidate[] }
  /** `about`: the proposed block, whose data travels along as far as receivers may lack it (rule 10). */
  | { readonly type: "send"; readonly to: Target; readonly message: Bytes; readonly about?: Candidate }
  /** Sets the one timer of this name, replacing it; `afterMs` undefined cancels it. */
  | { readonly type: "timer"; readonly name: TimerName; readonly afterMs: number | undefined }
  /** Asks for a body for a child of the parent; `empty` where no transaction may be included. */
  | {
      readonly type: "payload";
      readonly view: number;
      readonly parentId: Hash;
      readonly timestampMs: number;
      readonly empty: boolean;
    }
  /** Asks to obtain and check a proposal's data; answered by `held`, or never. `from` proposed it. */
  | { readonly type: "validate"; readonly candidate: Candidate; readonly from: number }
  /** Appends blocks to the log, parents first, with the proof that commits the last, and syncs it. */
  | { readonly type: "commit"; readonly blocks: readonly Candidate[]; readonly proof: CommitProof }
  /** Another peer claims a greater committed height: a hint. `from` as in the message. */
  | { readonly type: "sync"; readonly from: number | undefined; readonly height: number }
  /** A quorum attested a height's execution. */
  | { readonly type: "attested"; readonly certificate: ExecutionCertificate }
  /** A quorum (`fatal`) or a blocking set contradicts what this node executed. */
  | { readonly type: "diverged"; readonly height: number; readonly fatal: boolean }
  /** A validator was caught: the bytes show it to anybody (rule 15). */
  | { readonly type: "evidence"; readonly evidence: Evidence }
  /** Sends the transactions that this node holds to all (rule 11). */
  | { readonly type: "disseminate" }
  /** A message was refused; it costs its sender, never the process. */
  | { readonly type: "refused"; readonly from: number | undefined; readonly reason: string };

/** A block whose data the node wants, and the validators that should hold it, likeliest first. */
export type Wanted = { readonly blockId: Hash; readonly sources: readonly number[] };

/** What an operator and the dashboard see of an engine. */
export type EngineStatus = {
  readonly view: number;
  readonly leader: number;
  readonly height: number;
  readonly highQcView: number;
  readonly timedOutView: number;
  readonly voting: boolean;
  /** The block that ends the epoch is committed: this engine signs nothing more (rule 14). */
  readonly ended: boolean;
  readonly executionHeight: number;
  /** Validators that were caught, with what shows it. */
  readonly evidence: readonly Evidence[];
};

/** An engine over its own kind of state, which callers treat as opaque. */
export type Engine<State> = {
  readonly initial: () => State;
  /** The record of a validator that never signed anything: written when a channel's home is made, and only then. */
  readonly freshRecord: () => Bytes;
  /** Consumes `state`: only the returned one may be used afterwards. Never throws on a remote message. */
  readonly step: (
    state: State,
    input: Input,
  ) => { readonly state: State; readonly effects: readonly Effect[] };
  /** The block that the next proposal would extend: what `pending` is judged by. */
  readonly tip: (state: State) => Hash;
  /** Blocks to fetch: the caller reconciles its requests with this list after every step. */
  readonly wanted: (state: State) => readonly Wanted[];
  readonly status: (state: State) => EngineStatus;
};
