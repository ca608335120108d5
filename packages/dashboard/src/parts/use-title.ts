import { useEffect } from "react";
import { useCell, usePage } from "./context.tsx";

/** Names the browser's tab after what the view shows and the channel. */
export const useTitle = (shown: string): void => {
  const { network, text } = usePage();
  const channel = useCell(network.state.channel);
  useEffect(() => {
    document.title = channel === undefined ? "dure" : text.title(shown, channel.name);
  }, [channel, text, shown]);
};
