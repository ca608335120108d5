import type {
  BlockSummary,
  BlocksAnswer,
  ConsensusAnswer,
  StatusAnswer,
  TransactionAnswer,
  TransactionsAnswer,
} from "../answers.ts";
import { ask } from "../peers/ask.ts";
import type { Directory } from "./directory.ts";
import type { Feed } from "./feed.ts";
import type { State } from "./state.ts";

const LATEST = 15;

/**
 * The first view: status, consensus and one page of blocks, asked at once. Resolves with the height that is shown then.
 * Throws ClientError when no peer answers.
 */
export const showFirst = async (
  state: State,
  directory: Directory,
  feed: Feed,
  signal: AbortSignal,
): Promise<number> => {
  const { pool } = directory;
  const [{ answer: status, url }, { answer: consensus }, { answer: latest }] = await Promise.all([
    ask<StatusAnswer>(pool, "/api/v2/status", { signal }),
    ask<ConsensusAnswer>(pool, "/api/v2/consensus", { signal }),
    ask<BlocksAnswer>(pool, `/api/v2/blocks?limit=${LATEST}`, { signal }),
  ]);
  const height = latest.blocks[0]?.height ?? 0;
  state.channel.set({ id: status.channelId, name: status.name });
  state.consensus.set(consensus);
  feed.begin(latest.blocks, { ...status, height });
  state.feed.set(feed.view());
  directory.heard(url, status);
  void fill(state, directory, feed, latest.blocks, signal);
  return height;
};

/** How many blocks are read, at most, to fill the list of transactions. */
const FILLED_MAX = 5;

/** Shows the transactions of the latest blocks that have some; without them the list fills as new ones come. */
const fill = async (
  state: State,
  { pool }: Directory,
  feed: Feed,
  latest: readonly BlockSummary[],
  signal: AbortSignal,
): Promise<void> => {
  const found: TransactionAnswer[] = [];
  const filled = latest.filter(({ transactionCount }) => transactionCount > 0).slice(0, FILLED_MAX);
  try {
    for (const { height, transactionCount } of filled) {
      if (found.length >= LATEST) break;
      const from = Math.max(0, transactionCount - LATEST);
      const path = `/api/v2/blocks/${height}/transactions?from=${from}&limit=${LATEST}`;
      found.unshift(...(await ask<TransactionsAnswer>(pool, path, { signal })).answer.transactions);
    }
  } catch {
    // Shown without.
  }
  feed.fill(found);
  state.feed.set(feed.view());
};
