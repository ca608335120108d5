/**
 * The transactions that wait to be ordered.
 *
 * Owns: admission, batches and their acknowledgement, what a block proposes and whether a body is right (rule 12 (3)),
 * quotas, expiry. The clock is passed in.
 * Guarantees: bounded memory per sender, per peer and in all, with room left for every peer whatever others send; a
 * transaction stands at most once along a lineage; what is admitted leaves by commit or expiry alone; validity of a body
 * depends on the block and its ancestors, not on what else is held.
 * Leaves to others: signatures and identities (verified before), the travel of batches (node).
 */
export type { Judgement } from "./judgement.ts";
export { type ChannelLimits, POOL_LIMITS, type PoolLimits } from "./limits.ts";
export { Pool, type PoolOptions } from "./pool.ts";
export type { Proposed } from "./proposal.ts";
export type { Refused, Verdict } from "./verdict.ts";
