import type { Candidate } from "@dure/consensus";
import type { Hash, Header } from "@dure/types";
import { changeTo, decodeIds, isChange, type TransactionId } from "./body.ts";

/** Transactions in one block at most. */
export const BLOCK_MAX = 64;

/**
 * What a node holds in memory: transactions, and uncommitted blocks whose data is whole. The rules are those of the
 * shipped channel: a block's ancestors are walked as far as they are held, and the log answers for the rest.
 */
export class Pool {
  readonly #known = new Set<TransactionId>();
  readonly #open = new Set<TransactionId>();
  readonly #committed = new Set<TransactionId>();
  readonly #held = new Map<Hash, { readonly candidate: Candidate; readonly ids: readonly TransactionId[] }>();

  /** Adds transactions; true if one was news. */
  add(ids: readonly TransactionId[]): boolean {
    const before = this.#known.size;
    for (const id of ids) {
      this.#known.add(id);
      if (!this.#committed.has(id)) this.#open.add(id);
    }
    return this.#known.size > before;
  }

  /** Those of these transactions that are not held. */
  missing(ids: readonly TransactionId[]): readonly TransactionId[] {
    return ids.filter((id) => !this.#known.has(id));
  }

  /** Transactions that are held and not in the log. */
  get open(): readonly TransactionId[] {
    return [...this.#open];
  }

  isCommitted(id: TransactionId): boolean {
    return this.#committed.has(id);
  }

  candidate(id: Hash): Candidate | undefined {
    return this.#held.get(id)?.candidate;
  }

  /** Keeps a block whose data is whole. */
  hold(candidate: Candidate): void {
    const ids = decodeIds(candidate.bodyBytes) ?? [];
    this.add(ids);
    if (!this.#held.has(candidate.id)) this.#held.set(candidate.id, { candidate, ids });
  }

  /** Held ancestors from `parentId` down, nearest first, as far as they are held. */
  #includedBelow(parentId: Hash): Set<TransactionId> {
    const included = new Set<TransactionId>();
    for (let at = this.#held.get(parentId); at !== undefined; ) {
      for (const id of at.ids) included.add(id);
      at = this.#held.get(at.candidate.header.parentId);
    }
    return included;
  }

  /** Transactions for a child of this block: the change that ends the epoch alone, if there is one. */
  propose(parentId: Hash, epoch: number): readonly TransactionId[] {
    const included = this.#includedBelow(parentId);
    const change = changeTo(epoch + 1);
    if (this.#open.has(change) && !included.has(change)) return [change];
    return [...this.#open].filter((id) => !included.has(id) && !isChange(id)).slice(0, BLOCK_MAX);
  }

  /** Rule 12 (3): none twice in the block or its ancestors, and no more than a block takes. */
  isValid(ids: readonly TransactionId[], { parentId, epoch, endsEpoch }: Header): boolean {
    if (endsEpoch ? ids[0] !== changeTo(epoch + 1) || ids.length !== 1 : ids.some(isChange)) return false;
    const included = this.#includedBelow(parentId);
    const isOnce = new Set(ids).size === ids.length && ids.length <= BLOCK_MAX;
    return isOnce && ids.every((id) => !included.has(id) && !this.#committed.has(id));
  }

  /** Whether a transaction is held that a child of this block may include. */
  isPending(parentId: Hash, epoch: number): boolean {
    if (this.#open.size === 0) return false;
    const included = this.#includedBelow(parentId);
    for (const id of this.#open)
      if (!included.has(id) && (!isChange(id) || id === changeTo(epoch + 1))) return true;
    return false;
  }

  /** Forgets uncommitted blocks of ended epochs: no block will stand on them. */
  forgetBefore(epoch: number): void {
    for (const [id, { candidate }] of this.#held) if (candidate.header.epoch < epoch) this.#held.delete(id);
  }

  /** A block reached the log; blocks at or below its height are decided. */
  commit({ bodyBytes, header }: Candidate): void {
    for (const id of decodeIds(bodyBytes) ?? []) {
      this.#known.add(id);
      this.#committed.add(id);
      this.#open.delete(id);
    }
    for (const [id, { candidate }] of this.#held)
      if (candidate.header.height <= header.height) this.#held.delete(id);
  }

  get size(): number {
    return this.#held.size;
  }
}
