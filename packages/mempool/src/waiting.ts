import { equalBytes, type Hash, type Transaction } from "@dure/types";

type Entry = { readonly transaction: Transaction; readonly batches: Set<Hash>; readonly isOwn: boolean };

/** The transactions that wait, each once, whatever batches carry it. They leave by commit or expiry, nothing else. */
export class Waiting {
  readonly #entries = new Map<Hash, Entry>();
  readonly #perSender = new Map<Hash, number>();
  /** Those that a batch carries: only these can go into a block. */
  #batched = 0;

  get size(): number {
    return this.#entries.size;
  }

  get batched(): number {
    return this.#batched;
  }

  has(id: Hash): boolean {
    return this.#entries.has(id);
  }

  isBatched(id: Hash): boolean {
    return (this.#entries.get(id)?.batches.size ?? 0) > 0;
  }

  get(id: Hash): Transaction | undefined {
    return this.#entries.get(id)?.transaction;
  }

  /** True if these very bytes, signature included, wait already: they were verified when they came. */
  isVerified(transaction: Transaction): boolean {
    const known = this.#entries.get(transaction.id);
    return known !== undefined && equalBytes(known.transaction.bytes, transaction.bytes);
  }

  ofSender(sender: Hash): number {
    return this.#perSender.get(sender) ?? 0;
  }

  /** A transaction that this peer admitted (`isOwn`: it counts to its sender's quota) or that a batch brought. */
  add(transaction: Transaction, isOwn: boolean): void {
    if (this.#entries.has(transaction.id)) return;
    this.#entries.set(transaction.id, { transaction, batches: new Set(), isOwn });
    if (isOwn) this.#perSender.set(transaction.sender, this.ofSender(transaction.sender) + 1);
  }

  carry(id: Hash, digest: Hash): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    if (entry.batches.size === 0) this.#batched += 1;
    entry.batches.add(digest);
  }

  /** Removes a transaction; returns the digests of the batches that carried it. */
  remove(id: Hash): Iterable<Hash> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return [];
    this.#entries.delete(id);
    if (entry.batches.size > 0) this.#batched -= 1;
    if (entry.isOwn) {
      const { sender } = entry.transaction;
      const left = this.ofSender(sender) - 1;
      if (left > 0) this.#perSender.set(sender, left);
      else this.#perSender.delete(sender);
    }
    return entry.batches;
  }

  /** Ids of those whose expiry is below the time. */
  expired(atMs: number): readonly Hash[] {
    const ids: Hash[] = [];
    for (const [id, { transaction }] of this.#entries) if (transaction.expiryMs < atMs) ids.push(id);
    return ids;
  }
}
