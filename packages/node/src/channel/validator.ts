import type { Candidate } from "@dure/consensus";
import type { CryptoSuite } from "@dure/crypto";
import type { Pool } from "@dure/mempool";
import { type Batch, type Body, decodeBody, type Hash, type Transaction } from "@dure/types";
import type { Batches } from "./batches.ts";
import { type Candidates, type HeldBlock, holdBlock } from "./candidates.ts";
import type { Configurations } from "./configurations.ts";
import type { Identities } from "./identities.ts";

export type ValidatorOptions = {
  readonly suite: CryptoSuite;
  readonly pool: Pool;
  readonly batches: Pick<Batches, "fetch" | "forget">;
  readonly candidates: Candidates;
  /** The current epoch's. */
  readonly identities: () => Identities;
  readonly configurations: Pick<Configurations, "mayStand">;
  readonly blockTransactionsMax: number;
  /** A proposal's data is here and was judged. */
  readonly onHeld: (block: HeldBlock, valid: boolean) => void;
  readonly onRefused: (peerId: string, reason: string) => void;
};

type Waiting = {
  readonly candidate: Candidate;
  readonly body: Body;
  readonly from: string;
  readonly missing: Set<Hash>;
  /** What is here. Kept beside the pool, which may have no room for a batch, or drop it before the last one is here. */
  readonly found: Map<Hash, Batch>;
};

/**
 * Rule 12 (3): obtains the batches of a proposal and judges it. The answer depends on the proposal and its ancestors
 * alone, never on what else this node holds, so that all honest validators agree. One proposal waits at a time, that of
 * the newest view: an older one can get no vote of this node any more, and is fetched whole if it is certified after all.
 */
export class Validator {
  readonly #options: ValidatorOptions;
  #waiting: Waiting | undefined;

  constructor(options: ValidatorOptions) {
    this.#options = options;
  }

  /** Judges a proposal now, or when its batches are here. */
  validate(candidate: Candidate, from: string): void {
    const { pool, batches, onRefused } = this.#options;
    const read = this.#bodyOf(candidate);
    if (typeof read === "string") return onRefused(from, `a proposal's body: ${read}`);
    this.#forget();
    const found = new Map<Hash, Batch>();
    const missing = new Set<Hash>();
    for (const { digest } of read) {
      const batch = pool.batch(digest);
      if (batch === undefined) missing.add(digest);
      else found.set(digest, batch);
    }
    const waiting = { candidate, body: read, from, missing, found };
    if (missing.size === 0) return this.#judge(waiting);
    this.#waiting = waiting;
    batches.fetch([...missing], from);
  }

  /** The body, or why it cannot be the header's: seen before anything is fetched for it. */
  #bodyOf({ header, bodyBytes }: Candidate): Body | string {
    const body = decodeBody(bodyBytes);
    if (!body.ok) return body.message;
    const count = body.value.reduce((sum, batch) => sum + batch.count - batch.omitted.length, 0);
    if (count !== header.transactionCount) return "it holds more or fewer transactions than its header says";
    return count > this.#options.blockTransactionsMax ? "it holds too many transactions" : body.value;
  }

  /** Whether a block waits for its batches here. */
  isWaitingFor(id: Hash): boolean {
    return this.#waiting?.candidate.id === id;
  }

  /** Whether a proposal waits for this batch. */
  isAwaited(digest: Hash): boolean {
    return this.#waiting?.missing.has(digest) === true;
  }

  /** A batch came in. */
  batchArrived(batch: Batch): void {
    const waiting = this.#waiting;
    if (waiting === undefined || !waiting.missing.delete(batch.digest)) return;
    waiting.found.set(batch.digest, batch);
    if (waiting.missing.size > 0) return;
    this.#waiting = undefined;
    this.#judge(waiting);
  }

  /** Forgets a proposal that waits at or below a committed height. */
  release(height: number): void {
    if ((this.#waiting?.candidate.header.height ?? Number.POSITIVE_INFINITY) <= height) this.#forget();
  }

  #forget(): void {
    if (this.#waiting !== undefined) this.#options.batches.forget(this.#waiting.missing);
    this.#waiting = undefined;
  }

  #judge({ candidate, body, from, found }: Waiting): void {
    const { suite, pool, candidates, configurations, onHeld, onRefused } = this.#options;
    const identities = this.#options.identities();
    const batches = body.map(({ digest }) => found.get(digest)).filter((batch) => batch !== undefined);
    const held = holdBlock(suite, candidate, body, batches);
    if (!held.ok) return onRefused(from, held.message);
    // The senders are learned from the block, whatever this node has forgotten since their batches came.
    for (const batch of batches) for (const der of batch.certificates.values()) identities.learn(der);
    const { timestampMs, parentId } = candidate.header;
    const allowed = (transaction: Transaction): boolean =>
      identities.refusalAt(transaction.sender, timestampMs) === undefined &&
      configurations.mayStand(transaction, candidate.header);
    const lineage = candidates.lineage(parentId);
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0);
    const verdict = pool.check(held.value.transactions, bytes, { lineage, timestampMs, allowed });
    if (!verdict.ok) onRefused(from, `a proposal: ${verdict.message}`);
    onHeld(held.value, verdict.ok);
  }
}
