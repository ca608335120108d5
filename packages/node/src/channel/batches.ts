import type { Bytes, CryptoSuite } from "@dure/crypto";
import type { Pool } from "@dure/mempool";
import {
  type Batch,
  type BatchLimits,
  batchDigest,
  decodeBatch,
  type Hash,
  verifyTransaction,
} from "@dure/types";
import { BatchFetcher } from "./batch-fetcher.ts";
import type { Identities } from "./identities.ts";
import type { Links } from "./links.ts";

/** How long acknowledgements are gathered before they are sent. */
const ACKNOWLEDGE_MS = 5;
const DIGESTS_MAX = 1024;
/** How far a clock of another peer may be off when it judged a sender. */
const SKEW_MS = 30_000;
/** Refusals of a sender that no later block can lift. */
const FOREVER = new Set(["ROLE_NOT_ALLOWED", "IDENTITY_REVOKED", "IDENTITY_EXPIRED"]);

export type BatchesOptions = {
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  readonly limits: BatchLimits;
  readonly pool: Pool;
  /** The current epoch's. */
  readonly identities: () => Identities;
  readonly links: Links;
  readonly isBlocking: (validators: Iterable<number>) => boolean;
  readonly now: () => number;
  /** Whether a proposal waits for a batch: then it is taken even where the pool has no room for it. */
  readonly isAwaited: (digest: Hash) => boolean;
  /** A batch was verified: it stands in the pool or is awaited. */
  readonly onBatch: (batch: Batch) => void;
  /** A peer sent what no honest peer sends. */
  readonly onRefused: (peerId: string, reason: string) => void;
};

/**
 * The travel of batches beside ordering: this node's transactions out to all, others' in, verified once; what
 * proposals name and this node lacks, fetched.
 */
export class Batches {
  readonly #options: BatchesOptions;
  #isCutDue = false;
  #acknowledged: Hash[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #fetcher: BatchFetcher;

  constructor(options: BatchesOptions) {
    this.#options = options;
    this.#fetcher = new BatchFetcher(options.links, options.now);
  }

  /** Transactions were admitted: they leave as a batch once the current burst of them is in. */
  cutSoon(): void {
    if (this.#isCutDue) return;
    this.#isCutDue = true;
    setImmediate(() => {
      this.#isCutDue = false;
      this.#cut();
    });
  }

  #cut(): void {
    const { pool, links } = this.#options;
    if (this.#isClosed) return;
    const { certificateOf } = this.#options.identities();
    for (let batch = pool.cut(certificateOf); batch !== undefined; batch = pool.cut(certificateOf)) {
      links.broadcast({ type: "batches", batches: [batch.bytes] });
      this.#taken(batch);
    }
  }

  #taken(batch: Batch): void {
    this.#fetcher.forget([batch.digest]);
    this.#acknowledge(batch.digest);
    this.#options.onBatch(batch);
  }

