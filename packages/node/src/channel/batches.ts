import type { Bytes, CryptoSuite } from "@dure/crypto";
import type { Signed, Verifier } from "@dure/crypto/verifier";
import type { Pool } from "@dure/mempool";
import {
  type Batch,
  type BatchLimits,
  batchDigest,
  decodeBatch,
  type Hash,
  signedTransaction,
} from "@dure/types";
import { BatchFetcher } from "./batch-fetcher.ts";
import type { Identities } from "./identities.ts";
import type { Links } from "./links.ts";

/** Batches leave at least so far apart. */
const GATHER_MS = 5;
/** How long acknowledgements are gathered before they are sent. */
const ACKNOWLEDGE_MS = 5;
const DIGESTS_MAX = 1024;
/** How far a clock of another peer may be off when it judged a sender. */
const SKEW_MS = 30_000;
/** Batches that are being verified, all together. */
const ARRIVING_BYTES_MAX = 32 << 20;
/** Refusals of a sender that no later block can lift. */
const FOREVER = new Set(["ROLE_NOT_ALLOWED", "IDENTITY_REVOKED", "IDENTITY_EXPIRED"]);

export type BatchesOptions = {
  readonly suite: CryptoSuite;
  readonly verifier: Pick<Verifier, "verify">;
  readonly channelId: Hash;
  readonly limits: BatchLimits;
  readonly pool: Pool;
  /** The current epoch's. */
  readonly identities: () => Identities;
  readonly links: Links;
  readonly isBlocking: (validators: Iterable<number>) => boolean;
  readonly now: () => number;
  /** How long others have to acknowledge what was sent to them: many times what it takes, and little of a view. */
  readonly disseminateMs: number;
  /** Whether a proposal waits for a batch: then it is taken even where the pool has no room for it. */
  readonly isAwaited: (digest: Hash) => boolean;
  /** A batch was verified: it stands in the pool or is awaited. */
  readonly onBatch: (batch: Batch) => void;
  /** A peer sent what no honest peer sends. */
  readonly onRefused: (peerId: string, reason: string) => void;
  /** The verifier was lost: nothing can be judged any more. */
  readonly onFailed: (error: unknown) => void;
};

type Unverified = { readonly id: Hash; readonly signed: Signed };

/** A batch that is being verified: who sent it, and whom to ask for it if this one turns out to be forged. */
type Arriving = { readonly senders: Set<string>; readonly bytes: number; askIfForged: string | undefined };

/**
 * The travel of batches beside ordering: this node's transactions out to all, others' in, verified once; what
 * proposals name and this node lacks, fetched.
 */
export class Batches {
  readonly #options: BatchesOptions;
  #isCutDue = false;
  #cutAtMs = 0;
  #cutTimer: NodeJS.Timeout | undefined;
  #acknowledged: Hash[] = [];
  #timer: NodeJS.Timeout | undefined;
  #dissemination: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #fetcher: BatchFetcher;
  readonly #arriving = new Map<Hash, Arriving>();
  #arrivingBytes = 0;

  constructor(options: BatchesOptions) {
    this.#options = options;
    this.#fetcher = new BatchFetcher(options.links, options.now);
  }

