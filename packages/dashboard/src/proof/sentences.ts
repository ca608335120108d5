import { count } from "../format/digits.ts";
import { shortId } from "../format/short.ts";
import type { Catalogue } from "../text/catalogue.ts";

/** The parts of a proof that the sentences speak of (specs/proofs.md). */
export type ProofParts = {
  readonly height: number;
  readonly headers: readonly unknown[];
  readonly path?: { readonly index: number; readonly count: number; readonly siblings: readonly unknown[] };
  readonly result?: object | null;
  readonly data?: {
    readonly transactions: readonly unknown[];
    readonly receipts: { readonly receipts: readonly unknown[] } | null;
  } | null;
};

/** What verification found. */
export type Found = {
  readonly channelId: string;
  readonly validators: number;
  readonly receiptCode: number | undefined;
};

/** What was checked of a proof that holds, one sentence a step, in the order in which trust is built. */
export const sentences = (
  { proof: { steps } }: Catalogue,
  language: string,
  proof: ProofParts,
  found: Found,
): readonly string[] => {
  const say = (value: number): string => count(value, language);
  const { height, headers, path, result, data } = proof;
  const told = [steps.genesis(shortId(found.channelId), found.validators)];
  told.push(
    headers.length <= 1
      ? steps.commit(say(height))
      : steps.chain(say(height), say(height + headers.length - 1)),
  );
  if (path !== undefined)
    told.push(
      path.count === 1 ? steps.only : steps.place(say(path.index + 1), say(path.count), path.siblings.length),
      result === null ? steps.noReceipt : steps.receipt(String(found.receiptCode)),
    );
  else if (data === null || data === undefined) told.push(steps.header);
  else {
    const { transactions, receipts } = data;
    told.push(transactions.length === 0 ? steps.empty : steps.whole(say(transactions.length)));
    if (receipts !== null && transactions.length > 0)
      told.push(steps.receipts(say(receipts.receipts.length)));
  }
  return told;
};
