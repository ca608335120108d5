import { equalBytes, type Hash, type Transaction } from "@dure/types";

type Entry = {
  readonly transaction: Transaction;
  /** Admitted by this peer: it counts to its sender's quota. */
  readonly isOwn: boolean;
  /** As last judged, a block of now may include it. */
  isFit: boolean;
  /** Digests of the batches that carry it. */
  readonly batches: Hash[];
};

type Occupied = { transactions: number; bytes: number };

/** What else is told when a transaction becomes ready (1) or ceases to be (-1). */
export type Readiness = {
  readonly ofTransaction: (id: Hash, by: 1 | -1) => void;
  readonly ofBatch: (digest: Hash, by: 1 | -1) => void;
};

/**
 * The transactions that wait, each once, whatever batches carry it. They leave by commit or expiry, nothing else. One is
 * ready if a batch carries it and it is fit: only these can go into a block.
 */
export class Waiting {
  readonly #entries = new Map<Hash, Entry>();
  readonly #perSender = new Map<Hash, Occupied>();
  readonly #readiness: Readiness;
  #ready = 0;
  #own = 0;

  constructor(readiness: Readiness) {
    this.#readiness = readiness;
  }

  get size(): number {
    return this.#entries.size;
  }

  get ready(): number {
    return this.#ready;
  }

  /** How many of them this peer admitted. */
  get own(): number {
    return this.#own;
  }

  has(id: Hash): boolean {
    return this.#entries.has(id);
  }

  isCarried(id: Hash): boolean {
    return (this.#entries.get(id)?.batches.length ?? 0) > 0;
  }

  isReady(id: Hash): boolean {
    const entry = this.#entries.get(id);
    return entry?.isFit === true && entry.batches.length > 0;
  }

  get(id: Hash): Transaction | undefined {
    return this.#entries.get(id)?.transaction;
  }

  /** True if these very bytes, signature included, wait already: they were verified when they came. */
  isVerified(transaction: Transaction): boolean {
    const known = this.#entries.get(transaction.id);
    return known !== undefined && equalBytes(known.transaction.bytes, transaction.bytes);
  }

  /** What a sender's transactions, as admitted by this peer, occupy. */
  ofSender(sender: Hash): Readonly<Occupied> {
    return this.#perSender.get(sender) ?? { transactions: 0, bytes: 0 };
  }

  add(transaction: Transaction, how: { readonly isOwn: boolean; readonly isFit: boolean }): void {
    if (this.#entries.has(transaction.id)) return;
    this.#entries.set(transaction.id, { transaction, ...how, batches: [] });
    if (how.isOwn) this.#occupy(transaction, 1);
  }

  #occupy({ sender, bytes }: Transaction, by: 1 | -1): void {
    const occupied = this.#perSender.get(sender) ?? { transactions: 0, bytes: 0 };
    this.#perSender.set(sender, occupied);
    occupied.transactions += by;
    occupied.bytes += by * bytes.length;
    if (occupied.transactions === 0) this.#perSender.delete(sender);
    this.#own += by;
  }

  #turn(id: Hash, by: 1 | -1): void {
    this.#ready += by;
    this.#readiness.ofTransaction(id, by);
  }

  /** A batch carries it, too. Each batch says so once. */
  carry(id: Hash, digest: Hash): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.batches.push(digest);
    if (!entry.isFit) return;
    this.#readiness.ofBatch(digest, 1);
    if (entry.batches.length === 1) this.#turn(id, 1);
  }

  /** Whether a block of now may include it, as judged anew. */
  judge(id: Hash, isFit: boolean): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.isFit === isFit) return;
    entry.isFit = isFit;
    const by = isFit ? 1 : -1;
    for (const digest of entry.batches) this.#readiness.ofBatch(digest, by);
    if (entry.batches.length > 0) this.#turn(id, by);
  }

  /** Removes a transaction; returns the digests of the batches that carried it. */
  remove(id: Hash): readonly Hash[] {
    const entry = this.#entries.get(id);
    if (entry === undefined) return [];
    this.judge(id, false);
    this.#entries.delete(id);
    if (entry.isOwn) this.#occupy(entry.transaction, -1);
    return entry.batches;
  }

  *all(): Generator<Transaction> {
    for (const { transaction } of this.#entries.values()) yield transaction;
  }
}
