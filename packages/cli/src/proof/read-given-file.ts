import { open } from "node:fs/promises";
import { CliError, systemCode } from "../error.ts";

const tooLarge = (path: string, bytesMax: number): CliError =>
  new CliError("FILE_TOO_LARGE", `${path} has more than ${bytesMax} bytes: it is not what it should be`);

const textOf = (path: string, bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CliError("FILE_UNREADABLE", `${path} is no text in UTF-8: it is not what it should be`, {
      cause,
    });
  }
};

const collect = async (path: string, chunks: AsyncIterable<Buffer>, bytesMax: number): Promise<string> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > bytesMax) throw tooLarge(path, bytesMax);
    parts.push(chunk);
  }
  return textOf(path, Buffer.concat(parts));
};

/**
 * The text of a file that the user named, or of stdin for `-`, exactly as it stands there.
 *
 * @throws CliError `FILE_UNREADABLE` or `FILE_TOO_LARGE`.
 */
export const readGivenFile = async (path: string, bytesMax: number): Promise<string> => {
  if (path === "-") return collect("stdin", process.stdin, bytesMax);
  try {
    const file = await open(path, "r");
    return await collect(path, file.createReadStream(), bytesMax);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(
      "FILE_UNREADABLE",
      `${path} cannot be read (${systemCode(cause) ?? "unknown"}): check its name and permissions`,
      { cause },
    );
  }
};
