import type { CryptoSuite } from "@dure/crypto";
import type { Trust } from "@dure/ledger/proof";
import type { Hash } from "@dure/types";

/** A peer that a client may ask, and how it did. */
export type Peer = {
  /** Its REST address, without a slash at the end. */
  readonly url: string;
  /** When it last failed to answer, in ms since the epoch; 0 if it did not. */
  failedAtMs: number;
  /** Whether it was caught with an answer that a proof contradicts. */
  hasLied: boolean;
};

/** One channel as its genesis describes it, and the peers to ask about it. Made by `connect`. */
export type Client = {
  readonly channelId: Hash;
  /** The channel's label. */
  readonly channel: string;
  readonly suite: CryptoSuite;
  /** What proofs are verified by: the genesis document given to `connect`. */
  readonly trust: Trust;
  readonly peers: readonly Peer[];
  /** For each request. */
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
  /**
   * The greatest height that a proof has shown as executed: an older state is never taken afterwards, so that what this
   * client reads does not go back in time, whichever peer it asks.
   */
  readonly seen: { height: number };
};