  /**
   * Transactions were admitted: they leave as a batch once the current burst of them is in; under a load of small
   * requests, with those of the next milliseconds, since a batch costs every peer far more than one transaction more in it.
   */
  cutSoon(): void {
    if (this.#isCutDue) return;
    this.#isCutDue = true;
    const cut = (): void => {
      this.#isCutDue = false;
      this.#cutAtMs = this.#options.now();
      this.#cut();
    };
    const waitMs = this.#cutAtMs + GATHER_MS - this.#options.now();
    if (waitMs <= 0 || waitMs > GATHER_MS) setImmediate(cut);
    else this.#cutTimer = setTimeout(cut, waitMs);
  }

  #cut(): void {
    const { pool, links } = this.#options;
    if (this.#isClosed) return;
    const { certificateOf } = this.#options.identities();
    for (let batch = pool.cut(certificateOf); batch !== undefined; batch = pool.cut(certificateOf)) {
      links.broadcast({ type: "batches", batches: [batch.bytes] });
      this.#acknowledge(batch.digest);
      this.#options.onBatch(batch);
    }
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
    const { suite, limits, channelId, pool, isAwaited, now } = this.#options;
    const digest = batchDigest(suite, bytes);
    if (pool.has(digest)) {
      this.held(peerId, [digest]);
      return undefined;
    }
    const arriving = this.#arriving.get(digest);
    if (arriving !== undefined) {
      arriving.senders.add(peerId);
      return undefined;
    }
    // No room to verify it now: like one that the pool has no room for, it comes again or is asked for.
    if (this.#arrivingBytes + bytes.length > ARRIVING_BYTES_MAX && !isAwaited(digest)) return undefined;
    // A copy: a view would keep the whole frame in memory for as long as the batch waits.
    const decoded = decodeBatch(suite, Uint8Array.from(bytes), limits);
    if (!decoded.ok) return `a batch: ${decoded.message}`;
    const batch = decoded.value;
    if (batch.channelId !== channelId) return "a batch of another channel";
    // It comes late, or again: what it holds is in the chain.
    if (pool.isSpent(batch, now()) && !isAwaited(digest)) return undefined;
    const flaw = this.#flawOf(batch);
    if (flaw !== undefined) return flaw;
    const unverified = this.#unverified(batch);
    if (typeof unverified === "string") return unverified;
    this.#verify(peerId, batch, unverified).catch((error: unknown) => {
      // A peer that stops closes its verifier, which leaves what was under way without a verdict.
      if (!this.#isClosed) this.#options.onFailed(error);
    });
    return undefined;
  }

  /** Verifies what is new in a batch, off the main thread, and pools it. Other batches may overtake it. */
  async #verify(peerId: string, batch: Batch, unverified: readonly Unverified[]): Promise<void> {
    const { verifier, onRefused } = this.#options;
    const arriving: Arriving = {
      senders: new Set([peerId]),
      bytes: batch.bytes.length,
      askIfForged: undefined,
    };
    this.#arriving.set(batch.digest, arriving);
    // It is here and need not be sent again; what it turns out to be is the same for everyone.
    this.#acknowledge(batch.digest);
    this.#arrivingBytes += arriving.bytes;
    const verdicts = await verifier.verify(unverified.map(({ signed }) => signed));
    this.#arriving.delete(batch.digest);
    this.#arrivingBytes -= arriving.bytes;
    if (this.#isClosed) return;
    const forged = verdicts.indexOf(false);
    if (forged < 0) return this.#pool(batch, arriving);
    for (const sender of arriving.senders)
      onRefused(sender, `transaction ${unverified[forged]?.id} is not its sender's`);
    if (arriving.askIfForged !== undefined) this.#fetcher.fetch([batch.digest], arriving.askIfForged);
  }

  #pool(batch: Batch, { senders }: Arriving): void {
    const { pool, now, isAwaited } = this.#options;
    const { digest } = batch;
    const [source = ""] = senders;
    if (!pool.add(batch, source, now(), isAwaited(digest)).ok) return;
    this.#fetcher.forget([digest]);
    this.#options.onBatch(batch);
    for (const sender of senders) this.held(sender, [digest]);
  }

  /**
   * Why a batch may not be pooled whatever its signatures: a certificate that no organisation issued, or a sender that no
   * block will ever allow (its transactions would wait until they expire, and keep an idle channel's timers running).
   */
  #flawOf(batch: Batch): string | undefined {
    const identities = this.#options.identities();
    const judgedAtMs = this.#options.now() - SKEW_MS;
    for (const der of batch.certificates.values()) {
      const { id, judged } = identities.learn(der);
      if (!judged.ok) return `a batch's certificate: ${judged.message}`;
      const refusal = identities.refusalAt(id, judgedAtMs);
      if (refusal !== undefined && FOREVER.has(refusal.code)) return `a batch's sender: ${refusal.message}`;
    }
    return undefined;
  }

  /** The signatures of a batch that this node has not verified yet; or whose key it cannot know, as text. */
  #unverified(batch: Batch): readonly Unverified[] | string {
    const { pool } = this.#options;
    const { keyOf } = this.#options.identities();
    const unverified: Unverified[] = [];
    for (const transaction of batch.transactions) {
      if (pool.isVerified(transaction)) continue;
      const key = keyOf(transaction.sender);
      if (key === undefined) return `transaction ${transaction.id} is not its sender's`;
      unverified.push({ id: transaction.id, signed: signedTransaction(transaction, key) });
    }
    return unverified;
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
    const due = digests.filter((digest) => {
      const arriving = this.#arriving.get(digest);
      if (arriving !== undefined) arriving.askIfForged = from;
      return arriving === undefined;
    });
    this.#fetcher.fetch(due, from);
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

  /**
   * Sees to it that others get what this node holds (lft.md rule 11): what a blocking set has not acknowledged after a
   * while is sent to all. At once it would be every batch, from every peer to every peer.
   */
  disseminate(): void {
    this.#dissemination ??= setTimeout(() => {
      this.#dissemination = undefined;
      const { pool, links, isBlocking } = this.#options;
      for (const batch of pool.live((digest) => pool.isUnacknowledged(digest, isBlocking)))
        links.broadcast({ type: "batches", batches: [batch.bytes] });
    }, this.#options.disseminateMs);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#cutTimer);
    clearTimeout(this.#dissemination);
    this.#fetcher.close();
  }
}
