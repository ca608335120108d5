import type { EngineStatus, Evidence } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { Held, Ledger } from "@dure/ledger";
import type { Epoch } from "@dure/membership";
import type { QueryOutcome } from "@dure/score-host";
import type { SuspensionNotice } from "@dure/score-store";
import type { Hash, Header, Receipt, Transaction } from "@dure/types";
import type { Admission } from "./admission.ts";
import type { Moves } from "./moves.ts";
import type { Progress, Stage } from "./outcomes.ts";
import type { Proofs } from "./proofs.ts";
import type { Scores } from "./scores.ts";
import type { Sighting } from "./sightings.ts";

/** A committed block as the APIs show it. */
export type BlockView = {
  readonly id: Hash;
  readonly header: Header;
  /** The peer that proposed it. */
  readonly proposerId: string;
  readonly transactions: readonly Transaction[];
};

/** The same without its data. */
export type HeaderView = Omit<BlockView, "transactions">;

/** What a height's execution came to, read back. */
export type ExecutedView = {
  readonly receipts: readonly Receipt[];
  readonly stateRoot: Hash;
  readonly receiptsRoot: Hash;
};

/** A validator as an onlooker sees it. */
export type ValidatorView = {
  readonly index: number;
  readonly id: string;
  /** The consensus key, 32 bytes. */
  readonly publicKey: Bytes;
  readonly weight: number;
  readonly isConnected: boolean;
  readonly lastMessage: Sighting | undefined;
};

/** Where consensus and execution stand. */
export type PositionView = {
  readonly view: number;
  readonly leaderId: string;
  readonly height: number;
  readonly executedHeight: number;
};

/** From a height on, this peer has no result that it could tell, and why. */
export type ExecutionStop = { readonly height: number; readonly why: string };

/** Consensus as an onlooker sees it. */
export type ConsensusView = PositionView & {
  readonly epoch: number;
  /** The leader's index. */
  readonly leader: number;
  readonly spinInterval: number;
  /** The greatest height whose execution a quorum attested, as far as this peer knows. */
  readonly certifiedHeight: number;
  /** Validators that contradicted themselves, with what shows it, oldest first. */
  readonly evidence: readonly Evidence[];
  readonly validators: readonly ValidatorView[];
};

/** A transaction as far as this peer knows it. */
export type TransactionView =
  | { readonly stage: "unknown" }
  | { readonly stage: "accepted"; readonly transaction: Transaction }
  | {
      readonly stage: "final";
      readonly transaction: Transaction;
      readonly height: number;
      readonly index: number;
    }
  | { readonly stage: "executed"; readonly transaction: Transaction; readonly receipt: Receipt };

export type ChannelStatus = {
  readonly channelId: Hash;
  readonly name: string;
  readonly peerId: string;
  readonly consensus: Omit<EngineStatus, "evidence"> & { readonly leaderId: string };
  readonly height: number;
  readonly blockId: Hash;
  readonly executedHeight: number;
  /** Blocks up to this height are not kept here; 0 where all are. */
  readonly baseHeight: number;
  /** The height of the snapshot that others can begin with. */
  readonly snapshotHeight: number | undefined;
  readonly stateRoot: Hash;
  readonly transactionCount: number;
  readonly connected: readonly string[];
  /** Why execution stands still, if it does; what an operator can do is in the text. */
  readonly halted: string | undefined;
  /** Height at which this node's execution contradicts a quorum's or a blocking set's, if it does. */
  readonly diverged: number | undefined;
  /** SCOREs that are suspended, or will be from a later block on by what this peer was given. */
  readonly suspensions: readonly SuspensionNotice[];
  /** Heights whose blocks are damaged on disk and being fetched again. */
  readonly damaged: number;
  readonly pool: {
    readonly transactions: number;
    readonly batches: number;
    readonly bytes: number;
  };
};

