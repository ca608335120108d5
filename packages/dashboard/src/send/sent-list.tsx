import { Link } from "wouter";
import { span } from "../format/digits.ts";
import { shortId } from "../format/short.ts";
import type { Sent } from "../live/sent.ts";
import { useCell, usePage } from "../parts/context.tsx";
import { Outcome } from "../parts/outcome.tsx";

const STAGES = ["accepted", "final", "executed"] as const;

const Path = ({ sent }: { readonly sent: Sent }) => {
  const { text, language } = usePage();
  const after = {
    accepted: sent.acceptedAfterMs,
    final: sent.finalAfterMs,
    executed: sent.executedAfterMs,
  };
  return (
    <li className="sent">
      <div>
        <Link href={`/transaction/${sent.id}`} title={sent.id}>
          <code>{shortId(sent.id)}</code>
        </Link>
        {sent.code !== undefined && <Outcome code={sent.code} />}
      </div>
      <ol className="path">
        {STAGES.map((stage) => (
          <li key={stage} className={after[stage] === undefined ? "ahead" : "reached"}>
            <span>{text.stages[stage]}</span>
            <small>{span(after[stage], language)}</small>
          </li>
        ))}
      </ol>
      {sent.message !== undefined && sent.message !== "" && <p className="note">{sent.message}</p>}
    </li>
  );
};

/** The transactions that were sent from this page, with how far each has come and how long that took. */
export const SentList = () => {
  const { network, text } = usePage();
  const sent = useCell(network.state.sent);
  if (sent.length === 0) return null;
  return (
    <div className="sent-list">
      <h3>{text.send.mine}</h3>
      <ul aria-live="polite" aria-relevant="additions text">
        {sent.map((one) => (
          <Path key={one.id} sent={one} />
        ))}
      </ul>
    </div>
  );
};
