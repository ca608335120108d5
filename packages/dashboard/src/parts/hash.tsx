import { useState } from "react";
import { shortId } from "../format/short.ts";
import { usePage } from "./context.tsx";

/** An id in full, breaking where it must, with a button that copies it. */
export const Hash = ({ value, what }: { readonly value: string; readonly what: string }) => {
  const { text } = usePage();
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
  };
  return (
    <span className="hash">
      <code>{value}</code>
      {/* Pages that come over plain HTTP from another machine have no clipboard. */}
      {navigator.clipboard !== undefined && (
        <button
          type="button"
          className="bare"
          aria-label={text.copy(what)}
          title={text.copy(what)}
          onClick={() => void copy().catch(() => setCopied(false))}
          onBlur={() => setCopied(false)}
        >
          {isCopied ? <span role="status">{text.copied}</span> : <CopyMark />}
        </button>
      )}
    </span>
  );
};

const CopyMark = () => (
  <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" fill="none" stroke="currentColor" />
    <path d="M3 10.5V4A1.5 1.5 0 0 1 4.5 2.5H10.5" fill="none" stroke="currentColor" />
  </svg>
);

/** The beginning of an id, the whole of which is its title. */
export const ShortHash = ({ value }: { readonly value: string }) => (
  <code title={value}>{shortId(value)}</code>
);
