import { mkdir, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CliError, systemCode } from "../error.ts";
import { unpackArchive } from "./archive.ts";
import { type BuiltPackage, buildPackage, readBuiltPackage } from "./build-package.ts";
import { checkTypes } from "./check-types.ts";
import { checkOutGit, isGitSource } from "./git-source.ts";
import { linkPackages } from "./installed.ts";
import { projectAt } from "./project.ts";

/** Packs what `fill` puts into a directory that is there for that alone. */
const packFrom = async (fill: (directory: string) => Promise<void>): Promise<BuiltPackage> => {
  const parent = await realpath(await mkdtemp(join(tmpdir(), "dure-score-")));
  try {
    const directory = join(parent, "score");
    await mkdir(directory);
    // Above the sources, so that what an archive brings along goes first.
    await linkPackages(parent);
    await fill(directory);
    return await buildPackage(await projectAt(directory), "stranger");
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
};

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (systemCode(cause) !== "ENOENT") throw cause;
    throw new CliError("SCORE_SOURCE", `${path} does not exist`, { cause });
  }
};

/**
 * The package of a source that is about to run: as `packageOf`, and the types of an author's own directory must hold.
 *
 * @throws as `packageOf` does
 */
export const checkedPackageOf = async (source: string): Promise<BuiltPackage> => {
  const built = await packageOf(source);
  if (isOwnSource(source)) await checkTypes(await projectAt(source));
  return built;
};

const isOwnSource = (source: string): boolean =>
  !isGitSource(source) && !ARCHIVE.test(source) && !source.endsWith(".json");
const ARCHIVE = /\.(tgz|tar\.gz)$/;

/**
 * The package of a source: a directory, a contract's file, an archive (.tgz), a git repository with a commit, or a file
 * (.json) that was packed before.
 *
 * @throws CliError `SCORE_SOURCE`, `SCORE_INVALID` or `USAGE`; ScoreHostError
 */
export const packageOf = async (source: string): Promise<BuiltPackage> => {
  if (isGitSource(source)) return packFrom((directory) => checkOutGit(source, directory));
  if (ARCHIVE.test(source)) {
    const path = resolve(source);
    await readText(path);
    return packFrom((directory) => unpackArchive(path, directory));
  }
  if (source.endsWith(".json")) return readBuiltPackage(await readText(source), source);
  const project = await projectAt(source);
  await linkPackages(project.directory);
  return buildPackage(project, "author");
};
