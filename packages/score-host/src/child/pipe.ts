import { readSync, writeSync } from "node:fs";
import { encodeFrame } from "../frame.ts";
import type { Reply } from "../protocol.ts";
import { encodeReply } from "./encode-reply.ts";
import { parseText } from "./pristine.ts";

/** Waits for a frame on the standard input and returns its message. */
export const receive = (): unknown => {
  const length = readExactly(4).readUInt32BE(0);
  return parseText(readExactly(length).toString("utf8"));
};

/** Sends one message and returns when the pipe has taken all of it. */
export const send = (message: Reply): void => {
  const frame = encodeFrame(encodeReply(message));
  for (let sent = 0; sent < frame.length; ) sent += patiently(() => writeSync(1, frame, sent));
};

const readExactly = (length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length; ) {
    const count = patiently(() => readSync(0, bytes, filled, length - filled, null));
    // The parent closed the pipe or is gone: nobody is left to work for.
    if (count === 0) process.exit(0);
    filled += count;
  }
  return bytes;
};

const NEVER = new Int32Array(new SharedArrayBuffer(4));

// Some platforms hand over pipes that do not block; then the call is tried again a millisecond later.
const patiently = (call: () => number): number => {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EOF") return 0;
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(NEVER, 0, 0, 1);
    }
  }
};
