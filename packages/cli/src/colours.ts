import type { WriteStream } from "node:tty";
import pc from "picocolors";

/**
 * Colours for one stream. Only a terminal gets them, unless FORCE_COLOR asks: the library would colour pipes and files
 * as well wherever the variable CI is set, and a program that reads our lines would find escape codes in them.
 */
const coloursFor = (stream: Pick<WriteStream, "isTTY">): ReturnType<typeof pc.createColors> =>
  pc.createColors(pc.isColorSupported && (stream.isTTY === true || "FORCE_COLOR" in process.env));

export const outColours = coloursFor(process.stdout);
export const errorColours = coloursFor(process.stderr);
