import { ClientError } from "@dure/client";
import { useCallback, useEffect, useState } from "react";

/** What came of asking: nothing yet, an answer, or why there is none. */
export type Asked<T> =
  | { readonly phase: "asking" }
  | { readonly phase: "answered"; readonly answer: T }
  | { readonly phase: "failed"; readonly code: string; readonly message: string };

/**
 * Asks when the view appears and whenever `key` changes; an answer that comes after that is dropped. Returns what came of
 * it and a way to ask again, which keeps the last answer until the next one is there.
 */
export const useAnswer = <T>(
  key: string,
  askFor: (signal: AbortSignal) => Promise<T>,
): readonly [Asked<T>, () => void] => {
  const [round, setRound] = useState(0);
  const [asked, setAsked] = useState<{ readonly key: string; readonly value: Asked<T> }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: askFor is made anew at every render; key says when it differs.
  useEffect(() => {
    const leaving = new AbortController();
    const settle = (value: Asked<T>): void => {
      if (!leaving.signal.aborted) setAsked({ key, value });
    };
    askFor(leaving.signal).then(
      (answer) => settle({ phase: "answered", answer }),
      (error: unknown) =>
        settle({
          phase: "failed",
          code: error instanceof ClientError ? error.code : "INTERNAL",
          message: error instanceof Error ? error.message : String(error),
        }),
    );
    return () => leaving.abort();
  }, [key, round]);
  const again = useCallback(() => setRound((last) => last + 1), []);
  return [asked?.key === key ? asked.value : { phase: "asking" }, again];
};
