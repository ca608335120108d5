import { usePage } from "./context.tsx";

/** SCOREs refuse with 9000; 9100 is the container's. */
const REFUSED = 9000;

/** A receipt's code as a word, never by colour alone. */
export const Outcome = ({ code }: { readonly code: number }) => {
  const { text } = usePage();
  if (code === 0) return <span className="outcome ok">{text.result.ok}</span>;
  return (
    <span className="outcome bad">
      {code === REFUSED ? text.result.refused : text.result.failed} {code}
    </span>
  );
};
