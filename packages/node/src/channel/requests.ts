/** Requests of one peer that are served at a time. An honest one has one for blocks under way, and few for a block. */
const UNDER_WAY_MAX = 4;

/**
 * Reads from the log on behalf of other peers. A request is a few bytes and its answer megabytes, read and encoded
 * before the link's queue can refuse it: so what is under way is bounded here, and what is above is dropped.
 */
export class Requests {
  readonly #underWay = new Map<string, number>();

  /** What `read` gives; undefined, and nothing is read, if the peer has too many requests under way. */
  async serve<T>(peerId: string, read: () => Promise<T>): Promise<T | undefined> {
    const before = this.#underWay.get(peerId) ?? 0;
    if (before >= UNDER_WAY_MAX) return undefined;
    this.#underWay.set(peerId, before + 1);
    try {
      return await read();
    } finally {
      const left = (this.#underWay.get(peerId) ?? 1) - 1;
      if (left > 0) this.#underWay.set(peerId, left);
      else this.#underWay.delete(peerId);
    }
  }
}
