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
  /** Frames given to connections since the start, and their bytes: each once for every peer that it went to. */
  readonly counts: () => { readonly frames: number; readonly bytes: number };
};

/** Links over a transport's membership; `epochs` knows the validators by index. */
export const createLinks = (
  membership: Membership,
  connected: () => readonly string[],
  epochs: Pick<Epochs, "indexOf" | "peerOf">,
): Links => {
  const counts = { frames: 0, bytes: 0 };
  const give = (peerId: string, lane: Lane, bytes: Uint8Array): boolean => {
    const isTaken = membership.send(peerId, lane, bytes);
    if (isTaken) {
      counts.frames += 1;
      counts.bytes += bytes.length;
    }
    return isTaken;
  };
  return {
    send: (peerId, frame) => give(peerId, laneOf(frame), encodeFrame(frame)),
    broadcast: (frame) => {
      const bytes = encodeFrame(frame);
      const lane = laneOf(frame);
      for (const peerId of connected()) give(peerId, lane, bytes);
    },
    connected,
    indexOf: (peerId) => epochs.indexOf(peerId),
    peerOf: (index) => epochs.peerOf(index),
    counts: () => ({ ...counts }),
  };
};