/** What a channel has cost this peer since its start: counts, which unlike times are the same on every machine. */
export type ChannelCounts = {
  /** Signatures of transactions that were verified: live, each once; none of blocks that came with a certificate. */
  readonly signaturesVerified: number;
  /** Frames given to connections, each once for every peer that it went to, and their bytes before encryption. */
  readonly framesSent: number;
  readonly bytesSent: number;
  /** What was written to journal and block log, and how often they were synced. */
  readonly diskWrites: number;
  readonly diskBytes: number;
  readonly diskSyncs: number;
  readonly blocks: number;
  readonly transactions: number;
};

/** What the APIs may ask of a channel: the seam between a peer's core and its REST and gRPC faces. */
export type ChannelView = {
  readonly name: string;
  readonly id: Hash;
  readonly genesisText: string;
  readonly peerId: string;
  readonly defaultScore: string;
  /** Which SCOREs run, and what is known of them. */
  readonly scores: Pick<Scores, "known" | "describe">;
  readonly transactionBytesMax: number;
  /** Whether this channel lets its peers sign plain v1 transactions. */
  readonly peerSubmits: () => boolean;
  /** Learns certificates of senders, so that their transactions can be judged. */
  readonly learn: (certificates: readonly Bytes[]) => void;
  /** Admits signed transactions; each one's answer stands at its place. */
  readonly submit: (list: readonly Bytes[]) => Promise<readonly Admission[]>;
  /** Signs a payload with the peer's own submitter identity and admits it, as loopchain's peers did. */
  readonly submitAsPeer: (payload: Bytes, score: string) => Promise<Admission>;
  /** How far a transaction has come, as far as this peer knows it, with its receipt once it stands. */
  readonly progress: (id: Hash) => Progress;
  /** Resolves once the stage is reached, or with how far it came when the time is over. */
  readonly wait: (ids: readonly Hash[], stage: Stage, timeoutMs: number) => Promise<readonly Progress[]>;
  /** Whether no more waiting clients can be served. */
  readonly isBusy: () => boolean;
  readonly transaction: (id: Hash) => Promise<TransactionView>;
  /** Whether a transaction that may still be alive is in the chain, even where this peer has not executed it itself. */
  readonly isCommitted: (id: Hash) => boolean;
  readonly block: (which: Hash | number | "last") => Promise<BlockView | undefined>;
  /** Makes proofs of what this peer holds (specs/proofs.md). */
  readonly proofs: Pick<Proofs, "transaction" | "block" | "state">;
  /** A committed block without its data; undefined where this peer holds none. */
  readonly header: (height: number) => Promise<HeaderView | undefined>;
  /** The result of an executed height; undefined if it is not executed yet. */
  readonly executed: (height: number) => ExecutedView | undefined;
  /** What stands under a raw key after the last height executed. */
  readonly get: (key: Bytes) => { readonly height: number; readonly held: Held | undefined };
  /** A page of raw keys that begin with a prefix and are greater than another, as they stood after one height. */
  readonly range: Ledger["range"];
  /** What was written to a raw key, the newest first, as far back as this peer keeps it. */
  readonly history: Ledger["history"];
  /** Blocks up to this height are not kept here; 0 where all are. */
  readonly baseHeight: () => number;
  /** The least height whose results this peer has: blocks below it were pruned here, or executed elsewhere. */
  readonly resultsFrom: () => number;
  readonly height: () => number;
  readonly executedHeight: () => number;
  readonly consensus: () => ConsensusView;
  /** The current epoch, and the configuration that holds in it. */
  readonly epoch: () => Epoch;
  readonly position: () => PositionView;
  /** Undefined while execution goes on, and contradicts no one. */
  readonly executionStop: () => ExecutionStop | undefined;
  /** Tells when the channel moves on; see `Moves`. */
  readonly moves: Pick<Moves, "listen" | "committedAtMs">;
  readonly certificateOf: (sender: Hash) => Bytes | undefined;
  readonly query: (
    score: string,
    method: string,
    params: string,
    sender: Hash | undefined,
  ) => Promise<{ readonly height: number; readonly outcome: QueryOutcome }>;
  readonly status: () => ChannelStatus;
  readonly counts: () => ChannelCounts;
  readonly isLeader: () => boolean;
};
