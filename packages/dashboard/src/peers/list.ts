import { type PageAddress, peerUrl } from "./address.ts";
import { askOne } from "./ask.ts";

/** A peer that the page may talk to; its id is known when the RadioStation named it. */
export type KnownPeer = { readonly url: string; readonly id: string | undefined };

type ListAnswer = {
  readonly data?: {
    readonly registered_peer_list?: readonly { readonly peer_id?: unknown; readonly rest_target?: unknown }[];
  };
};

/** The peers in a RadioStation's answer, those that name no address left out. */
export const peersIn = (answer: unknown, page: PageAddress): readonly KnownPeer[] =>
  ((answer as ListAnswer | null)?.data?.registered_peer_list ?? []).flatMap((item) => {
    const url = peerUrl(item.rest_target, page);
    return url === undefined
      ? []
      : [{ url, id: typeof item.peer_id === "string" ? item.peer_id : undefined }];
  });

/**
 * The peers of the RadioStation that serves this page; undefined where no RadioStation does, so that the page came
 * from a peer.
 */
export const stationPeers = async (page: Location): Promise<readonly KnownPeer[] | undefined> => {
  try {
    return peersIn(await askOne<unknown>(page.origin, "/api/v1/peer/list"), page);
  } catch {
    return undefined;
  }
};
