import type { Hash, Transaction } from "@dure/types";

/** What a block's transactions are judged by: its ancestors, its timestamp, and who may submit at that time. */
export type Judgement = {
  /** Ids of the uncommitted ancestors, the parent first. */
  readonly lineage: readonly Hash[];
  readonly timestampMs: number;
  /** Whether the sender may submit at the timestamp. */
  readonly allowed: (transaction: Transaction) => boolean;
};

/** What the chain and the block's ancestors say of a transaction. */
export type Chain = {
  readonly longestLifeMs: number;
  readonly isIncluded: (id: Hash) => boolean;
};

/** `passing`: another lineage may still include it. `lasting`: as far as time and sender go, no block of now may. */
export type Flaw = { readonly kind: "passing" | "lasting"; readonly reason: string };

const EXPIRED: Flaw = { kind: "lasting", reason: "has expired" };
const TOO_FAR: Flaw = { kind: "lasting", reason: "expires too far ahead" };
const NOT_ALLOWED: Flaw = { kind: "lasting", reason: "is not allowed at the block's time" };
const INCLUDED: Flaw = { kind: "passing", reason: "is in the chain already" };

/**
 * Rule 12 (3) of lft.md for one transaction: why it may not stand in a block, undefined if it may. The answer rests on
 * the block and its ancestors alone, so that every validator with the same chain gives the same.
 */
export const flawOf = (
  transaction: Transaction,
  { timestampMs, allowed }: Pick<Judgement, "timestampMs" | "allowed">,
  { longestLifeMs, isIncluded }: Chain,
): Flaw | undefined => {
  const { id, expiryMs } = transaction;
  if (expiryMs < timestampMs) return EXPIRED;
  if (expiryMs > timestampMs + longestLifeMs) return TOO_FAR;
  if (isIncluded(id)) return INCLUDED;
  return allowed(transaction) ? undefined : NOT_ALLOWED;
};
