import { type Execution, merkleRoot, type Receipt, type Transaction } from "@dure/types";
import type { BlockFacts } from "./facts.ts";
import type { ReadBlockProof } from "./read-document.ts";
import { invalid } from "./refusal.ts";
import type { Trust } from "./trust.ts";
import { type ProvenBlock, provenBlock } from "./verify-chain.ts";
import { checkExecution, receiptAt } from "./verify-execution.ts";
import { transactionOf } from "./verify-transaction.ts";

type Data = NonNullable<ReadBlockProof["data"]>;
type Results = { readonly receipts: readonly Receipt[]; readonly execution: Execution };

/** All transactions of the block: their number and root are the header's. */
const transactionsOf = (
  trust: Trust,
  { transactions }: Data,
  { header }: ProvenBlock,
): readonly Transaction[] => {
  if (transactions.length !== header.transactionCount)
    invalid(`the block has ${header.transactionCount} transactions, not ${transactions.length}`);
  if (merkleRoot(trust.suite, transactions) !== header.bodyRoot)
    invalid("the transactions do not lead to the body root");
  return transactions.map((bytes) => transactionOf(trust, bytes));
};

/** The receipt of each transaction, in order: their root is what a quorum attested for this height. */
const resultsOf = (
  trust: Trust,
  { results }: Data,
  { header }: ProvenBlock,
  transactions: readonly Transaction[],
): Results | undefined => {
  if (results === undefined) return undefined;
  const { execution } = results;
  const { height } = header;
  if (results.receipts.length !== transactions.length)
    invalid(`${results.receipts.length} receipts are not those of ${transactions.length} transactions`);
  if (execution.height !== height)
    invalid(`the execution certificate is of height ${execution.height}, not ${height}`);
  if (merkleRoot(trust.suite, results.receipts) !== execution.receiptsRoot)
    invalid("the receipts do not lead to the receipts root");
  const receipts = transactions.map(({ id }, index) =>
    receiptAt(results.receipts[index] as Uint8Array, { transactionId: id, height, index }),
  );
  checkExecution(trust, execution);
  const { epoch, stateRoot, receiptsRoot } = execution;
  return { receipts, execution: { epoch, height, stateRoot, receiptsRoot } };
};

/** What a block's proof shows. Throws ProofRefusal. */
export const blockFacts = (trust: Trust, { height, chain, data }: ReadBlockProof): BlockFacts => {
  const block = provenBlock(trust, height, chain);
  const transactions = data === undefined ? undefined : transactionsOf(trust, data, block);
  const results = data === undefined ? undefined : resultsOf(trust, data, block, transactions ?? []);
  const { id, header } = block;
  return {
    kind: "block",
    id,
    header,
    transactions,
    receipts: results?.receipts,
    execution: results?.execution,
  };
};
