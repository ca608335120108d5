import type { BlocksAnswer, ConsensusAnswer, StatusAnswer, TransactionsAnswer } from "../answers.ts";
import { ask } from "../peers/ask.ts";
import type { Directory } from "./directory.ts";
import type { Feed } from "./feed.ts";
import type { State } from "./state.ts";

const LATEST = 15;

/**
 * The first view: status, consensus and one page of blocks, asked at once. Resolves with the height that is shown then.
 * Throws AskError when no peer answers.
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
  const filled = latest.blocks.find(({ transactionCount }) => transactionCount > 0);
  if (filled !== undefined) void fill(state, directory, feed, filled.height, signal);
  return height;
};

/** Shows the transactions of the latest block that has some; without them the list fills as new ones come. */
const fill = async (
  state: State,
  { pool }: Directory,
  feed: Feed,
  height: number,
  signal: AbortSignal,
): Promise<void> => {
  try {
    const path = `/api/v2/blocks/${height}/transactions?limit=${LATEST}`;
    feed.fill((await ask<TransactionsAnswer>(pool, path, { signal })).answer.transactions);
    state.feed.set(feed.view());
  } catch {
    // Shown without.
  }
};
