import { useEffect, useMemo } from "react";
import { Link } from "wouter";
import type { TransactionAnswer } from "../answers.ts";
import { readPayload } from "../chain/payload.ts";
import { count } from "../format/digits.ts";
import { readable } from "../format/json.ts";
import { moment } from "../format/moment.ts";
import { shortId } from "../format/short.ts";
import { AskedView } from "../parts/asked.tsx";
import { Card } from "../parts/card.tsx";
import { useCell, usePage } from "../parts/context.tsx";
import { Fact, Facts } from "../parts/facts.tsx";
import { Hash } from "../parts/hash.tsx";
import { Outcome } from "../parts/outcome.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { useTitle } from "../parts/use-title.ts";
import { ask } from "../peers/ask.ts";
import { ProofPanel } from "../proof/proof-panel.tsx";

const Content = ({ transaction }: { readonly transaction: TransactionAnswer }) => {
  const { text, language } = usePage();
  const t = text.transaction;
  const payload = useMemo(() => readPayload(transaction.bytes), [transaction.bytes]);
  const height = transaction.receipt?.height ?? transaction.height;
  const index = transaction.receipt?.index ?? transaction.index;
  return (
    <Card title={t.content} className="about">
      <Facts>
        <Fact name={t.status}>
          <span className={`badge ${transaction.status}`}>{text.stages[transaction.status]}</span>
        </Fact>
        {height !== undefined && (
          <Fact name={t.block}>
            <Link href={`/block/${height}`}>{count(height, language)}</Link>
          </Fact>
        )}
        {index !== undefined && <Fact name={t.position}>{count(index + 1, language)}</Fact>}
        {payload.method !== undefined && (
          <>
            <Fact name={t.score}>{transaction.score || payload.score || t.defaultScore}</Fact>
            <Fact name={t.method}>
              <code>{payload.method}</code>
            </Fact>
          </>
        )}
        <Fact name={t.sender}>
          <Hash value={transaction.sender} what={t.sender} />
        </Fact>
        <Fact name={t.expires}>{moment(transaction.expiryMs, language)}</Fact>
        <Fact name={t.size}>{t.bytes(count(payload.bytes, language))}</Fact>
      </Facts>
      {payload.value !== undefined && (
        <>
          <h3>{payload.method === undefined ? t.data : t.params}</h3>
          <pre>{readable(payload.value)}</pre>
        </>
      )}
    </Card>
  );
};

const ReceiptCard = ({ transaction }: { readonly transaction: TransactionAnswer }) => {
  const { text, language } = usePage();
  const t = text.transaction;
  const { receipt } = transaction;
  if (receipt === undefined)
    return (
      <Card title={t.receipt}>
        <p className="empty">{t.waiting}</p>
      </Card>
    );
  return (
    <Card title={t.receipt}>
      <Facts>
        <Fact name={t.code}>
          {receipt.code === 0 && "0 "}
          <Outcome code={receipt.code} />
        </Fact>
        {receipt.message !== "" && <Fact name={t.message}>{receipt.message}</Fact>}
      </Facts>
      <h3>{t.result}</h3>
      <pre>{readable(receipt.result)}</pre>
      <h3>
        {t.events} <span className="note">{count(receipt.events.length, language)}</span>
      </h3>
      {receipt.events.length === 0 ? (
        <p className="note">{t.noEvents}</p>
      ) : (
        <ol className="events">
          {receipt.events.map((event, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an event's number is its place, which never changes.
            <li key={at}>
              <strong>{event.name}</strong> <span className="note">{event.score}</span>
              <pre>{readable(event.data)}</pre>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
};

/** A transaction: what it is, what came of it, and the proof of both. */
export const TransactionPage = ({ id }: { readonly id: string }) => {
  const { network, text } = usePage();
  useTitle(`${text.transaction.title} ${shortId(id)}`);
  const isFound = useCell(network.state.channel) !== undefined;
  const [asked, again] = useAnswer(
    isFound ? id : "",
    async (signal) =>
      (
        await ask<TransactionAnswer>(
          network.directory.pool,
          `/api/v2/transactions/${encodeURIComponent(id)}`,
          { signal },
        )
      ).answer,
  );
  const isPending = asked.phase === "answered" && asked.answer.status !== "executed";
  const { executedHeight } = useCell(network.state.feed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever a height was executed it may have been this one's.
  useEffect(() => {
    if (isPending) again();
  }, [executedHeight, isPending, again]);
  return (
    <div className="detail">
      <h1>
        <span className="note">{text.transaction.title}</span>
        <Hash value={id} what={text.transaction.title} />
      </h1>
      {isFound ? (
        <AskedView asked={asked} again={again} unknown={{ TX_UNKNOWN: text.transaction.unknown }}>
          {(transaction) => (
            <div className="columns">
              <Content transaction={transaction} />
              <ReceiptCard transaction={transaction} />
              {transaction.status !== "accepted" && (
                <ProofPanel
                  subject={{ kind: "transactions", name: id, shown: { ...transaction, id } }}
                  isExecuted={transaction.status === "executed"}
                />
              )}
            </div>
          )}
        </AskedView>
      ) : (
        <p className="empty">{text.loading}</p>
      )}
    </div>
  );
};
