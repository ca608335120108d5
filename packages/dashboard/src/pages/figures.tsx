import { type ReactNode, useEffect, useState } from "react";
import { count, rate, span } from "../format/digits.ts";
import { useCell, usePage } from "../parts/context.tsx";
import { Sparkline } from "../parts/sparkline.tsx";

const Figure = ({
  name,
  value,
  note,
  children,
}: {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly children?: ReactNode;
}) => (
  <div className="figure">
    <dt>{name}</dt>
    <dd>
      <strong>{value}</strong>
      <span className="note">{note}</span>
      {children}
    </dd>
  </div>
);

const TICK_MS = 1_000;

/** The rate falls with time even when nothing arrives, so this one looks at the clock. */
const RateFigure = () => {
  const { network, text, language } = usePage();
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNowMs(Date.now());
    }, TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Figure
      name={text.figures.rate}
      value={rate(network.rate.perSecond(nowMs), language)}
      note={text.figures.rateNote}
    >
      <Sparkline values={network.rate.history(nowMs)} />
    </Figure>
  );
};

/** The few numbers by which one sees how the channel is. */
export const Figures = () => {
  const { network, text, language } = usePage();
  const feed = useCell(network.state.feed);
  const isKnown = useCell(network.state.channel) !== undefined;
  const known = (value: number): string => count(isKnown ? value : undefined, language);
  return (
    <dl className="figures" aria-label={text.figures.title}>
      <Figure
        name={text.figures.height}
        value={known(feed.height)}
        note={text.figures.heightNote(known(feed.executedHeight))}
      />
      <Figure name={text.figures.final} value={span(feed.finalMs, language)} note={text.figures.finalNote} />
      <RateFigure />
      <Figure name={text.figures.total} value={known(feed.transactionCount)} note={text.figures.totalNote} />
    </dl>
  );
};
