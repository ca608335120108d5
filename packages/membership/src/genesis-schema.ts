import { z } from "zod";

/** The genesis document's schema (specs/genesis.md). Unknown fields are refused everywhere. */

const Name = z.string().regex(/^[a-z0-9-]{1,32}$/);
const PeerId = z.string().regex(/^[a-z0-9-]{1,32}\.[a-z0-9-]{1,32}$/);
const Hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const Base64 = z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
const Count = z.int().positive();
const Ms = z.int().nonnegative();
const Role = z.enum(["peer", "client", "admin", "auditor"]);

const Organisation = z.strictObject({
  name: Name,
  /** Base64 of the root certificate's DER. */ root: Base64.min(4),
});
const Validator = z.strictObject({ id: PeerId, publicKey: Hex32, weight: Count.max(1_000_000) });
const Revoked = z.strictObject({ organisation: Name, serial: z.string().regex(/^[0-9a-f]{2,40}$/) });
const Score = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,64}$/),
  version: z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/),
  source: z.string().max(1 << 20),
});

const Policies = z.strictObject({
  /** Roles whose holders may submit transactions. */
  submitRoles: z.array(Role).min(1),
  /** Whether a peer may sign plain v1 transactions with its own identity. */
  peerSubmits: z.boolean(),
});

const Limits = z.strictObject({
  transactionBytesMax: Count.max(1 << 20),
  batchBytesMax: Count.max(1 << 20),
  batchTransactionsMax: Count.max(10_000),
  blockBytesMax: Count.max(1 << 21),
  blockTransactionsMax: Count.max(100_000),
  /** How far ahead of a block's timestamp a transaction's expiry may be. */
  longestLifeMs: Count.max(86_400_000),
});

const Consensus = z.strictObject({
  engine: z.literal("lft"),
  spinInterval: Count,
  baseMs: Count,
  capMs: Count,
  blockIntervalMs: Ms,
  driftMs: Ms,
  resendMs: Count,
  statusMs: Count,
  lag: Count,
});

/** The whole document. */
export const GenesisSchema = z.strictObject({
  format: z.literal("dure/genesis/1"),
  name: Name,
  timestampMs: Ms,
  organisations: z.array(Organisation).min(1).max(256),
  /** In order of registration: the order in which they lead. */
  validators: z.array(Validator).min(1).max(1024),
  /** Peers that hold the channel's data without voting. */
  followers: z.array(PeerId).max(4096),
  policies: Policies,
  limits: Limits,
  consensus: Consensus,
  revoked: z.array(Revoked).max(65_536),
  scores: z.array(Score).max(256),
  /** The SCORE that v1 calls without naming one; empty: none. */
  defaultScore: z.string(),
});

/** The document as it is written. */
export type GenesisDocument = z.infer<typeof GenesisSchema>;

/** Policies, limits and timing of a channel unless its founders choose others. Times in milliseconds. */
export const DEFAULTS: Pick<GenesisDocument, "policies" | "limits" | "consensus"> = {
  policies: { submitRoles: ["client", "admin"], peerSubmits: false },
  limits: {
    transactionBytesMax: 65_536,
    batchBytesMax: 1 << 20,
    batchTransactionsMax: 500,
    blockBytesMax: 1 << 20,
    blockTransactionsMax: 5_000,
    longestLifeMs: 600_000,
  },
  consensus: {
    engine: "lft",
    spinInterval: 1,
    baseMs: 1_000,
    capMs: 10_000,
    blockIntervalMs: 10,
    driftMs: 1_000,
    resendMs: 1_000,
    statusMs: 1_000,
    lag: 64,
  },
};
