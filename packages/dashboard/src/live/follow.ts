import type { FollowEvent } from "@dure/client";
import type { PeersGenesis } from "../chain/genesis.ts";
import { loadChain } from "../chain/load-chain.ts";
import type { Directory } from "./directory.ts";
import type { Feed } from "./feed.ts";
import { showFirst } from "./first-view.ts";
import { observedFetch } from "./observed-fetch.ts";
import { pause } from "./pause.ts";
import type { Rate } from "./rate.ts";
import type { SentLog } from "./sent.ts";
import type { State } from "./state.ts";

/** After a silence this long the page begins anew instead of reading all that it missed. */
const RESUME_MS = 30_000;
const RETRY_MS = 500;

export type FollowParts = {
  readonly state: State;
  readonly directory: Directory;
  readonly genesis: PeersGenesis;
  readonly feed: Feed;
  readonly rate: Rate;
  readonly sentLog: SentLog;
};

/** Tells the parts of one event. */
const tell = ({ state, feed, rate, sentLog }: FollowParts, event: FollowEvent): void => {
  const nowMs = performance.now();
  if (event.type === "consensus") {
    const last = state.consensus.get();
    if (last !== undefined && (last.view !== event.view || last.leaderId !== event.leaderId))
      state.consensus.set({ ...last, view: event.view, leaderId: event.leaderId });
    return;
  }
  if (event.type === "block") {
    feed.block(event);
    rate.add(event.transactionCount, Date.now());
    sentLog.block(event.height, nowMs);
  } else if (event.type === "transaction") {
    feed.transaction(event);
    sentLog.transaction(event, nowMs);
  } else if (event.type === "executed") feed.executed(event);
  state.feed.set(feed.view());
};

/** Follows the channel until the signal is given. */
export type Follower = {
  readonly done: Promise<void>;
  /** Says that this peer gives no answer elsewhere: a stream from it that only seems to live is given up. */
  readonly doubt: (url: string) => void;
};

/** Shows the chain as it is, then follows it, on another peer whenever one is lost. */
export const startFollowing = (parts: FollowParts, signal: AbortSignal): Follower => {
  const { state, directory, feed } = parts;
  const { pool } = directory;
  let round = new AbortController();
  let lostMs: number | undefined;

  const lost = (): void => {
    lostMs ??= performance.now();
    state.link.set({ ...state.link.get(), phase: "lost" });
  };
  const { fetch, giveUp } = observedFetch({
    opened: (url) => {
      lostMs = undefined;
      pool.worked(url);
      const before = state.link.get().url;
      if (before !== undefined && before !== url) {
        pool.failed(before);
        directory.heard(before, "silent");
        state.notice.set({ from: before, to: url });
      }
      state.link.set({ phase: "live", url });
    },
    failed: (url) => {
      pool.failed(url);
      lost();
      if (performance.now() - (lostMs ?? 0) > RESUME_MS) round.abort();
    },
  });

  /** One round: the first view, and all that comes after it. */
  const followOnce = async (): Promise<void> => {
    round = new AbortController();
    const either = AbortSignal.any([signal, round.signal]);
    if (directory.known().length === 0) await directory.learn();
    const chain = loadChain();
    const height = await showFirst(state, directory, feed, either);
    const genesis = await parts.genesis.renew();
    const { followChain } = await chain;
    const events = await followChain({ genesis, peers: pool.urls(), height, fetch, signal: either });
    for await (const event of events) tell(parts, event);
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await followOnce();
      } catch {
        // No peer answers, or none has what was asked for: what the page knows of it is that it is lost.
      }
      if (signal.aborted) return;
      lost();
      await pause(RETRY_MS, signal);
    }
  };
  return { done: run(), doubt: giveUp };
};
