import type { Candidate, Wanted } from "@dure/consensus";
import type { Hash } from "@dure/types";
import { decodeIds, type TransactionId } from "./body.ts";
import type { Frame } from "./frame.ts";
import type { Pool } from "./pool.ts";
import type { Schedule } from "./schedule.ts";

/** How long one peer is waited for before the next is asked. */
const RETRY_MS = 40;

export type FetcherOptions = {
  readonly schedule: Schedule;
  readonly pool: Pool;
  /** Every other node. */
  readonly peers: readonly number[];
  readonly send: (to: number, frame: Frame) => void;
  readonly isAlive: () => boolean;
  /** The data that a proposal's check waited for is here. */
  readonly onData: (candidate: Candidate) => void;
};

/**
 * Obtains what is not held: blocks that the engine wants, from their certificate's signers in turn and then anyone,
 * and the data of proposals, from their proposer and then anyone. One request each at a time, as long as it matters.
 */
export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #blocks = new Map<Hash, object>();
  readonly #proposals = new Map<
    Hash,
    { readonly candidate: Candidate; readonly ids: readonly TransactionId[] }
  >();

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  #repeat(sources: readonly number[], frameOf: () => Frame | undefined): void {
    const { schedule, peers, send, isAlive } = this.#options;
    const all = [...new Set([...sources, ...peers])].filter((peer) => peers.includes(peer));
    const ask = (attempt: number): void => {
      const frame = isAlive() ? frameOf() : undefined;
      const peer = all[attempt % Math.max(1, all.length)];
      if (frame === undefined || peer === undefined) return;
      send(peer, frame);
      schedule.after(RETRY_MS, () => ask(attempt + 1));
    };
    ask(0);
  }

  /** Brings the requests for blocks in line with what is wanted now. */
  reconcile(wanted: readonly Wanted[]): void {
    if (wanted.length === 0 && this.#blocks.size === 0) return;
    const ids = new Set(wanted.map(({ blockId }) => blockId));
    for (const id of this.#blocks.keys()) if (!ids.has(id)) this.#blocks.delete(id);
    for (const { blockId, sources } of wanted) {
      if (this.#blocks.has(blockId)) continue;
      const request = {};
      this.#blocks.set(blockId, request);
      const frame: Frame = { type: "getBlock", blockId };
      this.#repeat(sources, () => (this.#blocks.get(blockId) === request ? frame : undefined));
    }
  }

  isWanted(id: Hash): boolean {
    return this.#blocks.has(id);
  }

  /** Answers `onData` once the data of a proposal is held; never if it cannot be had. */
  obtain(candidate: Candidate, from: number): void {
    const ids = decodeIds(candidate.bodyBytes);
    const { pool, onData } = this.#options;
    if (ids === undefined || this.#proposals.has(candidate.id)) return;
    if (pool.missing(ids).length === 0) return onData(candidate);
    this.#proposals.set(candidate.id, { candidate, ids });
    this.#repeat([from], () =>
      this.#proposals.has(candidate.id) ? { type: "getTransactions", ids: pool.missing(ids) } : undefined,
    );
  }

  /** Transactions came in. */
  arrived(): void {
    const { pool, onData } = this.#options;
    for (const [id, { candidate, ids }] of this.#proposals) {
      if (pool.missing(ids).length > 0) continue;
      this.#proposals.delete(id);
      onData(candidate);
    }
  }

  /** Forgets proposals at or below a committed height. */
  release(height: number): void {
    for (const [id, { candidate }] of this.#proposals)
      if (candidate.header.height <= height) this.#proposals.delete(id);
  }
}
