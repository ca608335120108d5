import { LANES, type Lane } from "./lane.ts";
import { createLaneStream, type FrameDuplex, type LaneStream } from "./lane-stream.ts";
import { REFUSALS, type Status } from "./status.ts";

export type LinkOptions = {
  readonly peerId: string;
  readonly channelId: string;
  /** DER of the certificate that proved `peerId`. */
  readonly certificate: Uint8Array;
  readonly session: string;
  readonly queueBytesMax: number;
  readonly onUp: (link: Link) => void;
  readonly onFrame: (lane: Lane, frame: Uint8Array) => void;
  /** Called once, whether or not the link was ever up. */
  readonly onClosed: (link: Link, status: Status) => void;
};

/**
 * Two peers in one channel: a stream for each lane. The link is up while all of its lanes are open, and it lives and
 * dies as a whole, so that no frame of an earlier life arrives in a later one.
 */
export type Link = Pick<LinkOptions, "peerId" | "channelId" | "certificate" | "session"> & {
  isUp(): boolean;
  has(lane: Lane): boolean;
  /** Takes over a stream, which `hangUp` ends with a status. */
  add(lane: Lane, stream: FrameDuplex, hangUp: (status: Status) => void): void;
  /** Both sides want the lane. After the last one the link is up, and frames are read. */
  accept(lane: Lane): void;
  /** Takes the frame, or returns false if the link is not up or the lane's queue is full. */
  send(lane: Lane, frame: Uint8Array): boolean;
  close(status: Status): void;
};

/** A link without lanes. */
export const createLink = (options: LinkOptions): Link => {
  const { peerId, channelId, certificate, session } = options;
  const lanes = new Map<Lane, LaneStream>();
  const accepted = new Set<Lane>();
  let state: "opening" | "up" | "closed" = "opening";

  const end = (status: Status, statusOfLanes: Status): void => {
    if (state === "closed") return;
    state = "closed";
    for (const lane of lanes.values()) lane.close(statusOfLanes);
    options.onClosed(link, status);
  };

  const link: Link = {
    peerId,
    channelId,
    certificate,
    session,
    isUp: () => state === "up",
    has: (lane) => lanes.has(lane),
    add: (lane, stream, hangUp) => {
      const laneStream = createLaneStream({
        stream,
        queueBytesMax: options.queueBytesMax,
        hangUp,
        onFrame: (frame) => options.onFrame(lane, frame),
        onClosed: (status) => end(status, REFUSALS.OTHER_LANE),
      });
      if (state === "closed") laneStream.close(REFUSALS.OTHER_LANE);
      else lanes.set(lane, laneStream);
    },
    accept: (lane) => {
      accepted.add(lane);
      if (state !== "opening" || accepted.size < LANES.length) return;
      state = "up";
      options.onUp(link);
      for (const laneStream of lanes.values()) laneStream.open();
    },
    send: (lane, frame) => state === "up" && (lanes.get(lane)?.send(frame) ?? false),
    close: (status) => end(status, status),
  };
  return link;
};
