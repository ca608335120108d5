import type { BlockLog } from "./blocks/block-log.ts";
import type { LogBlock } from "./blocks/block-payload.ts";

/** How far down a block is looked for that may be a base: under load nearly every header carries a certificate. */
const SEARCH_MAX = 4_096;

/** The greatest height at or below one whose transactions' lives are over at a time; the log's base if there is none. */
export const lastOver = async (
  log: Pick<BlockLog, "at" | "base">,
  height: number,
  atMs: number,
  longestLifeMs: number,
): Promise<number> => {
  let low = log.base()?.read.height ?? 0;
  for (let high = height; low < high; ) {
    const middle = Math.ceil((low + high) / 2);
    const entry = await log.at(middle);
    // Where the log is damaged nothing is known, so all of it is kept.
    if (entry !== undefined && entry.timestampMs + longestLifeMs < atMs) low = middle;
    else high = middle - 1;
  }
  return low;
};

/**
 * The greatest block at or below a height, above the log's base, above which a log can begin: it has a proof of its own
 * and carries an execution certificate. Undefined if there is none near.
 */
export const baseAtOrBelow = async (
  log: Pick<BlockLog, "read" | "base">,
  height: number,
): Promise<LogBlock | undefined> => {
  const least = Math.max(log.base()?.read.height ?? 0, height - SEARCH_MAX);
  for (let at = height; at > least; at--) {
    const found = await log.read(at);
    if (found === undefined) return undefined;
    if (found.block.proof !== undefined && found.header.execution !== undefined) return found;
  }
  return undefined;
};
