import { createPeersGenesis, type PeersGenesis } from "../chain/genesis.ts";
import { createDirectory, type Directory } from "./directory.ts";
import { createFeed } from "./feed.ts";
import { startFollowing } from "./follow.ts";
import { createRate, type Rate } from "./rate.ts";
import { createSentLog, type SentLog } from "./sent.ts";
import type { State } from "./state.ts";
import { watchPeers } from "./watch.ts";

/** The network as the page knows it. */
export type Network = {
  readonly state: State;
  readonly directory: Directory;
  readonly genesis: PeersGenesis;
  /** Final transactions, over the last minute. */
  readonly rate: Rate;
  readonly sentLog: SentLog;
};

const RATE_SECONDS = 60;

/** Finds the peers, shows what they hold and follows them until the signal is given; all that it learns is in `state`. */
export const startNetwork = (state: State, page: Location, signal: AbortSignal): Network => {
  const directory = createDirectory(state, page);
  const genesis = createPeersGenesis(directory.pool, signal);
  const rate = createRate(RATE_SECONDS);
  const sentLog = createSentLog(state.sent);
  const follower = startFollowing({ state, directory, genesis, feed: createFeed(), rate, sentLog }, signal);
  void watchPeers(state, directory, follower.doubt, signal);
  return { state, directory, genesis, rate, sentLog };
};
