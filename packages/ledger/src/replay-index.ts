import type { Hash } from "@dure/types";
import { IdSet } from "./id-set.ts";

/**
 * Ids of committed transactions whose life is not over. A transaction of a block with timestamp t expires at
 * t + longestLifeMs at the latest, so blocks older than that below the head's timestamp need not be remembered: expiry
 * refuses what they held. They are forgotten by spans of half a life, so some are remembered for half a life more.
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
  const spanMs = Math.max(1, Math.ceil(longestLifeMs / 2));
  /** By the number of the span that their blocks' timestamps fall into. */
  const spans = new Map<number, IdSet>();
  let headMs = 0;
  const horizonMs = (): number => headMs - longestLifeMs;
  const spanOf = (timestampMs: number): number => Math.floor(timestampMs / spanMs);

  const forget = (): void => {
    for (const span of spans.keys()) if (span < spanOf(horizonMs())) spans.delete(span);
  };

  return {
    has: (id) => {
      for (const ids of spans.values()) if (ids.has(id)) return true;
      return false;
    },
    add: (timestampMs, added) => {
      headMs = Math.max(headMs, timestampMs);
      if (timestampMs < horizonMs()) return;
      const span = spanOf(timestampMs);
      const ids = spans.get(span) ?? new IdSet();
      spans.set(span, ids);
      for (const id of added) ids.add(id);
      forget();
    },
    horizonMs,
    size: () => [...spans.values()].reduce((sum, ids) => sum + ids.size, 0),
  };
};
