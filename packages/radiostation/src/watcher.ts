import type { PeerStatus } from "./peer-status.ts";

/** A peer's connection as v1 numbers it. Unknown: registered, but not heard since the RadioStation started. */
export const CONNECTION = { unknown: 0, connected: 1, disconnected: 2 } as const;
export type Connection = (typeof CONNECTION)[keyof typeof CONNECTION];

export type Watcher = {
  /** Notes that a peer was heard, with its status in a channel if it sent one. */
  heard(peerId: string, status?: PeerStatus, channel?: string): void;
  connection(peerId: string): Connection;
  /** When the peer was last heard, or undefined. */
  heardAtMs(peerId: string): number | undefined;
  /** The peer's latest status in the channel, or in the channel that it named first. */
  status(peerId: string, channel?: string): PeerStatus | undefined;
  /** Reports the peers that fell silent since the last check. Called on a timer. */
  check(): void;
};

type Seen = { atMs: number; reported: Connection; readonly statuses: Map<string, PeerStatus> };

/** More channels than any peer serves; the bound keeps an unruly one from filling the memory. */
const CHANNELS_MAX = 64;

/**
 * Watches peers by their heartbeats. A connection is judged at the moment of asking, by the given clock; `onChange` is
 * told once of each change, of a silence at the next check.
 *
 * @param options `silenceMs`: how long after the last heartbeat a peer counts as disconnected.
 */
export const createWatcher = (options: {
  readonly nowMs: () => number;
  readonly silenceMs: () => number;
  readonly onChange: (peerId: string, connection: Connection) => void;
}): Watcher => {
  const { nowMs, silenceMs, onChange } = options;
  const peers = new Map<string, Seen>();

  const connection = (peerId: string): Connection => {
    const seen = peers.get(peerId);
    if (seen === undefined) return CONNECTION.unknown;
    return nowMs() - seen.atMs < silenceMs() ? CONNECTION.connected : CONNECTION.disconnected;
  };
  const report = (peerId: string, seen: Seen): void => {
    const now = connection(peerId);
    if (now === seen.reported) return;
    seen.reported = now;
    onChange(peerId, now);
  };

  return {
    heard: (peerId, status, channel = "") => {
      const seen = peers.get(peerId) ?? { atMs: 0, reported: CONNECTION.unknown, statuses: new Map() };
      seen.atMs = nowMs();
      peers.set(peerId, seen);
      if (status && (seen.statuses.has(channel) || seen.statuses.size < CHANNELS_MAX))
        seen.statuses.set(channel, status);
      report(peerId, seen);
    },
    connection,
    heardAtMs: (peerId) => peers.get(peerId)?.atMs,
    status: (peerId, channel) => {
      const statuses = peers.get(peerId)?.statuses;
      return channel === undefined ? statuses?.values().next().value : statuses?.get(channel);
    },
    check: () => {
      for (const [peerId, seen] of peers) report(peerId, seen);
    },
  };
};
