import type { Route } from "../route.ts";
import { getBlock, listBlocks, listTransactions } from "./blocks.ts";
import { getScore, listScores } from "./scores.ts";
import { getHistory, getState, listState, query } from "./state.ts";
import { getConfiguration, getConsensus, getCounts, getGenesis, getStatus } from "./status.ts";
import { getTransaction, submitTransactions } from "./transactions.ts";

/** The routes of v2 that answer at once; the event stream is made per server. */
export const ROUTES: readonly Route[] = [
  submitTransactions,
  getTransaction,
  listBlocks,
  getBlock,
  listTransactions,
  query,
  getState,
  listState,
  getHistory,
  listScores,
  getScore,
  getStatus,
  getCounts,
  getConsensus,
  getConfiguration,
  getGenesis,
];
