import type { Hash } from "@dure/types";
import type { Links } from "./links.ts";

/** How long a batch is waited for before another peer is asked. */
const RETRY_MS = 150;
/** How many digests one request names. */
const DIGESTS_MAX = 1024;
/** How often each connected peer is asked before a batch is given up: a proposal that needs it is then nobody's. */
const ROUNDS_MAX = 2;

type Wanted = { attempts: number; askedAtMs: number };

/**
 * Asks for batches that are not here, first the peer that named them, then the others in turn, until they come, are
 * forgotten, or everyone was asked often enough. Each batch is waited for on its own: a peer that sends some of what it
 * was asked for delays nothing of the rest.
 */
export class BatchFetcher {
  readonly #links: Links;
  readonly #now: () => number;
  readonly #wanted = new Map<Hash, Wanted>();
  #timer: NodeJS.Timeout | undefined;

  constructor(links: Links, now: () => number) {
    this.#links = links;
    this.#now = now;
  }

  /** Asks `from` for what is not asked for yet. */
  fetch(digests: readonly Hash[], from: string): void {
    const due = digests.filter((digest) => !this.#wanted.has(digest));
    for (const digest of due) this.#wanted.set(digest, { attempts: 0, askedAtMs: this.#now() });
    this.#ask(due, from);
    this.#keepTimer();
  }

  /** These came, or no block needs them any more. */
  forget(digests: Iterable<Hash>): void {
    for (const digest of digests) this.#wanted.delete(digest);
    this.#keepTimer();
  }

  get size(): number {
    return this.#wanted.size;
  }

  close(): void {
    this.#wanted.clear();
    this.#keepTimer();
  }

  #keepTimer(): void {
    if (this.#wanted.size > 0) {
      this.#timer ??= setInterval(() => this.#askAgain(), RETRY_MS);
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #ask(digests: readonly Hash[], peerId: string): void {
    for (let at = 0; at < digests.length; at += DIGESTS_MAX)
      this.#links.send(peerId, { type: "getBatches", digests: digests.slice(at, at + DIGESTS_MAX) });
  }

  #askAgain(): void {
    const peers = this.#links.connected();
    const nowMs = this.#now();
    const byPeer = new Map<string, Hash[]>();
    for (const [digest, wanted] of this.#wanted) {
      if (Math.abs(nowMs - wanted.askedAtMs) < RETRY_MS) continue;
      const peerId = peers[wanted.attempts % Math.max(1, peers.length)];
      wanted.attempts += 1;
      wanted.askedAtMs = nowMs;
      if (peerId === undefined || wanted.attempts > ROUNDS_MAX * peers.length + 1) {
        this.#wanted.delete(digest);
        continue;
      }
      const digests = byPeer.get(peerId) ?? [];
      byPeer.set(peerId, digests);
      digests.push(digest);
    }
    for (const [peerId, digests] of byPeer) this.#ask(digests, peerId);
    this.#keepTimer();
  }
}
