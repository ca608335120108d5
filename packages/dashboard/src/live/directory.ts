import type { StatusAnswer } from "../answers.ts";
import { type KnownPeer, stationPeers } from "../peers/list.ts";
import { createPool, type Pool } from "../peers/pool.ts";
import { type Heard, peerRows } from "./peer-rows.ts";
import type { State } from "./state.ts";

/** Which peers there are, and what each said when it was last asked. */
export type Directory = {
  readonly pool: Pool;
  readonly known: () => readonly KnownPeer[];
  /** Asks the RadioStation, where one serves the page, which peers there are. */
  readonly learn: () => Promise<void>;
  /** Takes down what a peer said, or that it said nothing, and shows it. */
  readonly heard: (url: string, what: StatusAnswer | "silent") => void;
  readonly show: () => void;
};

/** A directory that knows nobody yet; it keeps `state.peers` up to date. */
export const createDirectory = (state: State, page: Location): Directory => {
  const pool = createPool([]);
  const heardOf = new Map<string, Heard>();
  let known: readonly KnownPeer[] = [];
  const show = (): void =>
    state.peers.set(peerRows(known, heardOf, state.consensus.get(), state.channel.get()?.id));
  return {
    pool,
    known: () => known,
    learn: async () => {
      const listed = await stationPeers(page);
      // A RadioStation that fell silent takes nobody along: the peers that it named stay known.
      if (listed === undefined && known.length > 0) return;
      known = listed ?? [{ url: page.origin, id: undefined }];
      const urls = known.map(({ url }) => url);
      pool.know(urls);
      for (const url of heardOf.keys()) if (!urls.includes(url)) heardOf.delete(url);
    },
    heard: (url, what) => {
      heardOf.set(url, what);
      show();
    },
    show,
  };
};
