import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import type { TransactionAnswer, TransactionsAnswer } from "../answers.ts";
import { count } from "../format/digits.ts";
import { shortId } from "../format/short.ts";
import { Card } from "../parts/card.tsx";
import { usePage } from "../parts/context.tsx";
import { Outcome } from "../parts/outcome.tsx";
import { ask } from "../peers/ask.ts";

const PAGE = 20;

type Page = { readonly transactions: readonly TransactionAnswer[]; readonly next: number | null };
const NONE: Page = { transactions: [], next: 0 };

/** A block's transactions in their order, a page at a time; `ids` are those that its proof is about. */
export const BlockTransactions = ({
  height,
  ids,
}: {
  readonly height: number;
  readonly ids: readonly string[];
}) => {
  const { network, text, language } = usePage();
  const [shown, setShown] = useState(NONE);
  const [trouble, setTrouble] = useState<string>();
  const leaving = useRef<AbortController>(undefined);

  const read = async (from: number, before: readonly TransactionAnswer[]): Promise<void> => {
    leaving.current?.abort();
    const controller = new AbortController();
    leaving.current = controller;
    const { signal } = controller;
    try {
      const path = `/api/v2/blocks/${height}/transactions?from=${from}&limit=${PAGE}`;
      const { answer } = await ask<TransactionsAnswer>(network.directory.pool, path, { signal });
      setShown({ transactions: [...before, ...answer.transactions], next: answer.next });
      setTrouble(undefined);
    } catch (error) {
      if (!signal.aborted) setTrouble(text.failed((error as Error).message));
    }
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: read anew for another block alone.
  useEffect(() => {
    if (ids.length > 0) void read(0, []);
    return () => leaving.current?.abort();
  }, [height]);

  const rows = ids
    .slice(0, shown.transactions.length)
    .map((id, at) => ({ id, told: shown.transactions[at]?.id === id ? shown.transactions[at] : undefined }));

  return (
    <Card title={text.transactions.title}>
      {ids.length === 0 ? (
        <p className="empty">{text.block.empty}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col" className="number narrow">
                {text.transaction.position}
              </th>
              <th scope="col">{text.transactions.id}</th>
              <th scope="col">{text.transactions.result}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, told }, at) => (
              <tr key={id}>
                <td className="number">{count(at + 1, language)}</td>
                <th scope="row">
                  <Link href={`/transaction/${id}`} title={id}>
                    <code>{shortId(id)}</code>
                  </Link>
                </th>
                <td>
                  {told?.receipt === undefined ? (
                    text.stages[told?.status ?? "final"]
                  ) : (
                    <Outcome code={told.receipt.code} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {trouble !== undefined && <p role="alert">{trouble}</p>}
      {shown.next !== null && shown.transactions.length > 0 && (
        <button type="button" onClick={() => void read(shown.next ?? 0, shown.transactions)}>
          {text.block.more}
        </button>
      )}
    </Card>
  );
};
