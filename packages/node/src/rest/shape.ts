/** The shapes of v2's answers: what the API's description shows, and the tests hold the answers to. */
import { z } from "zod";

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Whole = z.int().min(0);
const PeerId = z.string();
/** Bytes in padded base64. */
const Base64 = z.base64();

const Receipt = z.object({
  height: Whole,
  index: Whole,
  code: Whole,
  message: z.string(),
  result: z.unknown(),
  events: z.array(z.object({ score: z.string(), name: z.string(), data: z.unknown() })),
});

export const BlockSummary = z.object({
  id: Hash,
  height: Whole,
  view: Whole,
  epoch: Whole,
  parentId: Hash,
  timestampMs: Whole,
  proposer: PeerId,
  bodyRoot: Hash,
  executionHeight: Whole,
  transactionCount: Whole,
});

/** Verified by `@dure/client` or `dure verify`: specs/proofs.md says what its fields are. */
const Proof = z.looseObject({ format: z.literal("dure/proof/1"), kind: z.string(), channelId: Hash });

export const Block = BlockSummary.extend({ transactions: z.array(Hash), proof: Proof.optional() });

export const BlockPage = z.object({
  blocks: z.array(BlockSummary),
  next: Whole.nullable(),
  height: Whole,
  headers: z.array(Base64).optional(),
  proof: Proof.optional(),
});

const Transaction = z.object({
  id: Hash,
  status: z.enum(["accepted", "final", "executed"]),
  height: Whole.optional(),
  index: Whole.optional(),
  sender: Hash,
  score: z.string(),
  expiryMs: Whole,
  bytes: Base64,
  receipt: Receipt.optional(),
});

export const TransactionAnswer = Transaction.extend({ proof: Proof.optional() });

export const TransactionPage = z.object({ transactions: z.array(Transaction), next: Whole.nullable() });

export const Submission = z.strictObject({
  transactions: z.array(z.string()).min(1).max(1_000),
  certificates: z.array(z.string()).max(1_000).default([]),
});

export const Submitted = z.object({
  transactions: z.array(
    z.union([
      z.object({
        id: Hash,
        status: z.enum(["accepted", "final", "executed"]),
        receipt: Receipt.optional(),
      }),
      z.object({ status: z.literal("refused"), code: z.string(), message: z.string() }),
    ]),
  ),
});

export const Query = z.strictObject({
  score: z.string().max(64).optional(),
  method: z.string().max(256),
  params: z.unknown().optional(),
});

export const QueryAnswer = z.object({
  code: Whole,
  message: z.string(),
  result: z.unknown(),
  height: Whole,
});

export const StateAnswer = z.object({
  score: z.string(),
  key: z.string(),
  height: Whole,
  present: z.boolean(),
  value: z.unknown(),
  version: z.object({ height: Whole, index: Whole }).nullable(),
  proof: Proof.optional(),
});

export const StatePage = z.object({
  score: z.string(),
  height: Whole,
  entries: z.array(
    z.object({ key: z.string(), value: z.unknown(), version: z.object({ height: Whole, index: Whole }) }),
  ),
  /** The key after which the next page begins; null at the end. */
  next: z.string().nullable(),
});

export const StateHistory = z.object({
  score: z.string(),
  key: z.string(),
  /** Writes, the newest first; `present` is false where the key was removed. */
  entries: z.array(
    z.object({
      present: z.boolean(),
      value: z.unknown(),
      version: z.object({ height: Whole, index: Whole }),
      /** The transaction that wrote it; null for the genesis, and where this peer does not hold it. */
      transactionId: Hash.nullable(),
    }),
  ),
  /** Up to this height writes were pruned here, or are those of a snapshot, each key's last alone; 0 where all are told. */
  baseHeight: Whole,
  /** What the next page is asked with as `before`; null at the end. */
  next: z.string().nullable(),
});

/** By the administrators' word, from a block on. */
const Suspension = { height: Whole, reason: z.string() };

/** `hash` of a version is that of its package; empty where its source stands in the genesis. */
const VersionName = { version: z.string(), hash: z.union([Hash, z.literal("")]) };

export const ScoreList = z.object({
  height: Whole,
  scores: z.array(
    z.object({
      score: z.string(),
      ...VersionName,
      active: z.boolean(),
      /** The proposal that is scheduled for it; empty where none is. */
      scheduled: z.string(),
      suspended: z.object(Suspension).nullable(),
    }),
  ),
});

