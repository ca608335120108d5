import { VALIDATORS_MAX } from "@dure/types";
import { z } from "zod";

/** The genesis document's schema (specs/genesis.md). Unknown fields are refused everywhere. */

/** A list whose length is judged before its items are: a long list of wrong items gives one issue, not millions. */
export const list = <T extends z.ZodType>(item: T, countMin: number, countMax: number) =>
  z.array(z.unknown()).min(countMin).max(countMax).pipe(z.array(item));

export const Name = z.string().regex(/^[a-z0-9-]{1,32}$/);
export const PeerId = z.string().regex(/^[a-z0-9-]{1,32}\.[a-z0-9-]{1,32}$/);
export const Hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const Count = z.int().positive();
/** Timers hold 2^31 - 1 ms; a longer one would fire at once. A day is more than any of these needs. */
const DAY_MS = 86_400_000;
const Ms = z.int().nonnegative().max(DAY_MS);
/** The end of the year 9999: block times and expiries above it still are exact numbers. */
const TIMESTAMP_MS_MAX = 253_402_300_799_999;

export const Organisation = z.strictObject({
  name: Name,
  /** Base64 of the root certificate's DER, which has at most 4 KiB. */
  root: z.string().min(4).max(5_464),
});
export const Validator = z.strictObject({
  id: PeerId,
  publicKey: Hex32,
  weight: Count.max(1_000_000),
  /** The group that it votes in, where the channel has groups; without: it stands alone. */
  group: Name.optional(),
});
/** A group of validators that agrees as one, with its weight among the groups. */
export const Group = z.strictObject({ name: Name, weight: Count.max(1_000_000) });
/** A peer that holds the channel's data without voting. */
export const Follower = PeerId;
export const Revoked = z.strictObject({
  organisation: Name,
  /** The bytes of the serial number in hex, as they stand in the certificate. */
  serial: z.string().regex(/^(?:[0-9a-f]{2}){1,20}$/),
});
export const ScoreName = z.string().regex(/^[a-z0-9-]{1,64}$/);
const Score = z.strictObject({
  name: ScoreName,
  version: z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/),
  source: z.string().max(1 << 20),
});

export const Policies = z.strictObject({
  /** Roles whose holders may submit transactions. Auditors never do, and peers only by `peerSubmits`. */
  submitRoles: list(z.enum(["client", "admin"]), 1, 2),
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
  longestLifeMs: Count.max(DAY_MS),
});

export const Consensus = z.strictObject({
  engine: z.enum(["lft", "ibft"]),
  spinInterval: Count.max(1_000_000),
  /** Without: spinning. */
  leaderPolicy: z.enum(["spinning", "weighted", "sticky"]).optional(),
  /** Whether a leader may propose a child of a block that has no QC yet; without: not. */
  optimistic: z.boolean().optional(),
  baseMs: Count.max(DAY_MS),
  capMs: Count.max(DAY_MS),
  blockIntervalMs: Ms,
  driftMs: Ms,
  resendMs: Count.max(DAY_MS),
  statusMs: Count.max(DAY_MS),
  lag: Count.max(1_000_000),
});

/** The name that no SCORE may have: a transaction for it changes the channel's configuration. */
export const CONFIGURATION_SCORE = "configuration";

/** The whole document. */
export const GenesisSchema = z.strictObject({
  format: z.literal("dure/genesis/1"),
  name: Name,
  timestampMs: z.int().nonnegative().max(TIMESTAMP_MS_MAX),
  organisations: list(Organisation, 1, 256),
  /** In order of registration: the order in which they lead. */
  validators: list(Validator, 1, VALIDATORS_MAX),
  /** Peers that hold the channel's data without voting. */
  followers: list(Follower, 0, 4096),
  /** Without: quorums are flat. */
  groups: list(Group, 0, 256).optional(),
  policies: Policies,
  limits: Limits,
  consensus: Consensus,
  revoked: list(Revoked, 0, 65_536),
  scores: list(Score, 0, 256),
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
