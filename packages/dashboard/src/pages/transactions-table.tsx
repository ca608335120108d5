import { memo } from "react";
import { Link } from "wouter";
import { count } from "../format/digits.ts";
import { shortId } from "../format/short.ts";
import type { TransactionRow } from "../live/feed.ts";
import { isCalm } from "../live/rate.ts";
import { Card } from "../parts/card.tsx";
import { useCell, usePage } from "../parts/context.tsx";
import { Outcome } from "../parts/outcome.tsx";

const Row = memo(({ row }: { readonly row: TransactionRow }) => {
  const { text, language } = usePage();
  const call = row.method ?? text.transactions.data;
  return (
    <tr>
      <th scope="row">
        <Link href={`/transaction/${row.id}`} title={row.id}>
          <code>{shortId(row.id)}</code>
        </Link>
      </th>
      <td className="call">{call}</td>
      <td className="number wide">{count(row.height, language)}</td>
      <td>
        <Outcome code={row.code} />
      </td>
    </tr>
  );
});

/** The latest executed transactions, newest first. */
export const TransactionsTable = () => {
  const { network, text } = usePage();
  const { transactions } = useCell(network.state.feed);
  return (
    <Card title={text.transactions.title} className="transactions">
      {transactions.length === 0 ? (
        <p className="empty">{text.transactions.none}</p>
      ) : (
        <table className={isCalm(network.rate, Date.now()) ? "stream" : ""}>
          <thead>
            <tr>
              <th scope="col">{text.transactions.id}</th>
              <th scope="col">{text.transactions.call}</th>
              <th scope="col" className="number wide">
                {text.transactions.block}
              </th>
              <th scope="col">{text.transactions.result}</th>
            </tr>
          </thead>
          <tbody>
            {transactions.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
};
