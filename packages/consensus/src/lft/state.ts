import type { Bytes } from "@dure/crypto";
import type { Certificate, DirectCommitProof, Execution, ExecutionCertificate, Hash } from "@dure/types";
import type { Candidate, EngineConfig, Head } from "../engine.ts";
import type { Claim, Evidence } from "./evidence.ts";
import type { Proposal } from "./message.ts";
import { type DurableRecord, freshRecord } from "./record.ts";

/** An uncommitted block that this node has heard of. */
export type Entry = {
  candidate: Candidate;
  /** Its data is here and matches the header. */
  held: boolean;
  /** Its data passed rule 12 (3) here. */
  valid: boolean;
  /** Its data stands in the journal, or in a persist that precedes all that depends on it. */
  durable: boolean;
  /** The shell was asked to obtain and check its data. */
  validating: boolean;
};

/** Signatures of distinct validators over one statement. */
export type Tally = Map<number, Bytes>;

/** Votes of one kind in one view: by block, and who has voted at all. */
export type ViewVotes = { readonly byBlock: Map<Hash, Tally>; readonly voted: Set<number> };

/** Timeouts for one view. */
export type ViewTimeouts = {
  readonly signatures: Tally;
  readonly reported: Map<number, number>;
  highQc: Certificate;
};

/** Attestations of one height, by what they attest. */
export type HeightAttestations = Map<string, { readonly execution: Execution; readonly signatures: Tally }>;

/** The state of LFT in one epoch. Owned by the engine: a step consumes it. */
export type State = {
  record: DurableRecord;
  view: number;
  head: Head;
  /** False for a node that only follows: no validator, or without its durable record (rule 13). */
  voting: boolean;
  blocks: Map<Hash, Entry>;
  /** QCs of uncommitted blocks. */
  certified: Map<Hash, Certificate>;
  proposals: Map<number, Proposal & { readonly id: Hash }>;
  /** Rule 4's, which wait for their parent's QC. */
  early: Map<number, Proposal & { readonly id: Hash }>;
  /** Views whose leader sent what can follow no parent: it is not heard again in them. */
  refused: Set<number>;
  votes: Map<number, ViewVotes>;
  commitVotes: Map<number, ViewVotes>;
  timeouts: Map<number, ViewTimeouts>;
  /** The proof of a commit whose blocks are not all held yet. */
  pendingCommit: DirectCommitProof | undefined;
  attestations: Map<number, HeightAttestations>;
  /** What this node executed and no quorum has attested yet. */
  executed: Map<number, Execution>;
  /** What quorums attested, by height, for comparison with what this node executes later. */
  attested: Map<number, Execution>;
  execution: ExecutionCertificate | undefined;
  alarmed: Set<number>;
  pending: boolean;
  /** The body that the shell was asked for last. */
  payload: { readonly view: number; readonly parentId: Hash; readonly isEarly: boolean } | undefined;
  /** When the timer to propose is due. */
  proposeDueMs: number;
  viewTimer: { running: boolean; startedMs: number };
  /** The votes of this node's group that it has combined for the others, by kind and view. */
  combined: Set<string>;
  /** Per validator: its latest timeout and commit vote, which may not contradict one another. */
  said: Map<number, { timeout: Claim | undefined; commitVote: Claim | undefined }>;
  /** One fault of each kind and validator. */
  evidence: Map<string, Evidence>;
  /** The epoch's last block is committed. */
  ended: boolean;
  /** Per validator: the view up to which this node has already helped it. */
  helped: Map<number, number>;
  /** Per validator: the latest view that its messages showed. */
  shown: Map<number, number>;
};

export const initialState = (config: EngineConfig): State => ({
  record: freshRecord(config.epoch, config.base.blockId),
  view: 1,
  head: { ...config.base, view: 0, executionHeight: 0, proof: undefined },
  voting: false,
  blocks: new Map(),
  certified: new Map(),
  proposals: new Map(),
  early: new Map(),
  refused: new Set(),
  votes: new Map(),
  commitVotes: new Map(),
  timeouts: new Map(),
  pendingCommit: undefined,
  attestations: new Map(),
  executed: new Map(),
  attested: new Map(),
  execution: undefined,
  alarmed: new Set(),
  pending: false,
  payload: undefined,
  proposeDueMs: 0,
  viewTimer: { running: false, startedMs: 0 },
  combined: new Set(),
  said: new Map(),
  evidence: new Map(),
  ended: false,
  helped: new Map(),
  shown: new Map(),
});
