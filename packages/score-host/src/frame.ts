import { FRAME_BYTES_MAX } from "./bounds.ts";

/**
 * Returns a message as one frame: its length in 4 bytes, big-endian, then its JSON in UTF-8.
 *
 * @param stringify writes JSON: the engine's own, in a realm that has another
 */
export const encodeFrame = (
  message: unknown,
  stringify: (message: unknown) => string = JSON.stringify,
): Buffer => {
  const body = Buffer.from(stringify(message), "utf8");
  if (body.length > FRAME_BYTES_MAX) throw new RangeError(`a frame of ${body.length} bytes is too large`);
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32BE(body.length, 0);
  body.copy(frame, 4);
  return frame;
};

export type FrameReader = {
  /** Returns the bodies of the frames that are now complete, or undefined once the stream is malformed. */
  push(chunk: Buffer): Buffer[] | undefined;
};

/**
 * Returns a reader that cuts a stream into frames. A length of zero or beyond FRAME_BYTES_MAX makes the
 * stream malformed for ever, before a byte of the body is kept.
 */
export const frameReader = (): FrameReader => {
  let chunks: Buffer[] = [];
  let size = 0;
  let wanted: number | undefined;
  let broken = false;

  // Chunks are joined only when a header or a body is complete, so that a large frame is copied once.
  const take = (length: number): Buffer => {
    const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
    chunks = all.length > length ? [all.subarray(length)] : [];
    size -= length;
    return all.subarray(0, length);
  };

  return {
    push(chunk) {
      if (broken) return undefined;
      chunks.push(chunk);
      size += chunk.length;
      const frames: Buffer[] = [];
      for (;;) {
        if (wanted === undefined) {
          if (size < 4) return frames;
          wanted = take(4).readUInt32BE(0);
          broken = wanted === 0 || wanted > FRAME_BYTES_MAX;
          if (broken) return undefined;
        }
        if (size < wanted) return frames;
        frames.push(take(wanted));
        wanted = undefined;
      }
    },
  };
};
