import { access, constants, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type HomeLock, lockHome as lockDirectory } from "@dure/radiostation";
import { CliError, systemCode } from "../error.ts";

/**
 * Makes a directory and those above it. Node's own recursive way asks for ever where a directory exists but nothing can
 * be made in it, as in /proc; here each is tried twice at most.
 */
const makeDirectory = async (path: string): Promise<void> => {
  const make = (): Promise<void> =>
    mkdir(path, { mode: 0o700 }).catch(async (error: unknown) => {
      if (systemCode(error) !== "EEXIST" || !(await stat(path)).isDirectory()) throw error;
    });
  try {
    await make();
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await make();
  }
};

/**
 * Makes the directory if it is missing, and takes it for this process until `release` or the process's end, however it
 * ends.
 *
 * @param owner who would hold it, such as "devnet".
 * @throws CliError `HOME_UNWRITABLE` or `HOME_LOCKED`.
 */
export const lockHome = async (home: string, owner: string): Promise<HomeLock> => {
  try {
    await makeDirectory(home);
    await access(home, constants.W_OK);
  } catch (cause) {
    throw new CliError(
      "HOME_UNWRITABLE",
      `${home} cannot be written (${systemCode(cause) ?? "unknown"}): check its permissions, or name another with --home`,
      { cause },
    );
  }
  try {
    return await lockDirectory(home);
  } catch (cause) {
    if (systemCode(cause) !== "HOME_LOCKED") throw cause;
    throw new CliError(
      "HOME_LOCKED",
      `a ${owner} is running on ${home}: stop it, or name another directory with --home`,
      { cause },
    );
  }
};
