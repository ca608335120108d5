import { useEffect } from "react";
import { useCell, usePage } from "../parts/context.tsx";
import { usePeerName } from "../parts/use-peer-name.ts";

const SHOWN_MS = 12_000;

/** Says, for a while, that a peer fell silent and another one took its place. */
export const NoticeBar = () => {
  const { network, text } = usePage();
  const notice = useCell(network.state.notice);
  const peerName = usePeerName();
  useEffect(() => {
    if (notice === undefined) return undefined;
    const timer = setTimeout(() => network.state.notice.set(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice, network]);
  return (
    // The region stands there always: screen readers tell of what changes in it, not of its coming.
    <div role="status" className="notice">
      {notice !== undefined && <p>{text.link.switched(peerName(notice.from), peerName(notice.to))}</p>}
    </div>
  );
};
