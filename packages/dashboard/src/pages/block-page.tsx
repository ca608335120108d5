import { Link } from "wouter";
import type { BlockAnswer } from "../answers.ts";
import { count } from "../format/digits.ts";
import { moment } from "../format/moment.ts";
import { shortId } from "../format/short.ts";
import { AskedView } from "../parts/asked.tsx";
import { Card } from "../parts/card.tsx";
import { useCell, usePage } from "../parts/context.tsx";
import { Fact, Facts } from "../parts/facts.tsx";
import { Hash } from "../parts/hash.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { useTitle } from "../parts/use-title.ts";
import { ask } from "../peers/ask.ts";
import { ProofPanel } from "../proof/proof-panel.tsx";
import { BlockTransactions } from "./block-transactions.tsx";

const About = ({ block }: { readonly block: BlockAnswer }) => {
  const { text, language } = usePage();
  const t = text.block;
  return (
    <Card title={t.header} className="about">
      <Facts>
        <Fact name={t.id}>
          <Hash value={block.id} what={t.id} />
        </Fact>
        <Fact name={t.time}>{moment(block.timestampMs, language)}</Fact>
        <Fact name={t.proposer}>{block.proposer}</Fact>
        <Fact name={t.view}>{count(block.view, language)}</Fact>
        <Fact name={t.epoch}>{count(block.epoch, language)}</Fact>
        <Fact name={t.transactions}>{count(block.transactions.length, language)}</Fact>
        <Fact name={t.parent}>
          {block.height > 1 ? (
            <Link href={`/block/${block.height - 1}`}>
              <code className="long">{block.parentId}</code>
            </Link>
          ) : (
            <code className="long">{block.parentId}</code>
          )}
        </Fact>
        <Fact name={t.bodyRoot}>
          <Hash value={block.bodyRoot} what={t.bodyRoot} />
        </Fact>
      </Facts>
    </Card>
  );
};

/** The blocks before and after; the one after is there once it is final. */
const Neighbours = ({ height }: { readonly height: number }) => {
  const { network, text } = usePage();
  const head = useCell(network.state.feed).height;
  return (
    <nav className="neighbours" aria-label={text.blocks.title}>
      {height > 1 ? (
        <Link href={`/block/${height - 1}`} rel="prev">
          ← {text.block.older}
        </Link>
      ) : (
        <span />
      )}
      {height < head && (
        <Link href={`/block/${height + 1}`} rel="next">
          {text.block.newer} →
        </Link>
      )}
    </nav>
  );
};

/** A block: its header, its transactions and the proof of both. `which` is a height or an id. */
export const BlockPage = ({ which }: { readonly which: string }) => {
  const { network, text, language } = usePage();
  useTitle(text.block.title(shortId(which)));
  const isFound = useCell(network.state.channel) !== undefined;
  const [asked, again] = useAnswer(
    isFound ? which : "",
    async (signal) =>
      (
        await ask<BlockAnswer>(network.directory.pool, `/api/v2/blocks/${encodeURIComponent(which)}`, {
          signal,
        })
      ).answer,
  );
  // What the address names is what has to be proven, whatever the peer says that it gave.
  const named = /^\d+$/.test(which) ? { height: Number(which) } : { id: which };
  const isGenesis = which === "0";
  if (!isFound) return <p className="empty">{text.loading}</p>;
  return (
    <div className="detail">
      <AskedView
        asked={asked}
        again={again}
        unknown={{ BLOCK_UNKNOWN: isGenesis ? text.block.genesis : text.block.unknown }}
      >
        {(block) => (
          <>
            <div className="heading">
              <h1>{text.block.title(count(block.height, language))}</h1>
              <Neighbours height={block.height} />
            </div>
            <div className="columns">
              <About block={block} />
              <BlockTransactions height={block.height} ids={block.transactions} />
              <ProofPanel
                subject={{ kind: "blocks", name: which, shown: { ...block, ...named } }}
                isExecuted
              />
            </div>
          </>
        )}
      </AskedView>
    </div>
  );
};
