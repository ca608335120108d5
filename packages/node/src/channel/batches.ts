import type { Bytes, CryptoSuite } from "@dure/crypto";
import type { Pool } from "@dure/mempool";
import { type Batch, type BatchLimits, decodeBatch, type Hash, verifyTransaction } from "@dure/types";
import type { Identities } from "./identities.ts";
import type { Links } from "./links.ts";

/** How long acknowledgements are gathered before they are sent. */
const ACKNOWLEDGE_MS = 5;
/** How long a fetched batch is waited for before another peer is asked. */
const FETCH_MS = 150;
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
  readonly identities: Identities;
  readonly links: Links;
  readonly isBlocking: (validators: Iterable<number>) => boolean;
  readonly now: () => number;
  /** A batch came in and stands in the pool. */
  readonly onBatch: (digest: Hash) => void;
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
  /** Digests being fetched, and how often they were asked for. */
  readonly #fetching = new Map<Hash, { attempts: number; timer: NodeJS.Timeout }>();

  constructor(options: BatchesOptions) {
    this.#options = options;
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
    const { pool, identities, links } = this.#options;
    for (
      let batch = pool.cut(identities.certificateOf);
      batch !== undefined;
      batch = pool.cut(identities.certificateOf)
    ) {
      links.broadcast({ type: "batches", batches: [batch.bytes] });
      this.#taken(batch.digest);
    }
  }

  #taken(digest: Hash): void {
    const fetch = this.#fetching.get(digest);
    if (fetch !== undefined) clearTimeout(fetch.timer);
    this.#fetching.delete(digest);
    this.#acknowledge(digest);
    this.#options.onBatch(digest);
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
    const { suite, limits, channelId, pool, links, now } = this.#options;
    const decoded = decodeBatch(suite, bytes, limits);
    if (!decoded.ok) return `a batch: ${decoded.message}`;
    const batch = decoded.value;
    if (batch.channelId !== channelId) return "a batch of another channel";
    const index = links.indexOf(peerId);
    if (!pool.has(batch.digest)) {
      const flaw = this.flawOf(batch);
      if (flaw !== undefined) return flaw;
      const added = pool.add(batch, peerId, now());
      if (!added.ok) return undefined;
      this.#taken(batch.digest);
    }
    if (index !== undefined) pool.acknowledge(batch.digest, index);
    return undefined;
  }

  /**
   * Why a batch may not be pooled: a certificate that no organisation issued, a sender that no block will ever allow
   * (its transactions would wait until they expire, and keep an idle channel's timers running), or a signature that
   * does not verify.
   */
  flawOf(batch: Batch): string | undefined {
    const { suite, identities, pool, now } = this.#options;
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
    const due = digests.filter((digest) => !this.#fetching.has(digest));
    if (due.length > 0) this.#ask(due, from, 0);
  }

  #ask(digests: readonly Hash[], peerId: string, attempts: number): void {
    const { links } = this.#options;
    for (let at = 0; at < digests.length; at += DIGESTS_MAX) {
      links.send(peerId, { type: "getBatches", digests: digests.slice(at, at + DIGESTS_MAX) });
    }
    const timer = setTimeout(() => this.#askNext(digests, attempts + 1), FETCH_MS);
    for (const digest of digests) this.#fetching.set(digest, { attempts, timer });
  }

  #askNext(digests: readonly Hash[], attempts: number): void {
    const missing = digests.filter((digest) => this.#fetching.has(digest));
    const peers = this.#options.links.connected();
    const peerId = peers[attempts % Math.max(1, peers.length)];
    if (missing.length === 0) return;
    if (peerId === undefined || attempts > 2 * peers.length + 2) {
      for (const digest of missing) this.#fetching.delete(digest);
      return;
    }
    this.#ask(missing, peerId, attempts);
  }

  /** Stops asking for batches that no block needs any more. */
  forget(digests: readonly Hash[]): void {
    for (const digest of digests) {
      const fetch = this.#fetching.get(digest);
      if (fetch !== undefined) this.#fetching.delete(digest);
    }
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
    const batches = pool.live().filter((batch) => pool.isUnacknowledged(batch.digest, isBlocking));
    for (const batch of batches) links.broadcast({ type: "batches", batches: [batch.bytes] });
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const { timer } of this.#fetching.values()) clearTimeout(timer);
    this.#fetching.clear();
  }
}
