import { mkdir, readdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { CliError } from "../error.ts";
import { linkPackages } from "./installed.ts";
import { templateOf } from "./template.ts";

const NAME = /^[a-z0-9-]{1,64}$/;

/**
 * Makes a directory with a contract, its test and what editors need, which works at once and without a registry.
 *
 * @param name the SCORE's; the directory's if it is not given
 * @returns the directory and the name
 * @throws CliError `USAGE` for a name that is none, `SCORE_EXISTS` for a directory that holds something
 */
export const newProject = async (path: string, name?: string) => {
  const directory = resolve(path);
  const id = name ?? basename(directory).toLowerCase();
  if (!NAME.test(id) || id === "configuration")
    throw new CliError("USAGE", `${id} is no SCORE's name: give one of a-z, 0-9 and dashes with --name`);
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length > 0)
    throw new CliError("SCORE_EXISTS", `${directory} is not empty: name a new directory`);
  for (const [file, text] of Object.entries(templateOf(id)))
    await writeFile(join(directory, file), text, { flag: "wx" });
  await linkPackages(directory);
  return { directory, name: id };
};