/** Fields as in specs/score-store.md. */
export const Score = z.object({
  height: Whole,
  score: z.string(),
  active: z.object(VersionName).nullable(),
  scheduled: z.string(),
  suspended: z.object(Suspension).nullable(),
  versions: z.array(
    z.object({
      index: Whole,
      ...VersionName,
      height: Whole,
      organisation: z.string(),
      migrate: z.boolean(),
      rollback: z.boolean(),
      from: z.int().min(-1).optional(),
      upgraded: z.boolean().optional(),
    }),
  ),
  steps: z.array(
    z.object({
      index: Whole,
      ...VersionName,
      action: z.enum(["deploy", "upgrade", "rollback", "disable"]),
      from: z.string(),
      height: Whole,
      code: Whole,
      message: z.string(),
      proposal: z.string(),
    }),
  ),
});

export const Consensus = z.object({
  epoch: Whole,
  view: Whole,
  leader: Whole,
  leaderId: PeerId,
  spinInterval: Whole,
  height: Whole,
  executedHeight: Whole,
  certifiedHeight: Whole,
  validators: z.array(
    z.object({
      index: Whole,
      id: PeerId,
      publicKey: Hash,
      weight: Whole,
      leads: z.boolean(),
      connected: z.boolean(),
      lastMessage: z
        .object({
          type: z.enum([
            "proposal",
            "vote",
            "commit",
            "timeout",
            "attest",
            "status",
            "certificate",
            "timeoutCertificate",
            "groupVote",
            "evidence",
          ]),
          view: Whole.optional(),
          height: Whole.optional(),
          atMs: Whole,
        })
        .nullable(),
    }),
  ),
  evidence: z.array(
    z.object({
      epoch: Whole,
      validator: Whole,
      fault: z.enum(["vote", "commitVote", "proposal", "earlyProposal", "timeout"]),
      view: Whole,
      /** Base64 of the two signed claims, which anybody can verify. */
      bytes: z.string(),
    }),
  ),
});

const Weighted = { weight: Whole };

/** Fields as in specs/genesis.md. */
export const Configuration = z.object({
  epoch: Whole,
  /** The block that ended the epoch before: the genesis, at height 0, or a change of the configuration. */
  base: z.object({ height: Whole, id: Hash }),
  organisations: z.array(z.object({ name: z.string(), root: z.string() })),
  validators: z.array(z.object({ id: PeerId, publicKey: Hash, ...Weighted, group: z.string().optional() })),
  groups: z.array(z.object({ name: z.string(), ...Weighted })),
  followers: z.array(PeerId),
  policies: z.object({ submitRoles: z.array(z.string()), peerSubmits: z.boolean() }),
  limits: z.record(z.string(), Whole),
  consensus: z.record(z.string(), z.union([Whole, z.string(), z.boolean()])),
  revoked: z.array(z.object({ organisation: z.string(), serial: z.string() })),
});

export const Status = z.object({
  channelId: Hash,
  name: z.string(),
  peerId: PeerId,
  consensus: z.object({
    view: Whole,
    leader: Whole,
    leaderId: PeerId,
    height: Whole,
    highQcView: Whole,
    timedOutView: Whole,
    voting: z.boolean(),
    ended: z.boolean(),
    executionHeight: Whole,
  }),
  height: Whole,
  blockId: Hash,
  executedHeight: Whole,
  /** Blocks up to this height are not kept here; 0 where all are. */
  baseHeight: Whole,
  /** The snapshot that others can begin with; absent where there is none yet. */
  snapshotHeight: Whole.optional(),
  stateRoot: Hash,
  transactionCount: Whole,
  connected: z.array(PeerId),
  /** Why execution stands still, if it does. */
  halted: z.string().optional(),
  /** Height at which this node's execution contradicts others', if it does. */
  diverged: Whole.optional(),
  /** SCOREs that are suspended, or will be from a later block on. */
  suspensions: z.array(z.object({ score: z.string(), ...Suspension })),
  damaged: Whole,
  pool: z.object({ transactions: Whole, batches: Whole, bytes: Whole }),
});

export const Counts = z.object({
  /** Signatures of transactions that were verified. */
  signaturesVerified: Whole,
  /** Frames given to connections, each once for every peer that it went to, and their bytes before encryption. */
  framesSent: Whole,
  bytesSent: Whole,
  /** What was written to journal and block log, and how often they were synced. */
  diskWrites: Whole,
  diskBytes: Whole,
  diskSyncs: Whole,
  /** What was appended to the chain meanwhile. */
  blocks: Whole,
  transactions: Whole,
});

export const ErrorAnswer = z.object({
  code: z.string(),
  message: z.string(),
  /** For clients of v1. */
  response_code: z.literal(-1),
});
