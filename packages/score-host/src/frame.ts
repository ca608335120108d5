import { FRAME_BYTES_MAX } from "./bounds.ts";

/** Returns a text as one frame: its length in 4 bytes, big-endian, then itself in UTF-8. */
export const encodeFrame = (text: string): Buffer => {
  const size = Buffer.byteLength(text, "utf8");
  if (size > FRAME_BYTES_MAX) throw new RangeError(`a frame of ${size} bytes is too large`);
  const frame = Buffer.allocUnsafe(4 + size);
  frame.writeUInt32BE(size, 0);
  frame.write(text, 4, "utf8");
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
