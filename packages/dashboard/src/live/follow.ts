import type { Directory } from "./directory.ts";
import type { Feed } from "./feed.ts";
import { showFirst } from "./first-view.ts";
import { pause } from "./pause.ts";
import type { Rate } from "./rate.ts";
import type { SentLog } from "./sent.ts";
import type { State } from "./state.ts";
import { type Cursor, type Heard, listen } from "./stream.ts";

/** After a silence this long the page begins anew instead of reading all that it missed. */
const RESUME_MS = 30_000;
const RETRY_MS = 500;

export type FollowParts = {
  readonly state: State;
  readonly directory: Directory;
  readonly feed: Feed;
  readonly rate: Rate;
  readonly sentLog: SentLog;
};

/** Follows the channel, from one peer to another, until the signal is given. */
export type Follower = {
  readonly done: Promise<void>;
  /** Says that this peer gives no answer elsewhere: a stream from it that only seems to live is given up. */
  readonly doubt: (url: string) => void;
};

const hearing = ({ state, directory, feed, rate, sentLog }: FollowParts, url: string): Heard => ({
  opened: () => {
    directory.pool.worked(url);
    const before = state.link.get().url;
    if (before !== undefined && before !== url) state.notice.set({ from: before, to: url });
    state.link.set({ phase: "live", url });
  },
  block: (event) => {
    feed.block(event);
    rate.add(event.transactionCount, Date.now());
    sentLog.block(event.height, performance.now());
    state.feed.set(feed.view());
  },
  transaction: (event) => {
    feed.transaction(event);
    sentLog.transaction(event, performance.now());
    state.feed.set(feed.view());
  },
  executed: (event) => {
    feed.executed(event);
    state.feed.set(feed.view());
  },
  consensus: ({ view, leaderId }) => {
    const last = state.consensus.get();
    if (last !== undefined && (last.view !== view || last.leaderId !== leaderId))
      state.consensus.set({ ...last, view, leaderId });
  },
});

/** Shows the chain as it is, then follows it, on another peer whenever one is lost. */
export const startFollowing = (parts: FollowParts, signal: AbortSignal): Follower => {
  const { state, directory, feed } = parts;
  let current: { readonly url: string; readonly giveUp: AbortController } | undefined;
  let cursor: Cursor | undefined;
  let lostMs = 0;

  const lost = (): void => state.link.set({ ...state.link.get(), phase: "lost" });

  /** One peer's stream, from its opening to its end. */
  const followOne = async (url: string, from: Cursor): Promise<void> => {
    const giveUp = new AbortController();
    current = { url, giveUp };
    let wasOpen = false;
    const heard = hearing(parts, url);
    const opened = (): void => {
      wasOpen = true;
      heard.opened();
    };
    cursor = await listen(url, from, { ...heard, opened }, AbortSignal.any([signal, giveUp.signal]));
    current = undefined;
    if (signal.aborted) return;
    directory.pool.failed(url);
    if (wasOpen) {
      lostMs = performance.now();
      directory.heard(url, "silent");
      lost();
    } else await pause(RETRY_MS, signal);
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        if (directory.known().length === 0) await directory.learn();
        if (
          cursor === undefined ||
          (state.link.get().phase === "lost" && performance.now() - lostMs > RESUME_MS)
        )
          cursor = { from: (await showFirst(state, directory, feed, signal)) + 1 };
      } catch {
        lost();
        await pause(RETRY_MS, signal);
        continue;
      }
      const [url] = directory.pool.urls();
      if (url !== undefined) await followOne(url, cursor);
    }
  };
  return {
    done: run(),
    doubt: (url) => {
      if (current?.url === url) current.giveUp.abort();
    },
  };
};
