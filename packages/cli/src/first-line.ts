import type { Readable } from "node:stream";

const CHARACTERS_MAX = 1_024;

/**
 * The first line of a stream, without its end; undefined if the signal aborts or the stream ends before. Must be called
 * before the stream flows, or the line may be lost. What follows the line is left to flow by.
 */
export const firstLine = (stream: Readable, stopping: AbortSignal): Promise<string | undefined> =>
  new Promise((resolve) => {
    let text = "";
    const settle = (line: string | undefined): void => {
      stream.off("data", onData);
      resolve(line);
    };
    const onData = (chunk: Buffer): void => {
      text += chunk.toString("utf8");
      const end = text.indexOf("\n");
      if (end >= 0) settle(text.slice(0, end).trim());
      else if (text.length > CHARACTERS_MAX) settle(text.trim());
    };
    stream.on("data", onData).once("end", () => settle(undefined));
    stopping.addEventListener("abort", () => settle(undefined), { once: true });
  });
