import type { Bytes } from "@dure/crypto";
import type { Certificate, Execution, ExecutionCertificate, Hash } from "@dure/types";
import type { EngineConfig, Head } from "../engine.ts";
import type { Entry, HeightAttestations } from "../lft/state.ts";
import type { Ballots, RoundChange } from "./message.ts";
import type { Prepared } from "./prepared.ts";
import { type DurableRecord, freshRecord } from "./record.ts";
import type { RoundChangeCertificate } from "./round-change.ts";

/** Signatures over one statement, and whose were counted, in order. */
export type Tally = { readonly signatures: Map<number, Bytes>; readonly counted: number[] };

/** Votes of one kind in one round: by block, and who has voted at all. */
export type RoundVotes = { readonly byBlock: Map<Hash, Tally>; readonly voted: number[] };

/** A justified proposal of a round. */
export type Proposal = { readonly id: Hash; readonly ground: RoundChangeCertificate | undefined };

/** The state of IBFT in one epoch: of the height above the head, but for what is kept of later ones. */
export type State = {
  record: DurableRecord;
  round: number;
  head: Head;
  /** The head's block, if this node committed it in this life: others may need its header and certificate. */
  headEntry: Entry | undefined;
  /** False for a node that only follows: no validator, or without its durable record (rule 12). */
  voting: boolean;
  /** The head ends the epoch: nothing more is signed in it (rule 13). */
  ended: boolean;
  /** Uncommitted blocks that this node has heard of. */
  blocks: Map<Hash, Entry>;
  proposals: Map<number, Proposal>;
  /** Rounds whose leader sent what nothing justifies: it is not heard again in them. */
  refused: Set<number>;
  prepares: Map<number, RoundVotes>;
  commits: Map<number, RoundVotes>;
  /** Certificates that PREPAREs made here, by round. */
  certified: Map<number, Prepared>;
  /** The ROUND-CHANGE of the greatest round of each validator. */
  roundChanges: Map<number, RoundChange>;
  /** The greatest round that a justified proposal opened. */
  openedRound: number;
  /** The commit certificate of a block that is not held yet. */
  pendingCommit: Certificate | undefined;
  /** Messages for heights that are still to come, as their signers sent them: by sender, height and type. */
  later: Map<number, Map<string, Ballots>>;
  attestations: Map<number, HeightAttestations>;
  executed: Map<number, Execution>;
  attested: Map<number, Execution>;
  execution: ExecutionCertificate | undefined;
  alarmed: Set<number>;
  pending: boolean;
  /** The round for which a body was asked for; 0: none at this height. */
  payloadRound: number;
  proposeDueMs: number;
  roundTimer: { running: boolean; startedMs: number };
  resending: boolean;
  /** Per validator: when this node last sent it what it lacked. */
  helpedMs: Map<number, number>;
};

export const initialState = ({ epoch, base }: EngineConfig): State => ({
  record: freshRecord(epoch, base.height + 1, base.blockId),
  round: 1,
  head: { ...base, view: 0, executionHeight: 0, proof: undefined },
  headEntry: undefined,
  voting: false,
  ended: false,
  blocks: new Map(),
  proposals: new Map(),
  refused: new Set(),
  prepares: new Map(),
  commits: new Map(),
  certified: new Map(),
  roundChanges: new Map(),
  openedRound: 1,
  pendingCommit: undefined,
  later: new Map(),
  attestations: new Map(),
  executed: new Map(),
  attested: new Map(),
  execution: undefined,
  alarmed: new Set(),
  pending: false,
  payloadRound: 0,
  proposeDueMs: 0,
  roundTimer: { running: false, startedMs: 0 },
  resending: false,
  helpedMs: new Map(),
});
