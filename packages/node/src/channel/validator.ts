import type { Candidate } from "@dure/consensus";
import type { CryptoSuite } from "@dure/crypto";
import type { Pool } from "@dure/mempool";
import { type Batch, type Body, decodeBody, type Hash, type Transaction } from "@dure/types";
import type { Batches } from "./batches.ts";
import { type Candidates, type HeldBlock, holdBlock } from "./candidates.ts";
import type { Identities } from "./identities.ts";

export type ValidatorOptions = {
  readonly suite: CryptoSuite;
  readonly pool: Pool;
  readonly batches: Batches;
  readonly candidates: Candidates;
  readonly identities: Identities;
  /** A proposal's data is here and was judged. */
  readonly onHeld: (block: HeldBlock, valid: boolean) => void;
  readonly onRefused: (peerId: string, reason: string) => void;
};

type Waiting = {
  readonly candidate: Candidate;
  readonly body: Body;
  readonly from: string;
  readonly missing: Set<Hash>;
};

/** How many proposals may wait for batches at a time. */
const WAITING_MAX = 64;

/**
 * Rule 12 (3): obtains the batches of a proposal and judges it. The answer depends on the proposal and its ancestors
 * alone, never on what else this node holds, so that all honest validators agree.
 */
export class Validator {
  readonly #options: ValidatorOptions;
  readonly #waiting = new Map<Hash, Waiting>();

  constructor(options: ValidatorOptions) {
    this.#options = options;
  }

  /** Judges a proposal now, or when its batches are here. */
  validate(candidate: Candidate, from: string): void {
    const body = decodeBody(candidate.bodyBytes);
    if (!body.ok) return this.#options.onRefused(from, `a proposal's body: ${body.message}`);
    const { pool, batches } = this.#options;
    const missing = new Set(body.value.map(({ digest }) => digest).filter((digest) => !pool.has(digest)));
    if (missing.size === 0) return this.#judge({ candidate, body: body.value, from, missing });
    if (this.#waiting.size >= WAITING_MAX) this.#waiting.delete(this.#waiting.keys().next().value as Hash);
    this.#waiting.set(candidate.id, { candidate, body: body.value, from, missing });
    batches.fetch([...missing], from);
  }

  /** A batch came in. */
  batchArrived(digest: Hash): void {
    for (const [id, waiting] of this.#waiting) {
      if (!waiting.missing.delete(digest) || waiting.missing.size > 0) continue;
      this.#waiting.delete(id);
      this.#judge(waiting);
    }
  }

  /** Forgets proposals that wait at or below a committed height. */
  release(height: number): void {
    for (const [id, { candidate }] of this.#waiting)
      if (candidate.header.height <= height) this.#waiting.delete(id);
  }

  #judge({ candidate, body, from }: Waiting): void {
    const { suite, pool, candidates, identities, onHeld, onRefused } = this.#options;
    const batches = body
      .map(({ digest }) => pool.batch(digest))
      .filter((batch): batch is Batch => batch !== undefined);
    const held = holdBlock(suite, candidate, body, batches);
    if (!held.ok) return onRefused(from, held.message);
    const { timestampMs, parentId } = candidate.header;
    const allowed = (transaction: Transaction): boolean =>
      identities.refusalAt(transaction.sender, timestampMs) === undefined;
    const lineage = candidates.lineage(parentId);
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0);
    const verdict = pool.check(held.value.transactions, bytes, { lineage, timestampMs, allowed });
    if (!verdict.ok) onRefused(from, `a proposal: ${verdict.message}`);
    onHeld(held.value, verdict.ok);
  }
}
