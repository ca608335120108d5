import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Parser } from "tar";
import { CliError } from "../error.ts";

/** What an archive of a contract's sources may have. */
const ARCHIVE_BYTES_MAX = 16 << 20;
const CONTENT_BYTES_MAX = 64 << 20;
const FILES_MAX = 5_000;

const refused = (path: string, why: string): CliError =>
  new CliError("SCORE_SOURCE", `${path} is refused: ${why}`);

/** Where a file of an archive goes, as path segments; undefined where that is outside. Windows' ways are refused anywhere. */
const segmentsOf = (name: string): readonly string[] | undefined => {
  if (name.startsWith("/") || /[\\:\0]/.test(name)) return undefined;
  const segments = name.split("/").filter((segment) => segment !== "" && segment !== ".");
  return segments.length === 0 || segments.includes("..") ? undefined : segments;
};

const readBounded = async (path: string): Promise<Buffer> => {
  const { size } = await stat(path);
  if (size > ARCHIVE_BYTES_MAX) throw refused(path, `it has more than ${ARCHIVE_BYTES_MAX} bytes`);
  try {
    return gunzipSync(await readFile(path), { maxOutputLength: CONTENT_BYTES_MAX });
  } catch {
    throw refused(path, `it is no archive in gzip of at most ${CONTENT_BYTES_MAX} bytes`);
  }
};

/** The files of an archive by path. Nothing but plain files and directories is taken: no links, no devices. */
const filesIn = (path: string, content: Buffer): Promise<ReadonlyMap<string, Buffer>> =>
  new Promise((resolve, reject) => {
    const files = new Map<string, Buffer>();
    const parser = new Parser({
      strict: true,
      onReadEntry: (entry) => {
        const segments = segmentsOf(entry.path);
        const isDirectory = entry.type === "Directory";
        const isFile = entry.type === "File" || entry.type === "OldFile";
        if (!isDirectory && (!isFile || segments === undefined || files.size >= FILES_MAX)) {
          const why = !isFile
            ? `${entry.path} is a ${entry.type}`
            : segments === undefined
              ? `${entry.path} leads outside`
              : `it has more than ${FILES_MAX} files`;
          reject(refused(path, why));
          entry.resume();
          return;
        }
        const chunks: Buffer[] = [];
        entry.on("data", (chunk: Buffer) => chunks.push(chunk));
        entry.on("end", () => {
          if (isFile) files.set(segments!.join("/"), Buffer.concat(chunks));
        });
      },
    });
    parser.on("error", (error: Error) => reject(refused(path, error.message)));
    parser.on("end", () => resolve(files));
    parser.end(content);
  });

/** The one folder that everything is in, with a slash, as in npm's archives; empty if there is none. */
const commonFolder = (paths: readonly string[]): string => {
  const [first = ""] = paths[0]?.split("/") ?? [];
  const folder = `${first}/`;
  return paths.every((path) => path.startsWith(folder)) ? folder : "";
};

/**
 * Unpacks an archive (.tgz) of a contract's sources into a directory, bounded, and nowhere else.
 *
 * @throws CliError `SCORE_SOURCE` with what is wrong
 */
export const unpackArchive = async (path: string, directory: string): Promise<void> => {
  const files = await filesIn(path, await readBounded(path));
  const folder = commonFolder([...files.keys()]);
  for (const [name, bytes] of files) {
    const target = join(directory, ...name.slice(folder.length).split("/"));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes, { flag: "wx" });
  }
};
