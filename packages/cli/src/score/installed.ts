import { existsSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The packages that a contract's sources and tests import, as they stand beside this command. */
const AUTHORS_PACKAGES = ["@dure/score", "@dure/score-host"] as const;

/** The directory of an installed package whose main module is this. */
const directoryOf = (main: string): string => {
  let directory = dirname(main);
  while (!existsSync(join(directory, "package.json"))) directory = dirname(directory);
  return directory;
};

const installedAt = (name: string): string => directoryOf(fileURLToPath(import.meta.resolve(name)));

/** Node's types are there where dure is developed, and a test of a contract needs them in an editor. */
const nodeTypes = (): string | undefined => {
  try {
    return dirname(createRequire(import.meta.url).resolve("@types/node/package.json"));
  } catch {
    return undefined;
  }
};

const link = async (directory: string, name: string, target: string): Promise<void> => {
  const path = join(directory, "node_modules", ...name.split("/"));
  if (existsSync(path)) return;
  await mkdir(dirname(path), { recursive: true });
  // A junction needs no privilege on Windows; elsewhere the word means nothing.
  await symlink(target, path, "junction");
};

const isThere = (directory: string, name: string): boolean =>
  (createRequire(join(directory, "package.json")).resolve.paths(name) ?? []).some((path) =>
    existsSync(join(path, name, "package.json")),
  );

/** Makes the SDK and the test kit known in a directory that does not have them, by links to this installation. */
export const linkPackages = async (directory: string): Promise<void> => {
  const types = nodeTypes();
  for (const name of AUTHORS_PACKAGES)
    if (!isThere(directory, name)) await link(directory, name, installedAt(name));
  if (types !== undefined && !isThere(directory, "@types/node")) await link(directory, "@types/node", types);
};

/** The directory of TypeScript, as a directory would find it, or else this command; undefined where there is none. */
export const typescriptOf = (directory: string): string | undefined => {
  for (const from of [join(directory, "package.json"), fileURLToPath(import.meta.url)])
    try {
      return dirname(createRequire(from).resolve("typescript/package.json"));
    } catch {
      // The next place may have it.
    }
  return undefined;
};
