import { status as code } from "@grpc/grpc-js";
import { FRAME_OVERHEAD_BYTES } from "./limits.ts";
import { type Status, statusOf } from "./status.ts";

/** What both ends of a gRPC stream have in common. */
export type FrameDuplex = {
  write(frame: Buffer, callback: () => void): unknown;
  pause(): unknown;
  on(event: "data", listener: (frame: Buffer) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "end" | "cancelled", listener: () => void): unknown;
};

export type LaneStreamOptions = {
  readonly stream: FrameDuplex;
  readonly queueBytesMax: number;
  /** Ends the stream with a status; each end of gRPC has its own way. */
  readonly hangUp: (status: Status) => void;
  readonly onFrame: (frame: Uint8Array) => void;
  /** The stream has ended, by either side. Called once. */
  readonly onClosed: (status: Status) => void;
};

/** One lane of one link: a stream with a bounded queue before it. */
export type LaneStream = {
  /** Takes the frame, or returns false if the queue is full. The frame must not be changed afterwards. */
  send(frame: Uint8Array): boolean;
  /** Begins to read. Until then gRPC's flow control holds the other side back. */
  open(): void;
  close(status: Status): void;
};

/**
 * A queue of our own stands before gRPC, which is handed one frame at a time: what waits here can be counted and, when
 * the stream is replaced or given up, dropped, while what gRPC holds can not. A stream thus holds at most
 * `queueBytesMax`, the frame in gRPC's hands included.
 */
export const createLaneStream = (options: LaneStreamOptions): LaneStream => {
  const { stream } = options;
  let queue: (Uint8Array | undefined)[] = [];
  let head = 0;
  let queuedBytes = 0;
  let writing = false;
  let closed = false;

  const ended = (status: Status): void => {
    if (closed) return;
    closed = true;
    queue = [];
    options.onClosed(status);
  };
  const close = (status: Status): void => {
    if (closed) return;
    ended(status);
    options.hangUp(status);
  };
  const gone = { code: code.CANCELLED, details: "the other side ended the stream" };
  stream.on("error", (error) => ended(statusOf(error)));
  stream.on("cancelled", () => ended(gone));
  // The other side has only stopped sending: without a status from here the stream would stay half open.
  stream.on("end", () => close(gone));

  const pump = (): void => {
    const frame = queue[head];
    if (writing || closed || frame === undefined) return;
    writing = true;
    stream.write(Buffer.from(frame.buffer, frame.byteOffset, frame.length), () => {
      writing = false;
      if (closed) return;
      queuedBytes -= frame.length + FRAME_OVERHEAD_BYTES;
      queue[head] = undefined;
      head += 1;
      if (head === queue.length || head > 1024) {
        queue = queue.slice(head);
        head = 0;
      }
      pump();
    });
  };

  return {
    send: (frame) => {
      const bytes = frame.length + FRAME_OVERHEAD_BYTES;
      if (closed || queuedBytes + bytes > options.queueBytesMax) return false;
      queuedBytes += bytes;
      queue.push(frame);
      pump();
      return true;
    },
    open: () => {
      stream.on("data", (frame) => {
        if (!closed) options.onFrame(frame);
      });
    },
    close,
  };
};
