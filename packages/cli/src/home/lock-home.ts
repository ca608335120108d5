import { access, constants, mkdir } from "node:fs/promises";
import { type HomeLock, lockHome as lockDirectory } from "@dure/radiostation";
import { CliError, systemCode } from "../error.ts";

/**
 * Makes the directory if it is missing, and takes it for this process until `release` or the process's end, however it
 * ends.
 *
 * @param owner who would hold it, such as "devnet".
 * @throws CliError `HOME_UNWRITABLE` or `HOME_LOCKED`.
 */
export const lockHome = async (home: string, owner: string): Promise<HomeLock> => {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
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
