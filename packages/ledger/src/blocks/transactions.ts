import type { CryptoSuite } from "@dure/crypto";
import {
  type Batch,
  type Block,
  bodyRoot,
  type Decoded,
  decodeBatch,
  decodeBody,
  type Hash,
  type Header,
  type Transaction,
  transactionsOf,
} from "@dure/types";

const LIMITS = { bytesMax: 0xffffffff, transactionBytesMax: 0xffffffff };

/**
 * The transactions of a block in order, read from its body and batches, which must be exactly those that the body
 * names. That they are those of a header is for `matchesHeader` to say.
 */
export const blockTransactions = (suite: CryptoSuite, block: Block): Decoded<readonly Transaction[]> => {
  const body = decodeBody(block.bodyBytes);
  if (!body.ok) return body;
  const batches = new Map<Hash, Batch>();
  for (const bytes of block.batches) {
    const batch = decodeBatch(suite, bytes, LIMITS);
    if (!batch.ok) return batch;
    batches.set(batch.value.digest, batch.value);
  }
  if (batches.size !== body.value.length || block.batches.length !== body.value.length)
    return { ok: false, message: "the batches are not those of the body" };
  const transactions = transactionsOf(body.value, (digest) => batches.get(digest));
  return transactions === undefined
    ? { ok: false, message: "the batches are not those of the body" }
    : { ok: true, value: transactions };
};

/** Whether these transactions are the ones that a header commits to. */
export const matchesHeader = (
  suite: CryptoSuite,
  header: Header,
  transactions: readonly Transaction[],
): boolean =>
  transactions.length === header.transactionCount && bodyRoot(suite, transactions) === header.bodyRoot;
