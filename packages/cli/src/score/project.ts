import { existsSync } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CliError } from "../error.ts";

/** A contract's sources on disk. */
export type Project = {
  /** Where its package.json is, or its entry where there is none. */
  readonly directory: string;
  /** The module whose default export is the contract. */
  readonly entry: string;
  /** What its package.json says; empty where there is none. */
  readonly manifest: Manifest;
};

/** A package.json, of which `id`, `version`, `auth`, `description` and `functions` say what the contract is. */
export type Manifest = Readonly<Record<string, unknown>>;

const ENTRIES = ["contract.ts", "contract.mts", "contract.js", "contract.mjs", "src/contract.ts"];

const readManifest = async (directory: string): Promise<Manifest> => {
  const path = join(directory, "package.json");
  if (!existsSync(path)) return {};
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Manifest;
  } catch {
    // Said below.
  }
  throw new CliError("SCORE_SOURCE", `${path} is no JSON object: correct it`);
};

const directoryProject = async (directory: string): Promise<Project> => {
  const name = ENTRIES.find((each) => existsSync(join(directory, each)));
  if (name === undefined)
    throw new CliError(
      "SCORE_SOURCE",
      `${directory} has no contract: its entry is contract.ts. dure score new makes one`,
    );
  return { directory, entry: join(directory, name), manifest: await readManifest(directory) };
};

/**
 * The sources that a path names: a directory with a contract, or the contract's own file, whose package.json counts if
 * it stands beside it or above, and says by an `id` that it is a contract's.
 *
 * @throws CliError `SCORE_SOURCE`
 */
export const projectAt = async (path: string): Promise<Project> => {
  // The true path: modules are named by it, and a link on the way would lead out of the project.
  const at = await realpath(resolve(path)).catch((cause: unknown) => {
    throw new CliError("SCORE_SOURCE", `${path} does not exist`, { cause });
  });
  if ((await stat(at)).isDirectory()) return directoryProject(at);
  for (let directory = dirname(at); ; directory = dirname(directory)) {
    const manifest = await readManifest(directory);
    if (Object.hasOwn(manifest, "id")) return { directory, entry: at, manifest };
    if (existsSync(join(directory, "package.json")) || directory === dirname(directory))
      return { directory: dirname(at), entry: at, manifest: {} };
  }
};
