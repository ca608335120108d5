import type { Lane, Membership } from "@dure/network";
import type { Epochs } from "./epochs.ts";
import { encodeFrame, type Frame } from "./frame.ts";

/** Which lane a frame travels on: consensus is small and urgent, the rest may be large. */
const laneOf = (frame: Frame): Lane =>
  frame.type === "consensus" || frame.type === "held" ? "consensus" : "bulk";

/** The channel's connected peers, by id and by index among the current validators. */
export type Links = {
  readonly send: (peerId: string, frame: Frame) => boolean;
  /** To every connected peer; the frame is encoded once. */
  readonly broadcast: (frame: Frame) => void;
  readonly connected: () => readonly string[];
  readonly indexOf: (peerId: string) => number | undefined;
  readonly peerOf: (index: number) => string | undefined;
};

/** Links over a transport's membership; `epochs` knows the validators by index. */
export const createLinks = (
  membership: Membership,
  connected: () => readonly string[],
  epochs: Pick<Epochs, "indexOf" | "peerOf">,
): Links => ({
  send: (peerId, frame) => membership.send(peerId, laneOf(frame), encodeFrame(frame)),
  broadcast: (frame) => {
    const bytes = encodeFrame(frame);
    const lane = laneOf(frame);
    for (const peerId of connected()) membership.send(peerId, lane, bytes);
  },
  connected,
  indexOf: (peerId) => epochs.indexOf(peerId),
  peerOf: (index) => epochs.peerOf(index),
});
