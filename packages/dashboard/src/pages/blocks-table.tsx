import { memo } from "react";
import { Link } from "wouter";
import { count, span } from "../format/digits.ts";
import { timeOfDay } from "../format/moment.ts";
import { shortPeer } from "../format/short.ts";
import type { BlockRow } from "../live/feed.ts";
import { isCalm } from "../live/rate.ts";
import { Card } from "../parts/card.tsx";
import { useCell, usePage } from "../parts/context.tsx";

const Row = memo(({ block }: { readonly block: BlockRow }) => {
  const { language } = usePage();
  return (
    <tr>
      <th scope="row" className="number">
        <Link href={`/block/${block.height}`}>{count(block.height, language)}</Link>
      </th>
      <td className="time">{timeOfDay(block.timestampMs, language)}</td>
      <td className="wide">{shortPeer(block.proposer)}</td>
      <td className="number">{count(block.transactionCount, language)}</td>
      <td className="number">{span(block.finalMs, language)}</td>
    </tr>
  );
});

/** The latest blocks, newest first. */
export const BlocksTable = () => {
  const { network, text } = usePage();
  const { blocks } = useCell(network.state.feed);
  return (
    <Card title={text.blocks.title} className="blocks">
      {blocks.length === 0 ? (
        <p className="empty">{text.blocks.none}</p>
      ) : (
        <table className={isCalm(network.rate, Date.now()) ? "stream" : ""}>
          <thead>
            <tr>
              <th scope="col" className="number">
                {text.blocks.height}
              </th>
              <th scope="col">{text.blocks.time}</th>
              <th scope="col" className="wide">
                {text.blocks.proposer}
              </th>
              <th scope="col" className="number">
                {text.blocks.transactions}
              </th>
              <th scope="col" className="number">
                {text.blocks.final}
              </th>
            </tr>
          </thead>
          <tbody>
            {blocks.map((block) => (
              <Row key={block.height} block={block} />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
};
