import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { CliError } from "./error.ts";

const hasPage = (directory: string): boolean => existsSync(join(directory, "index.html"));

/**
 * The directory of the page to serve: the one given, or the one that comes with dure; undefined for `off`, or where that
 * one is not built.
 *
 * @throws CliError `PAGE_MISSING` if the one given holds no page.
 */
export const pageDirectory = (given: string | undefined): string | undefined => {
  if (given === "off") return undefined;
  if (given !== undefined) {
    const directory = resolve(given);
    if (hasPage(directory)) return directory;
    throw new CliError(
      "PAGE_MISSING",
      `${directory} holds no index.html: give the directory of a built page, or off`,
    );
  }
  const manifest = createRequire(import.meta.url).resolve("@dure/dashboard/package.json");
  const built = join(dirname(manifest), "dist");
  return hasPage(built) ? built : undefined;
};
