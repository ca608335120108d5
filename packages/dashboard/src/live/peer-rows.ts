import type { ConsensusAnswer, StatusAnswer } from "../answers.ts";
import type { KnownPeer } from "../peers/list.ts";
import type { PeerRow } from "./state.ts";

/** What a peer said when it was last asked: its status, or nothing. */
export type Heard = StatusAnswer | "silent" | undefined;

const rowOf = (id: string, url: string | undefined, heard: Heard, channelId: string | undefined): PeerRow => {
  if (heard === undefined || heard === "silent") {
    const state = heard ?? "unknown";
    return { id, url, state, height: undefined, executedHeight: undefined, links: undefined };
  }
  const isHalted = heard.halted !== undefined || heard.diverged !== undefined;
  const isElsewhere = channelId !== undefined && heard.channelId !== channelId;
  return {
    id,
    url,
    state: isElsewhere ? "elsewhere" : isHalted ? "halted" : "online",
    height: heard.height,
    executedHeight: heard.executedHeight,
    links: heard.connected.length,
  };
};

/**
 * A row per peer: the validators in the order in which they lead, then other peers that are known. A validator whose
 * address nobody told has a row too; whether it is there is known by those that it is linked with.
 */
export const peerRows = (
  known: readonly KnownPeer[],
  heardOf: ReadonlyMap<string, Heard>,
  consensus: ConsensusAnswer | undefined,
  channelId: string | undefined,
): readonly PeerRow[] => {
  const named = known.map(({ url, id }) => {
    const heard = heardOf.get(url);
    const told = typeof heard === "object" ? heard.peerId : undefined;
    return { url, heard, id: told ?? id ?? url.replace(/^https?:\/\//, "") };
  });
  const validators = (consensus?.validators ?? []).map(({ id, connected }): PeerRow => {
    const found = named.find((peer) => peer.id === id);
    if (found !== undefined) return rowOf(id, found.url, found.heard, channelId);
    const row = rowOf(id, undefined, undefined, channelId);
    return { ...row, state: connected ? "online" : "silent" };
  });
  const others = named.filter(({ id }) => !validators.some((row) => row.id === id));
  return [...validators, ...others.map(({ id, url, heard }) => rowOf(id, url, heard, channelId))];
};
