import type { Bytes, CryptoSuite } from "@dure/crypto";
import { type Batch, type Body, batchDigest, encodeBatch, type Hash, type Transaction } from "@dure/types";
import { BatchStore } from "./batch-store.ts";
import { type Chain, type Flaw, flawOf, type Judgement } from "./judgement.ts";
import { type ChannelLimits, POOL_LIMITS, type PoolLimits } from "./limits.ts";
import { Lineages } from "./lineages.ts";
import { fillBlock, type Proposed } from "./proposal.ts";
import { Shelf } from "./shelf.ts";
import { Uncut } from "./uncut.ts";
import { OK, type Refused, refuse, type Verdict } from "./verdict.ts";
import { Waiting } from "./waiting.ts";

export type PoolOptions = {
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  readonly limits: ChannelLimits;
  readonly poolLimits?: PoolLimits;
  /** Whether the chain already holds a transaction: the replay index, over the longest life. */
  readonly isCommitted: (id: Hash) => boolean;
  /**
   * Whether a sender may submit at a time; everyone may if left out. It decides what `pending` counts, so that a sender
   * whose certificate ran out keeps no timers going; what stands in a block is decided by its judgement.
   */
  readonly maySubmit?: (sender: Hash, atMs: number) => boolean;
  /** Whether a transaction stands alone in its block, or in none (lft.md rule 14); none does if left out. */
  readonly standsAlone?: (transaction: Transaction) => boolean;
  /** Whether one that stands alone may stand in some block: like `maySubmit`, it decides what `pending` counts. */
  readonly mayStandAlone?: (transaction: Transaction, atMs: number) => boolean;
};

/** How far a clock of another peer may be off when it judged a transaction's life. */
const SKEW_MS = 30_000;
/** All that waits is judged anew at most this often, which bounds what a large pool costs. */
const SWEEP_MS = 1_000;
/** The source of batches made here. */
const OWN = "";
const LIVE_MAX = 256;

