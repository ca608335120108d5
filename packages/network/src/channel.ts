import type { NetworkEvent } from "./event.ts";
import type { Lane } from "./lane.ts";
import type { Limits } from "./limits.ts";
import { createLink, type Link } from "./link.ts";
import { REFUSALS, type Status } from "./status.ts";

/** What a channel's owner is told. A handler that throws is a bug of ours and takes the process down. */
export type ChannelHandlers = {
  /** A frame from a peer that is up. It is the receiver's to keep. */
  onFrame(from: string, lane: Lane, frame: Uint8Array): void;
  /** The peer can be sent to. Frames come only between `onUp` and `onDown`. */
  onUp(peerId: string): void;
  /** The peer is gone; frames on their way may be lost. */
  onDown(peerId: string): void;
};

/** A joined channel: its links, at most one up for each peer. */
export type Channel = {
  readonly id: string;
  /** A link of this channel that reports its rise and fall to it, and its end to `onClosed` besides. */
  link(
    proven: { readonly peerId: string; readonly certificate: Uint8Array; readonly session: string },
    onClosed: (link: Link, status: Status, wasUp: boolean) => void,
  ): Link;
  connected(): readonly string[];
  send(to: string, lane: Lane, frame: Uint8Array): boolean;
  /** Ends all links, opening ones too. */
  close(status: Status): void;
  /** Ends the links that `keep` does not keep. */
  review(keep: (link: Link) => boolean): void;
};

/** A channel without links. */
export const createChannel = (options: {
  readonly id: string;
  readonly handlers: ChannelHandlers;
  readonly limits: Limits;
  readonly emit: (event: NetworkEvent) => void;
}): Channel => {
  const { id, handlers, limits, emit } = options;
  const all = new Set<Link>();
  const up = new Map<string, Link>();

  const rise = (link: Link): void => {
    up.get(link.peerId)?.close(REFUSALS.REPLACED);
    // The handler of the old link's fall may have left the channel.
    if (!link.isUp()) return;
    up.set(link.peerId, link);
    emit({ type: "up", peerId: link.peerId, channelId: id });
    handlers.onUp(link.peerId);
  };

  const fall = (link: Link, status: Status): boolean => {
    all.delete(link);
    if (up.get(link.peerId) !== link) return false;
    up.delete(link.peerId);
    emit({ type: "down", peerId: link.peerId, channelId: id, code: status.code, reason: status.details });
    handlers.onDown(link.peerId);
    return true;
  };

  return {
    id,
    link: (proven, onClosed) => {
      const link = createLink({
        ...proven,
        channelId: id,
        queueBytesMax: limits.queueBytesMax,
        onUp: rise,
        onFrame: (lane, frame) => handlers.onFrame(proven.peerId, lane, frame),
        onClosed: (closed, status) => onClosed(closed, status, fall(closed, status)),
      });
      all.add(link);
      return link;
    },
    connected: () => [...up.keys()].sort(),
    send: (to, lane, frame) => {
      const link = up.get(to);
      if (link === undefined) return false;
      const tooLarge = frame.length > limits.frameBytesMax;
      if (!tooLarge && link.send(lane, frame)) return true;
      const reason = tooLarge ? "too-large" : "queue-full";
      emit({ type: "dropped", peerId: to, channelId: id, lane, bytes: frame.length, reason });
      return false;
    },
    close: (status) => {
      for (const link of all) link.close(status);
    },
    review: (keep) => {
      for (const link of all) if (!keep(link)) link.close(REFUSALS.NOT_A_MEMBER);
    },
  };
};
