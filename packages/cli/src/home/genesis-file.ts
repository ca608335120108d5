import { join } from "node:path";
import { readIfPresent, writeAtomically } from "../atomic-file.ts";
import { CliError } from "../error.ts";

/** The genesis document of a devnet's home: what its user verifies proofs by, without asking any peer. */
export const genesisFileOf = (home: string): string => join(home, "genesis.json");

/**
 * Puts the genesis document that the devnet was founded with where its user finds it. One that stands there already is
 * what the user trusts, and is never replaced.
 *
 * @param founded the document of a peer's home, just after the founding.
 * @throws CliError `HOME_DAMAGED` if the one that stands there is another.
 */
export const keepGenesisFile = async (home: string, founded: string): Promise<void> => {
  const path = genesisFileOf(home);
  const text = await readIfPresent(founded);
  if (text === undefined) return;
  const kept = await readIfPresent(path);
  if (kept === undefined) return writeAtomically(path, text);
  if (kept !== text)
    throw new CliError(
      "HOME_DAMAGED",
      `${path} is not the genesis that ${founded} holds: restore it from a backup, or delete it if you trust these peers`,
    );
};