/**
 * The transactions that wait to be ordered, and the batches that carry them. Signatures are the caller's: what comes
 * in here was verified. Nothing leaves but by commit or expiry.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #poolLimits: PoolLimits;
  readonly #store = new BatchStore();
  readonly #lineages = new Lineages();
  readonly #waiting = new Waiting({
    ofTransaction: (id, by) => this.#lineages.turn(id, by),
    ofBatch: (digest, by) => this.#store.turn(digest, by),
  });
  readonly #uncut = new Uncut();
  readonly #shelf: Shelf;
  /** The timestamp of the block by which the pool was last swept. */
  #sweptMs = Number.NEGATIVE_INFINITY;
  /** Those that stand alone, of the ones that wait. */
  readonly #alone = new Set<Hash>();

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#poolLimits = options.poolLimits ?? POOL_LIMITS;
    this.#shelf = new Shelf(this.#poolLimits.shelfBytesMax);
  }

  /**
   * Admits a client's transaction whose signature and sender were judged. Codes: `TX_WRONG_CHANNEL`, `TX_TOO_LARGE`,
   * `TX_EXPIRED`, `TX_EXPIRY_TOO_FAR`, `TX_REPLAYED`, `TX_DUPLICATE`, `POOL_FULL`, `QUOTA_EXCEEDED`.
   */
  admit(transaction: Transaction, nowMs: number): Verdict {
    const refusal = this.refusalOf(transaction, nowMs);
    if (refusal !== undefined) return refusal;
    this.#wait(transaction, { isOwn: true, isFit: true });
    this.#uncut.push(transaction);
    return OK;
  }

  /** Why `admit` would not take a transaction now: asked before its signature is verified, which costs far more. */
  refusalOf(transaction: Transaction, nowMs: number): Refused | undefined {
    const { channelId, limits, isCommitted } = this.#options;
    const { id, expiryMs, bytes } = transaction;
    if (transaction.channelId !== channelId)
      return refuse("TX_WRONG_CHANNEL", "the transaction is of another channel");
    if (bytes.length > limits.transactionBytesMax) {
      return refuse(
        "TX_TOO_LARGE",
        `the transaction has ${bytes.length} bytes: the channel takes ${limits.transactionBytesMax}`,
      );
    }
    if (expiryMs < nowMs)
      return refuse("TX_EXPIRED", "the transaction's time is over: sign it anew with a later expiry");
    if (expiryMs > nowMs + limits.longestLifeMs) {
      return refuse(
        "TX_EXPIRY_TOO_FAR",
        `the expiry is more than ${limits.longestLifeMs} ms ahead: choose a nearer one`,
      );
    }
    if (isCommitted(id)) return refuse("TX_REPLAYED", "the transaction is already in the chain");
    if (this.#waiting.has(id)) return refuse("TX_DUPLICATE", "the transaction is already waiting here");
    return this.#roomFor(transaction);
  }

  #wait(transaction: Transaction, how: { readonly isOwn: boolean; readonly isFit: boolean }): void {
    this.#waiting.add(transaction, how);
    if (this.#options.standsAlone?.(transaction) === true) this.#alone.add(transaction.id);
  }

  /** Why there is no room for a client's transaction; undefined if there is. */
  #roomFor({ sender, bytes }: Transaction): Refused | undefined {
    const { transactionsMax, senderTransactionsMax, sourceBytesMax, senderBytesMax } = this.#poolLimits;
    const { own, size } = this.#waiting;
    const occupied = this.#uncut.bytes + this.#store.bytesOf(OWN) + bytes.length;
    if (own + 1 > transactionsMax - size || occupied > Math.min(sourceBytesMax, this.#freeBytes()))
      return refuse("POOL_FULL", "too many transactions wait here: send it again later");
    const ofSender = this.#waiting.ofSender(sender);
    return ofSender.transactions >= senderTransactionsMax || ofSender.bytes + bytes.length > senderBytesMax
      ? refuse("QUOTA_EXCEEDED", "too many transactions of this sender wait here: send it again later")
      : undefined;
  }

  #freeBytes(): number {
    return this.#poolLimits.bytesMax - this.#store.bytes - this.#uncut.bytes;
  }

  /**
   * The next batch of admitted transactions, already in the pool; undefined if none wait for one. What another peer's
   * batch carries already is left to that.
   */
  cut(certificateOf: (sender: Hash) => Bytes | undefined): Batch | undefined {
    const { suite, channelId, limits } = this.#options;
    const isDue = (id: Hash): boolean => this.#waiting.has(id) && !this.#waiting.isCarried(id);
    const { transactions, certificates } = this.#uncut.take(limits, isDue, certificateOf);
    if (transactions.length === 0) return undefined;
    const bytes = encodeBatch(channelId, transactions, (sender) => certificates.get(sender));
    const batch = { digest: batchDigest(suite, bytes), bytes, channelId, certificates, transactions };
    this.#carry(batch, OWN, transactions);
    return batch;
  }

  #carry(batch: Batch, source: string, live: readonly Transaction[]): void {
    this.#store.add(batch, source, live.length);
    for (const { id } of live) this.#waiting.carry(id, batch.digest);
  }

  /**
   * A verified batch from a peer. Refused beyond what the peer, or all together, may occupy (`POOL_FULL`), if it is
   * larger than the channel allows (`BATCH_TOO_LARGE`), and if nothing in it can be included any more (`BATCH_SPENT`).
   * One that a proposal names (`isWanted`) is held for that proposal in any case, unless it is too large.
   */
  add(batch: Batch, from: string, nowMs: number, isWanted = false): Verdict {
    const { channelId, limits } = this.#options;
    if (this.#store.get(batch.digest) !== undefined) return OK;
    if (batch.channelId !== channelId) return refuse("TX_WRONG_CHANNEL", "the batch is of another channel");
    // No peer cuts a larger one, and one that no block could hold would stand before all others for ever.
    if (batch.transactions.length > limits.batchTransactionsMax)
      return refuse("BATCH_TOO_LARGE", `a batch holds more than ${limits.batchTransactionsMax} transactions`);
    if (batch.bytes.length > limits.batchBytesMax)
      return refuse("BATCH_TOO_LARGE", `a batch has more than ${limits.batchBytesMax} bytes`);
    const verdict = this.#pool(batch, from, nowMs);
    if (!verdict.ok && isWanted && this.#shelf.add(batch)) return OK;
    return verdict;
  }

  #pool(batch: Batch, from: string, nowMs: number): Verdict {
    const { sourceBytesMax, sourceTransactionsMax, transactionsMax } = this.#poolLimits;
    const bytes = this.#store.bytesOf(from) + batch.bytes.length;
    if (bytes > Math.min(sourceBytesMax, this.#freeBytes()))
      return refuse("POOL_FULL", "the pool holds no more batches of this peer");
    const count = this.#store.transactionsOf(from) + batch.transactions.length;
    if (count > Math.min(sourceTransactionsMax, transactionsMax - this.#waiting.size))
      return refuse("POOL_FULL", "the pool holds no more transactions of this peer");
    const live = batch.transactions.filter((transaction) => this.#isLive(transaction, nowMs));
    if (live.length === 0)
      return refuse("BATCH_SPENT", "no transaction of the batch can be included any more");
    this.#shelf.remove(batch.digest);
    const isFit = this.#fitness(nowMs);
    for (const transaction of live) this.#wait(transaction, { isOwn: false, isFit: isFit(transaction) });
    this.#carry(batch, from, live);
    return OK;
  }

  /** Whether nothing in a batch can be included any more: then it need not be verified. */
  isSpent(batch: Batch, nowMs: number): boolean {
    return !batch.transactions.some((transaction) => this.#isLive(transaction, nowMs));
  }

  #isLive({ id, expiryMs }: Transaction, nowMs: number): boolean {
    const { isCommitted, limits } = this.#options;
    const isInTime = expiryMs >= nowMs - SKEW_MS && expiryMs <= nowMs + limits.longestLifeMs + SKEW_MS;
    return isInTime && !isCommitted(id);
  }

  has(digest: Hash): boolean {
    return this.batch(digest) !== undefined;
  }

  batch(digest: Hash): Batch | undefined {
    return this.#store.get(digest) ?? this.#shelf.get(digest);
  }

  transaction(id: Hash): Transaction | undefined {
    return this.#waiting.get(id);
  }

  /** True if these very bytes wait here already, so that their signature need not be verified again. */
  isVerified(transaction: Transaction): boolean {
    return this.#waiting.isVerified(transaction);
  }

  /** A validator said that it holds a batch. */
  acknowledge(digest: Hash, validator: number): void {
    this.#store.acknowledge(digest, validator);
  }

  /** Validators are numbered anew: what was acknowledged by number counts for nobody. */
  renumber(): void {
    this.#store.forgetAcknowledgements();
  }

  /** Whether no blocking set of validators has acknowledged a batch yet (lft.md rule 10). */
  isUnacknowledged(digest: Hash, isBlocking: (validators: Iterable<number>) => boolean): boolean {
    return this.has(digest) && !isBlocking(this.#store.acknowledged(digest));
  }

  /**
   * Batches to send again (lft.md rule 11), of those that are due: a bounded number, and each call goes on where the
   * last one ended.
   */
  live(isDue: (digest: Hash) => boolean = () => true): readonly Batch[] {
    return this.#store.next(LIVE_MAX, isDue);
  }

  #flaws(judgement: Judgement): (transaction: Transaction) => Flaw | undefined {
    const { limits, isCommitted } = this.#options;
    const lineage = new Set(judgement.lineage);
    const chain: Chain = {
      longestLifeMs: limits.longestLifeMs,
      isIncluded: (id) => this.#lineages.includes(lineage, id) || isCommitted(id),
    };
    return (transaction) => flawOf(transaction, judgement, chain);
  }

  /**
   * The body of a block: one transaction that stands alone, if any may; otherwise batches in turns of their sources,
   * without what may not stand. Empty if nothing may.
   */
  propose(judgement: Judgement): Proposed {
    const flaw = this.#flaws(judgement);
    const lineage = new Set(judgement.lineage);
    const mayStand = (transaction: Transaction): boolean => {
      const found = flaw(transaction);
      // Or the leader would be told of something pending, find nothing to propose, and be told again.
      if (found?.kind === "lasting") this.#waiting.judge(transaction.id, false);
      return found === undefined;
    };
    const fill = (isMeant: (transaction: Transaction) => boolean): Proposed =>
      fillBlock({
        cursors: this.#store.cursors(),
        limits: this.#options.limits,
        isSpent: ({ digest }) => this.#lineages.includesBatch(lineage, digest),
        mayStand: (transaction) => isMeant(transaction) && mayStand(transaction),
      });
    for (const id of this.#alone) {
      const transaction = this.#waiting.isReady(id) ? this.#waiting.get(id) : undefined;
      if (transaction !== undefined && mayStand(transaction)) return fill((other) => other.id === id);
    }
    return fill(({ id }) => !this.#alone.has(id));
  }

  /**
   * Judges a body whose transactions are given in order, and whose batches have `bytes` together (lft.md rule 12 (3));
   * the answer depends on the block and its ancestors alone. Codes: `BLOCK_TOO_LARGE`, `BLOCK_INVALID`.
   */
  check(transactions: readonly Transaction[], bytes: number, judgement: Judgement): Verdict {
    const { blockBytesMax, blockTransactionsMax } = this.#options.limits;
    if (bytes > blockBytesMax || transactions.length > blockTransactionsMax)
      return refuse("BLOCK_TOO_LARGE", "the block is too large");
    const flaw = this.#flaws(judgement);
    const ids = new Set<Hash>();
    for (const transaction of transactions) {
      if (ids.has(transaction.id))
        return refuse("BLOCK_INVALID", `transaction ${transaction.id} stands twice`);
      ids.add(transaction.id);
      const found = flaw(transaction);
      if (found !== undefined)
        return refuse("BLOCK_INVALID", `transaction ${transaction.id} ${found.reason}`);
    }
    return OK;
  }

  /** An uncommitted block's data is held: its descendants include none of this again. */
  track(blockId: Hash, body: Body, transactions: readonly Transaction[]): void {
    this.#lineages.track(blockId, body, transactions, (id) => this.#waiting.isReady(id));
  }

  /**
   * A block was committed: its transactions wait no more. Given its timestamp, what has expired by it goes too, since
   * every later block's is greater.
   */
  commit(transactions: readonly Transaction[], timestampMs?: number): void {
    for (const { id } of transactions) this.#remove(id);
    if (timestampMs === undefined || timestampMs < this.#sweptMs + SWEEP_MS) return;
    this.#sweptMs = timestampMs;
    for (const { id, expiryMs } of this.#waiting.all()) if (expiryMs <= timestampMs) this.#remove(id);
  }

  /** Blocks that are committed or can be no more. */
  forget(blockIds: Iterable<Hash>): void {
    this.#lineages.forget(blockIds);
  }

  #remove(id: Hash): void {
    for (const digest of this.#waiting.remove(id)) this.#store.release(digest);
    this.#alone.delete(id);
  }

  /** Whether a block of a time may include a transaction, whatever the chain holds. Asks once per sender. */
  #fitness(atMs: number): (transaction: Transaction) => boolean {
    const { limits, maySubmit = () => true, standsAlone, mayStandAlone } = this.#options;
    const answers = new Map<Hash, boolean>();
    return (transaction) => {
      const { sender, expiryMs } = transaction;
      if (expiryMs < atMs || expiryMs > atMs + limits.longestLifeMs) return false;
      if (standsAlone?.(transaction) === true && mayStandAlone?.(transaction, atMs) === false) return false;
      const answer = answers.get(sender) ?? maySubmit(sender, atMs);
      answers.set(sender, answer);
      return answer;
    };
  }

  /**
   * Drops what has expired by the clock, with slack for blocks whose timestamps are behind it, and judges anew what a
   * block of now may include. To be called about once a second.
   */
  expire(nowMs: number): void {
    const isFit = this.#fitness(nowMs);
    for (const transaction of this.#waiting.all()) {
      if (transaction.expiryMs < nowMs - SKEW_MS) this.#remove(transaction.id);
      else this.#waiting.judge(transaction.id, isFit(transaction));
    }
  }

  /**
   * Whether a child of the lineage's tip may include something, to the best of this peer's knowledge: time and senders
   * as judged by the last `add`, `propose` or `expire`. Costs a look at each of the lineage's blocks.
   */
  pending(lineage: readonly Hash[]): boolean {
    return this.#waiting.ready > this.#lineages.ready(lineage);
  }

  /** Sizes, for metrics. */
  counts(): { readonly transactions: number; readonly batches: number; readonly bytes: number } {
    const bytes = this.#store.bytes + this.#uncut.bytes + this.#shelf.bytes;
    return { transactions: this.#waiting.size, batches: this.#store.size, bytes };
  }
}
