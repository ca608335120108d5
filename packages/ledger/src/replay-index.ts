import type { Hash } from "@dure/types";

/**
 * Ids of committed transactions whose life is not over. A transaction of a block with timestamp t expires at
 * t + longestLifeMs at the latest, so blocks older than that below the head's timestamp need not be remembered: expiry
 * refuses what they held.
 */
export type ReplayIndex = {
  readonly has: (transactionId: Hash) => boolean;
  /** Adds a block's transactions, blocks in any order, and forgets what is too old by the greatest timestamp. */
  readonly add: (timestampMs: number, ids: readonly Hash[]) => void;
  /** The least timestamp that matters now; what a rebuild need not read below. */
  readonly horizonMs: () => number;
  /** How many ids are remembered. */
  readonly size: () => number;
};

export const createReplayIndex = (longestLifeMs: number): ReplayIndex => {
  const ids = new Set<Hash>();
  /** In order of timestamp, the oldest first. */
  const blocks: { readonly timestampMs: number; readonly ids: readonly Hash[] }[] = [];
  let headMs = 0;
  const horizonMs = (): number => headMs - longestLifeMs;

  const forget = (): void => {
    let old = 0;
    for (; (blocks[old]?.timestampMs ?? Number.POSITIVE_INFINITY) < horizonMs(); old++)
      for (const id of blocks[old]?.ids ?? []) ids.delete(id);
    if (old > 0) blocks.splice(0, old);
  };

  return {
    has: (id) => ids.has(id),
    add: (timestampMs, added) => {
      headMs = Math.max(headMs, timestampMs);
      if (timestampMs < horizonMs()) return;
      let at = blocks.length;
      while (at > 0 && (blocks[at - 1]?.timestampMs ?? 0) > timestampMs) at--;
      blocks.splice(at, 0, { timestampMs, ids: added });
      for (const id of added) ids.add(id);
      forget();
    },
    horizonMs,
    size: () => ids.size,
  };
};
