import type { Bytes, CryptoSuite } from "@dure/crypto";
import {
  type Batch,
  type BatchReference,
  type Body,
  batchDigest,
  encodeBatch,
  type Hash,
  type Transaction,
} from "@dure/types";
import { BatchStore } from "./batch-store.ts";
import { type ChannelLimits, POOL_LIMITS, type PoolLimits } from "./limits.ts";
import { Lineages } from "./lineage.ts";
import { OK, refuse, type Verdict } from "./verdict.ts";
import { Waiting } from "./waiting.ts";

export type PoolOptions = {
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  readonly limits: ChannelLimits;
  readonly poolLimits?: PoolLimits;
  /** Whether the chain already holds a transaction: the replay index, over the longest life. */
  readonly isCommitted: (id: Hash) => boolean;
};

/** What a block's transactions are judged by: its ancestors, its timestamp, and who may submit at that time. */
export type Judgement = {
  /** Uncommitted ancestors. */
  readonly lineage: readonly Hash[];
  readonly timestampMs: number;
  readonly allowed: (transaction: Transaction) => boolean;
};

export type Proposed = {
  readonly body: Body;
  readonly transactions: readonly Transaction[];
  readonly batches: readonly Batch[];
};

/** Bytes that a batch needs beside its transactions and certificates. */
const BATCH_OVERHEAD_BYTES = 64;
/** No certificate is larger. */
const CERTIFICATE_BYTES_MAX = 4096 + 4;
/** How far a clock of another peer may be off when it judged a transaction's life. */
const SKEW_MS = 30_000;
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
  readonly #waiting = new Waiting();
  readonly #store = new BatchStore();
  readonly #lineages = new Lineages();
  #uncut: Transaction[] = [];
  /** Raised by whatever may change the answer of `pending`. */
  #version = 0;
  #answer = { version: -1, tip: "", isPending: false };

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#poolLimits = options.poolLimits ?? POOL_LIMITS;
  }

  /** Admits a client's transaction whose signature and sender were judged. */
  admit(transaction: Transaction, nowMs: number): Verdict {
    const { channelId, limits, isCommitted } = this.#options;
    const { id, sender, expiryMs, bytes } = transaction;
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
    if (this.#waiting.size >= this.#poolLimits.transactionsMax)
      return refuse("POOL_FULL", "too many transactions wait here: send it again later");
    if (this.#waiting.ofSender(sender) >= this.#poolLimits.senderTransactionsMax) {
      return refuse("QUOTA_EXCEEDED", "too many transactions of this sender wait here: send it again later");
    }
    this.#waiting.add(transaction, true);
    this.#uncut.push(transaction);
    return OK;
  }

  /** The next batch of admitted transactions, already in the pool; undefined if none wait for one. */
  cut(certificateOf: (sender: Hash) => Bytes | undefined): Batch | undefined {
    const { suite, channelId } = this.#options;
    const transactions = this.#takeUncut();
    if (transactions.length === 0) return undefined;
    const bytes = encodeBatch(channelId, transactions, certificateOf);
    const certificates = new Map(transactions.map(({ sender }) => [sender, certificateOf(sender) as Bytes]));
    const batch = { digest: batchDigest(suite, bytes), bytes, channelId, certificates, transactions };
    this.#store.add(batch, OWN, transactions.length);
    for (const { id } of transactions) this.#waiting.carry(id, batch.digest);
    this.#version += 1;
    return batch;
  }

  #takeUncut(): Transaction[] {
    const { batchBytesMax, batchTransactionsMax } = this.#options.limits;
    const taken: Transaction[] = [];
    const senders = new Set<Hash>();
    let bytes = BATCH_OVERHEAD_BYTES;
    let at = 0;
    for (; at < this.#uncut.length && taken.length < batchTransactionsMax; at++) {
      const transaction = this.#uncut[at] as Transaction;
      if (!this.#waiting.has(transaction.id)) continue;
      const isNewSender = !senders.has(transaction.sender);
      const added = transaction.bytes.length + 4 + (isNewSender ? CERTIFICATE_BYTES_MAX : 0);
      if (taken.length > 0 && bytes + added > batchBytesMax) break;
      bytes += added;
      senders.add(transaction.sender);
      taken.push(transaction);
    }
    this.#uncut = this.#uncut.slice(at);
    return taken;
  }

  /** A verified batch from a peer. Refused beyond what the peer, or all together, may occupy. */
  add(batch: Batch, from: string, nowMs: number): Verdict {
    const { isCommitted, limits } = this.#options;
    const { sourceBytesMax, sourceTransactionsMax, bytesMax, transactionsMax } = this.#poolLimits;
    if (this.#store.get(batch.digest) !== undefined) return OK;
    // No peer cuts a larger one, and one that no block could hold would stand before all others for ever.
    if (batch.transactions.length > limits.batchTransactionsMax)
      return refuse("BATCH_TOO_LARGE", `a batch holds more than ${limits.batchTransactionsMax} transactions`);
    const size = batch.bytes.length;
    if (this.#store.bytesOf(from) + size > sourceBytesMax || this.#store.bytes + size > bytesMax) {
      return refuse("POOL_FULL", "the pool holds no more batches");
    }
    if (this.#store.transactionsOf(from) + batch.transactions.length > sourceTransactionsMax)
      return refuse("POOL_FULL", "the pool holds no more transactions of this peer");
    const isLive = ({ id, expiryMs }: Transaction): boolean =>
      expiryMs >= nowMs - SKEW_MS && expiryMs <= nowMs + limits.longestLifeMs + SKEW_MS && !isCommitted(id);
    const live = batch.transactions.filter(isLive);
    if (this.#waiting.size + live.length > transactionsMax)
      return refuse("POOL_FULL", "the pool holds no more transactions");
    if (live.length === 0)
      return refuse("BATCH_SPENT", "no transaction of the batch can be included any more");
    this.#store.add(batch, from, live.length);
    for (const transaction of live) {
      this.#waiting.add(transaction, false);
      this.#waiting.carry(transaction.id, batch.digest);
    }
    this.#version += 1;
    return OK;
  }

  has(digest: Hash): boolean {
    return this.#store.get(digest) !== undefined;
  }

  batch(digest: Hash): Batch | undefined {
    return this.#store.get(digest);
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

  /** Whether no blocking set of validators has acknowledged a batch yet (lft.md rule 10). */
  isUnacknowledged(digest: Hash, isBlocking: (validators: Iterable<number>) => boolean): boolean {
    return this.has(digest) && !isBlocking(this.#store.acknowledged(digest));
  }

  /** Batches to send again (lft.md rule 11), a bounded number. */
  live(): readonly Batch[] {
    const batches: Batch[] = [];
    for (const batch of this.#store.all()) if (batches.push(batch) >= LIVE_MAX) break;
    return batches;
  }

  /** Rule 12 (3) for one transaction, as every validator with the same chain answers it. Undefined if it may stand. */
  #flawOf(transaction: Transaction, { lineage, timestampMs, allowed }: Judgement): string | undefined {
    const { limits, isCommitted } = this.#options;
    const { id, expiryMs } = transaction;
    if (expiryMs < timestampMs) return "has expired";
    if (expiryMs > timestampMs + limits.longestLifeMs) return "expires too far ahead";
    if (isCommitted(id) || this.#lineages.includes(lineage, id)) return "is in the chain already";
    return allowed(transaction) ? undefined : "is not allowed at the block's time";
  }

  /** The body of a block: batches in turns of their sources, without what may not stand. Empty if nothing may. */
  propose(judgement: Judgement): Proposed {
    const { blockBytesMax, blockTransactionsMax } = this.#options.limits;
    const body: BatchReference[] = [];
    const batches: Batch[] = [];
    const transactions: Transaction[] = [];
    const ids = new Set<Hash>();
    let bytes = 0;
    for (const batch of this.#store.inTurns()) {
      if (this.#lineages.names(judgement.lineage, batch.digest)) continue;
      if (
        bytes + batch.bytes.length > blockBytesMax ||
        transactions.length + batch.transactions.length > blockTransactionsMax
      )
        break;
      const omitted: number[] = [];
      batch.transactions.forEach((transaction, index) => {
        if (ids.has(transaction.id) || this.#flawOf(transaction, judgement) !== undefined)
          omitted.push(index);
        else {
          ids.add(transaction.id);
          transactions.push(transaction);
        }
      });
      if (omitted.length === batch.transactions.length) continue;
      bytes += batch.bytes.length;
      batches.push(batch);
      body.push({ digest: batch.digest, count: batch.transactions.length, omitted });
    }
    // Nothing can be proposed on this lineage until something changes: say so, or the leader would ask for ever.
    if (transactions.length === 0)
      this.#answer = { version: this.#version, tip: judgement.lineage[0] ?? "", isPending: false };
    return { body, transactions, batches };
  }

  /** Judges a body whose transactions are given in order; the answer depends on the block and its ancestors alone. */
  check(transactions: readonly Transaction[], bytes: number, judgement: Judgement): Verdict {
    const { blockBytesMax, blockTransactionsMax } = this.#options.limits;
    if (bytes > blockBytesMax || transactions.length > blockTransactionsMax)
      return refuse("BLOCK_TOO_LARGE", "the block is too large");
    const ids = new Set<Hash>();
    for (const transaction of transactions) {
      if (ids.has(transaction.id))
        return refuse("BLOCK_INVALID", `transaction ${transaction.id} stands twice`);
      ids.add(transaction.id);
      const flaw = this.#flawOf(transaction, judgement);
      if (flaw !== undefined) return refuse("BLOCK_INVALID", `transaction ${transaction.id} ${flaw}`);
    }
    return OK;
  }

  /** An uncommitted block's data is held: its descendants include none of this again. */
  track(blockId: Hash, body: Body, transactions: readonly Transaction[]): void {
    this.#lineages.track(blockId, body, transactions);
    this.#version += 1;
  }

  /** A block was committed: its transactions wait no more. */
  commit(transactions: readonly Transaction[]): void {
    for (const { id } of transactions) this.#remove(id);
    this.#version += 1;
  }

  /** Blocks that are committed or can be no more. */
  forget(blockIds: Iterable<Hash>): void {
    this.#lineages.forget(blockIds);
    this.#version += 1;
  }

  #remove(id: Hash): void {
    for (const digest of this.#waiting.remove(id)) this.#store.release(digest);
  }

  /** Drops what has expired by the clock, with slack for blocks whose timestamps are behind it. */
  expire(nowMs: number): void {
    for (const id of this.#waiting.expired(nowMs - SKEW_MS)) this.#remove(id);
    this.#version += 1;
  }

  /** Whether a child of the lineage's tip may include something. Costs one look at the lineage per change. */
  pending(lineage: readonly Hash[]): boolean {
    const tip = lineage[0] ?? "";
    if (this.#answer.version === this.#version && this.#answer.tip === tip) return this.#answer.isPending;
    const taken = this.#lineages.count(lineage, (id) => this.#waiting.isBatched(id));
    this.#answer = { version: this.#version, tip, isPending: this.#waiting.batched > taken };
    return this.#answer.isPending;
  }

  /** Sizes, for metrics. */
  counts(): { readonly transactions: number; readonly batches: number; readonly bytes: number } {
    return { transactions: this.#waiting.size, batches: this.#store.size, bytes: this.#store.bytes };
  }
}
