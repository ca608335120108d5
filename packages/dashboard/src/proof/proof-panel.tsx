import { useEffect } from "react";
import { shortId } from "../format/short.ts";
import { Card } from "../parts/card.tsx";
import { useCell, usePage } from "../parts/context.tsx";
import { FileButton } from "../parts/file-button.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { type Check, check, type Subject } from "./check.ts";
import { sentences } from "./sentences.ts";

/** The seal: a word and a sign, never a colour alone. */
const Seal = ({ outcome }: { readonly outcome: Check["outcome"] | "working" }) => {
  const { text } = usePage();
  const word = { verified: text.proof.verified, refused: text.proof.refused, working: text.proof.working };
  return (
    <p className={`seal ${outcome}`} role="status">
      <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
        <circle cx="12" cy="12" r="10.5" />
        {outcome === "verified" && <path d="M7 12.5l3.5 3.5L17 9" />}
        {outcome === "refused" && <path d="M8 8l8 8M16 8l-8 8" />}
      </svg>
      {word[outcome]}
    </p>
  );
};

const Verdict = ({ result }: { readonly result: Check }) => {
  const { text, language } = usePage();
  if (result.outcome === "verified")
    return (
      <ol className="steps">
        {sentences(text, language, result.proof, result.found).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ol>
    );
  const reasons: Readonly<Record<string, string>> = { ...text.proof.reasons, OTHER: text.proof.other };
  return (
    <>
      <p>{reasons[result.code] ?? text.failed(result.message)}</p>
      {result.message !== "" && <p className="note">{result.message}</p>}
    </>
  );
};

/** How soon a proof that was not ready is asked for again. */
const AGAIN_MS = 1_000;

/** What the proof was checked against, and the choice of it. */
const Trust = ({ outcome }: { readonly outcome: Check["outcome"] }) => {
  const { network, text } = usePage();
  const { ownGenesis, channel } = network.state;
  const own = useCell(ownGenesis);
  const id = useCell(channel)?.id ?? "";
  const open = async ([file]: readonly File[]): Promise<void> => {
    if (file !== undefined) ownGenesis.set({ name: file.name, text: await file.text() });
  };
  const word = outcome === "verified" ? text.proof.by.own : text.proof.against;
  const said = own === undefined ? text.proof.by.peer(shortId(id)) : word(own.name);
  return (
    <div className="trust">
      <p className="note">{said}</p>
      {own === undefined && <code className="long">{id}</code>}
      <div className="buttons">
        <FileButton accept=".json,application/json" onFiles={(files) => void open(files)}>
          {text.proof.open}
        </FileButton>
        {own !== undefined && (
          <button type="button" onClick={() => ownGenesis.set(undefined)}>
            {text.proof.forget}
          </button>
        )}
      </div>
    </div>
  );
};

/** The proof of a transaction or block, verified in this browser, with what was checked in sentences. */
export const ProofPanel = ({
  subject,
  isExecuted,
}: {
  readonly subject: Subject;
  /** When that changes, there is more to prove. */
  readonly isExecuted: boolean;
}) => {
  const { network, text } = usePage();
  const own = useCell(network.state.ownGenesis);
  const [asked, again] = useAnswer(
    `${subject.name} ${isExecuted} ${own?.name} ${own?.text.length}`,
    (signal) => check(network, subject, own, signal),
  );
  const isForming = asked.phase === "failed" && asked.code === "PROOF_NOT_READY";
  useEffect(() => {
    if (!isForming) return undefined;
    const timer = setTimeout(again, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isForming, again]);
  return (
    <Card title={text.proof.title} className="proof">
      <p className="note">{text.proof.intro}</p>
      {asked.phase === "answered" ? (
        <>
          <Seal outcome={asked.answer.outcome} />
          <Verdict result={asked.answer} />
          <Trust outcome={asked.answer.outcome} />
        </>
      ) : (
        <>
          {(asked.phase === "asking" || isForming) && <Seal outcome="working" />}
          {isForming && <p>{text.proof.forming}</p>}
          {asked.phase === "failed" && !isForming && (
            <div role="alert">
              <p>{text.failed(asked.message)}</p>
              <button type="button" onClick={again}>
                {text.retry}
              </button>
            </div>
          )}
        </>
      )}
    </Card>
  );
};
