import type { ReactNode } from "react";
import { usePage } from "./context.tsx";
import type { Asked } from "./use-answer.ts";

/** An answer's view, or that it is awaited, or why there is none and a way to ask again. */
export const AskedView = <T,>({
  asked,
  again,
  unknown,
  children,
}: {
  readonly asked: Asked<T>;
  readonly again: () => void;
  /** What to say where nobody knows it, by the peer's code. */
  readonly unknown: Readonly<Record<string, string>>;
  readonly children: (answer: T) => ReactNode;
}) => {
  const { text } = usePage();
  if (asked.phase === "asking") return <p className="empty">{text.loading}</p>;
  if (asked.phase === "answered") return children(asked.answer);
  return (
    <div className="empty" role="alert">
      <p>{unknown[asked.code] ?? text.failed(asked.message)}</p>
      <button type="button" onClick={again}>
        {text.retry}
      </button>
    </div>
  );
};
