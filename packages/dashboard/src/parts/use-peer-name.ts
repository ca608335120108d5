import { useCell, usePage } from "./context.tsx";

/** Gives a peer's id by its URL, or the URL's host where the id is not known. */
export const usePeerName = (): ((url: string) => string) => {
  const peers = useCell(usePage().network.state.peers);
  return (url) => peers.find((peer) => peer.url === url)?.id ?? url.replace(/^https?:\/\//, "");
};
