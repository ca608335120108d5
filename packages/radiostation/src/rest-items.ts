import type { Directory } from "./directory.ts";
import type { PeerStatus } from "./peer-status.ts";
import type { Registration } from "./protocol.ts";
import { CONNECTION, type Watcher } from "./watcher.ts";

/** What the v1 answers are made of. */
export type RestSource = { readonly directory: Directory; readonly watcher: Watcher };

/** A peer as v1 lists it. */
export type PeerItem = {
  readonly order: number;
  readonly peer_id: string;
  readonly group_id: string;
  readonly target: string;
  /** host:port of its REST: ours, so that a page finds the peers. */
  readonly rest_target: string;
  readonly cert: string;
  readonly status_update_time: string;
  readonly status: 0 | 1 | 2;
  readonly peer_type: 0 | 1;
};

/** v1 gives times as `YYYY-MM-DD hh:mm:ss.ffffff`; ours are UTC and exact to the millisecond. */
const timeText = (atMs: number): string =>
  `${new Date(atMs).toISOString().replace("T", " ").slice(0, -1)}000`;

/** A peer's group in v1: a peer alone is a group of one, and bears its id. */
export const groupIdOf = (peer: Registration): string => peer.peerId;

export const isConnected = ({ watcher }: RestSource, peer: Registration): boolean =>
  watcher.connection(peer.peerId) === CONNECTION.connected;

export const peerItem = (
  { watcher }: RestSource,
  peer: Registration,
  channel: string | undefined,
): PeerItem => ({
  order: peer.order,
  peer_id: peer.peerId,
  group_id: groupIdOf(peer),
  target: peer.grpcAddress,
  rest_target: peer.restAddress,
  cert: peer.certificate,
  status_update_time: timeText(watcher.heardAtMs(peer.peerId) ?? peer.registeredAtMs),
  status: watcher.connection(peer.peerId),
  peer_type: watcher.status(peer.peerId, channel)?.peer_type === "1" ? 1 : 0,
});

/** The latest status of every peer that has reported one in the channel, by order of registration. */
export const statusItems = (
  { directory, watcher }: RestSource,
  channel: string | undefined,
): (PeerStatus & { order: number })[] =>
  directory.list().flatMap((peer) => {
    const status = watcher.status(peer.peerId, channel);
    return status === undefined ? [] : [{ ...status, order: peer.order }];
  });

/**
 * The connected peer that reports itself as leader. While the leader changes, heartbeats may name two: the one that
 * knows the higher block is the later one.
 */
export const leaderOf = (source: RestSource, channel: string | undefined): Registration | undefined => {
  const height = (peer: Registration) => source.watcher.status(peer.peerId, channel)?.block_height ?? 0;
  return source.directory
    .list()
    .filter((peer) => isConnected(source, peer))
    .filter((peer) => source.watcher.status(peer.peerId, channel)?.peer_type === "1")
    .sort((left, right) => height(right) - height(left))[0];
};
