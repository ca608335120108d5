import type { Candidate } from "@dure/consensus";
import type { CryptoSuite } from "@dure/crypto";
import {
  type Batch,
  type BatchLimits,
  type Block,
  type Body,
  blockId,
  bodyRoot,
  decodeBatch,
  decodeBody,
  decodeHeader,
  type Hash,
  type Transaction,
  transactionsOf,
} from "@dure/types";

/** An uncommitted block with its data, as proposed, fetched or read from the journal. */
export type HeldBlock = {
  readonly candidate: Candidate;
  readonly body: Body;
  readonly batches: readonly Batch[];
  readonly transactions: readonly Transaction[];
};

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** A candidate of header and body bytes; the body is not held against the header. */
const readCandidate = (
  suite: CryptoSuite,
  block: Pick<Block, "headerBytes" | "bodyBytes">,
): Read<Candidate> => {
  const header = decodeHeader(block.headerBytes);
  if (!header.ok) return header;
  const { headerBytes, bodyBytes } = block;
  return {
    ok: true,
    value: { id: blockId(suite, headerBytes), header: header.value, headerBytes, bodyBytes },
  };
};

/** Puts a candidate and its batches together; refused unless they make the body that the header names. */
export const holdBlock = (
  suite: CryptoSuite,
  candidate: Candidate,
  body: Body,
  batches: readonly Batch[],
): Read<HeldBlock> => {
  const byDigest = new Map(batches.map((batch) => [batch.digest, batch]));
  const transactions = transactionsOf(body, (digest) => byDigest.get(digest));
  if (transactions === undefined)
    return { ok: false, message: "a batch of the body is missing or of another count" };
  const { header } = candidate;
  if (transactions.length !== header.transactionCount || bodyRoot(suite, transactions) !== header.bodyRoot) {
    return { ok: false, message: "the body is not the one that the header names" };
  }
  return { ok: true, value: { candidate, body, batches, transactions } };
};

/** Reads a block with its data and holds every part against its header. Neither signatures nor proofs are verified. */
export const readHeldBlock = (suite: CryptoSuite, block: Block, limits: BatchLimits): Read<HeldBlock> => {
  const candidate = readCandidate(suite, block);
  if (!candidate.ok) return candidate;
  const body = decodeBody(block.bodyBytes);
  if (!body.ok) return body;
  if (body.value.length !== block.batches.length)
    return { ok: false, message: "a block with more or fewer batches than its body" };
  const batches: Batch[] = [];
  for (const bytes of block.batches) {
    const batch = decodeBatch(suite, bytes, limits);
    if (!batch.ok) return batch;
    batches.push(batch.value);
  }
  return holdBlock(suite, candidate.value, body.value, batches);
};

/** A held block's bytes, for the journal, the log and other peers. */
export const blockOf = ({ candidate, batches }: HeldBlock): Block => ({
  headerBytes: candidate.headerBytes,
  bodyBytes: candidate.bodyBytes,
  batches: batches.map((batch) => batch.bytes),
  proof: undefined,
});

/** The uncommitted blocks whose data this node holds. */
export class Candidates {
  readonly #held = new Map<Hash, HeldBlock>();

  get(id: Hash): HeldBlock | undefined {
    return this.#held.get(id);
  }

  has(id: Hash): boolean {
    return this.#held.has(id);
  }

  add(block: HeldBlock): void {
    this.#held.set(block.candidate.id, block);
  }

  /** Held ancestors of a block from `parentId` down, nearest first, as far as they are held. */
  lineage(parentId: Hash): readonly Hash[] {
    const ids: Hash[] = [];
    for (
      let at = this.#held.get(parentId);
      at !== undefined;
      at = this.#held.get(at.candidate.header.parentId)
    ) {
      ids.push(at.candidate.id);
    }
    return ids;
  }

  /** Forgets blocks at or below a committed height; returns their ids. */
  release(height: number): readonly Hash[] {
    const released: Hash[] = [];
    for (const [id, { candidate }] of this.#held) {
      if (candidate.header.height > height) continue;
      this.#held.delete(id);
      released.push(id);
    }
    return released;
  }

  get size(): number {
    return this.#held.size;
  }
}