  #acknowledge(digest: Hash): void {
    this.#acknowledged.push(digest);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (let at = 0; at < this.#acknowledged.length; at += DIGESTS_MAX) {
        this.#options.links.broadcast({
          type: "held",
          digests: this.#acknowledged.slice(at, at + DIGESTS_MAX),
        });
      }
      this.#acknowledged = [];
    }, ACKNOWLEDGE_MS);
  }

  /** Batches from a peer: read, each sender's certificate and each new transaction's signature verified, pooled. */
  receive(peerId: string, batches: readonly Bytes[]): void {
    for (const bytes of batches) {
      const reason = this.#take(peerId, bytes);
      if (reason !== undefined) this.#options.onRefused(peerId, reason);
    }
  }

  #take(peerId: string, bytes: Bytes): string | undefined {
    const { suite, limits, channelId, pool, links, now, isAwaited } = this.#options;
    const digest = batchDigest(suite, bytes);
    const index = links.indexOf(peerId);
    if (!pool.has(digest)) {
      // A copy: a view would keep the whole frame in memory for as long as the batch waits.
      const decoded = decodeBatch(suite, Uint8Array.from(bytes), limits);
      if (!decoded.ok) return `a batch: ${decoded.message}`;
      const batch = decoded.value;
      if (batch.channelId !== channelId) return "a batch of another channel";
      const flaw = this.flawOf(batch);
      if (flaw !== undefined) return flaw;
      if (!pool.add(batch, peerId, now(), isAwaited(digest)).ok) return undefined;
      this.#taken(batch);
    }
    if (index !== undefined) pool.acknowledge(digest, index);
    return undefined;
  }

  /**
   * Why a batch may not be pooled: a certificate that no organisation issued, a sender that no block will ever allow
   * (its transactions would wait until they expire, and keep an idle channel's timers running), or a signature that
   * does not verify.
   */
  flawOf(batch: Batch): string | undefined {
    const { suite, pool, now } = this.#options;
    const identities = this.#options.identities();
    const judgedAtMs = now() - SKEW_MS;
    for (const der of batch.certificates.values()) {
      const { id, judged } = identities.learn(der);
      if (!judged.ok) return `a batch's certificate: ${judged.message}`;
      const refusal = identities.refusalAt(id, judgedAtMs);
      if (refusal !== undefined && FOREVER.has(refusal.code)) return `a batch's sender: ${refusal.message}`;
    }
    for (const transaction of batch.transactions) {
      if (pool.isVerified(transaction)) continue;
      const key = identities.keyOf(transaction.sender);
      if (key === undefined || !verifyTransaction(suite, transaction, key))
        return `transaction ${transaction.id} is not its sender's`;
    }
    return undefined;
  }

  /** A peer holds these. */
  held(peerId: string, digests: readonly Hash[]): void {
    const index = this.#options.links.indexOf(peerId);
    if (index === undefined) return;
    for (const digest of digests) this.#options.pool.acknowledge(digest, index);
  }

  /** The batches of these that a blocking set of validators has not acknowledged (lft.md rule 10). */
  unacknowledged(digests: readonly Hash[]): readonly Bytes[] {
    const { pool, isBlocking } = this.#options;
    return digests
      .filter((digest) => pool.isUnacknowledged(digest, isBlocking))
      .map((digest) => pool.batch(digest)?.bytes)
      .filter((bytes) => bytes !== undefined);
  }

  /** Asks for batches, first from the peer that named them, then from others in turn, until they are here. */
  fetch(digests: readonly Hash[], from: string): void {
    this.#fetcher.fetch(digests, from);
  }

  /** Stops asking for batches that no block needs any more. */
  forget(digests: Iterable<Hash>): void {
    this.#fetcher.forget(digests);
  }

  /** Answers a peer that asks for batches: each once, and no more than its queue takes. */
  serve(peerId: string, digests: readonly Hash[], frameBytesMax: number): void {
    const { pool, links } = this.#options;
    let batches: Bytes[] = [];
    let bytesDue = 0;
    const flush = (): boolean => {
      const isTaken = batches.length === 0 || links.send(peerId, { type: "batches", batches });
      batches = [];
      bytesDue = 0;
      return isTaken;
    };
    for (const digest of new Set(digests)) {
      const bytes = pool.batch(digest)?.bytes;
      if (bytes === undefined) continue;
      if (bytesDue + bytes.length > frameBytesMax / 2 && !flush()) return;
      batches.push(bytes);
      bytesDue += bytes.length;
    }
    flush();
  }

  /** Sends what this node holds and others have not acknowledged to all (lft.md rule 11). */
  disseminate(): void {
    const { pool, links, isBlocking } = this.#options;
    for (const batch of pool.live((digest) => pool.isUnacknowledged(digest, isBlocking)))
      links.broadcast({ type: "batches", batches: [batch.bytes] });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#fetcher.close();
  }
}
