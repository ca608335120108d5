import type { Logger } from "pino";

/** One peer's refusals are logged this often at most, in milliseconds. */
const INTERVAL_MS = 1_000;
/** More of a reason says nothing more, and it may quote the peer. */
const REASON_MAX = 200;

type Noted = { loggedAtMs: number; unlogged: number };

/**
 * What was refused, counted against its sender. A peer can send what is refused far faster than a log should grow, so
 * one line a second and peer names a reason, and says how many others it stands for.
 */
export class Refusals {
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #noted = new Map<string, Noted>();

  constructor(logger: Logger, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  note(peerId: string, reason: string): void {
    const nowMs = this.#now();
    const noted = this.#noted.get(peerId);
    if (noted !== undefined && Math.abs(nowMs - noted.loggedAtMs) < INTERVAL_MS) {
      noted.unlogged += 1;
      return;
    }
    this.#noted.set(peerId, { loggedAtMs: nowMs, unlogged: 0 });
    const others = noted?.unlogged ?? 0;
    this.#logger.warn({ peerId, reason: reason.slice(0, REASON_MAX), others }, "refused");
  }
}
