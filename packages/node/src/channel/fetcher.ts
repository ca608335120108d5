import type { Wanted } from "@dure/consensus";
import type { Hash } from "@dure/types";
import type { Links } from "./links.ts";

/** How long one peer is waited for before the next is asked. */
const RETRY_MS = 200;
/** How long a block is not asked for whose parts are coming: under load, others may certify it before it is verified here. */
const PATIENCE_MS = 500;

/**
 * Fetches the blocks that the engine wants: its certificate's signers in turn, then any other peer, as long as the
 * engine wants it. One request per block is under way at a time, so that asking is bounded.
 */
export class Fetcher {
  readonly #links: Links;
  readonly #wanted = new Map<Hash, { sources: readonly number[]; attempt: number; timer: NodeJS.Timeout }>();

  readonly #isComing: (id: Hash) => boolean;

  /** `isComing`: whether the parts of a block are on their way, or being verified here. */
  constructor(links: Links, isComing: (id: Hash) => boolean) {
    this.#links = links;
    this.#isComing = isComing;
  }

  /** Brings the requests under way in line with what is wanted now. */
  reconcile(wanted: readonly Wanted[]): void {
    if (wanted.length === 0 && this.#wanted.size === 0) return;
    const ids = new Set(wanted.map(({ blockId }) => blockId));
    for (const [id, { timer }] of this.#wanted) {
      if (ids.has(id)) continue;
      clearTimeout(timer);
      this.#wanted.delete(id);
    }
    for (const { blockId, sources } of wanted) {
      if (this.#wanted.has(blockId)) continue;
      if (this.#isComing(blockId)) this.#askAfter(PATIENCE_MS, blockId, sources, 0);
      else this.#ask(blockId, sources, 0);
    }
  }

  /** Whether any block is wanted. */
  get isWanting(): boolean {
    return this.#wanted.size > 0;
  }

  isWanted(id: Hash): boolean {
    return this.#wanted.has(id);
  }

  #ask(blockId: Hash, sources: readonly number[], attempt: number): void {
    const connected = this.#links.connected();
    const signers = sources
      .map((index) => this.#links.peerOf(index))
      .filter((id) => id !== undefined && connected.includes(id));
    const peers = [...new Set([...signers, ...connected])];
    const peerId = peers[attempt % Math.max(1, peers.length)];
    if (peerId !== undefined) this.#links.send(peerId, { type: "getBlock", blockId });
    this.#askAfter(RETRY_MS, blockId, sources, attempt + 1);
  }

  #askAfter(ms: number, blockId: Hash, sources: readonly number[], attempt: number): void {
    const timer = setTimeout(() => this.#ask(blockId, sources, attempt), ms);
    this.#wanted.set(blockId, { sources, attempt, timer });
  }

  close(): void {
    for (const { timer } of this.#wanted.values()) clearTimeout(timer);
    this.#wanted.clear();
  }
}
