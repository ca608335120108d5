import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { CliError } from "../error.ts";
import { inspectHome, isOwnEntry, markerOf } from "./devnet-home.ts";

/**
 * Empties a devnet's home, whose lock the caller holds. The marker goes last: were this interrupted, the rest would
 * still be recognisable, and the next `--reset` could finish. A lock's socket stays with its holder.
 *
 * @throws CliError `HOME_FOREIGN` if it is no devnet's home or holds something that no devnet put there. Nothing is
 *   deleted then.
 */
export const resetHome = async (home: string): Promise<void> => {
  try {
    if ((await inspectHome(home)).state === "new") return;
  } catch (error) {
    if (!(error instanceof CliError && error.code === "HOME_VERSION")) throw error;
  }
  const entries = await readdir(home);
  const foreign = entries.find((name) => !isOwnEntry(name));
  if (foreign !== undefined)
    throw new CliError(
      "HOME_FOREIGN",
      `${join(home, foreign)} was not made by a devnet, so --reset deletes nothing: move it away first`,
    );
  const marker = markerOf(home);
  for (const name of entries) {
    const path = join(home, name);
    if (path !== marker && !name.endsWith(".sock")) await rm(path, { recursive: true, force: true });
  }
  await rm(marker, { force: true });
};
